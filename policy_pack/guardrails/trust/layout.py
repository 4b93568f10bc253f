"""OCI image layouts: repositories as folders, for work without a registry.

https://github.com/opencontainers/image-spec/blob/main/image-layout.md. A mirror `oci:/folder` is one layout, or has one
for each repository at `/folder/<repository>`. Tags are the descriptors' `org.opencontainers.image.ref.name`;
legacy signatures and attestations that `cosign save` wrote are found by its `kind` annotation. Bytes are checked by the
caller, as those of a registry are. Only regular files are read, no devices or pipes.
"""

from __future__ import annotations

import contextlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from guardrails.trust import strict_json
from guardrails.trust.documents import MANIFEST_TYPES, OCI_MANIFEST
from guardrails.trust.errors import Malformed, Unavailable, quoted
from guardrails.trust.reference import Digest

if TYPE_CHECKING:
    from guardrails.trust.limits import Limits

_NAME: Final = "org.opencontainers.image.ref.name"
_KIND: Final = "kind"
_KINDS: Final = {"sig": "dev.cosignproject.cosign/sigs", "att": "dev.cosignproject.cosign/atts"}
_VERSION: Final = "1.0.0"


@dataclass(frozen=True, slots=True)
class _Entry:
    """A descriptor of `index.json`."""

    media_type: str
    digest: Digest
    annotations: dict[str, Any]


class Layout:
    """Reads one layout.

    Methods raise `Unavailable` when there is none, and `Malformed` when it is not what it should be.
    """

    def __init__(self, folder: Path, limits: Limits) -> None:
        self._folder = folder
        self._limits = limits

    @classmethod
    def find(cls, folder: str, path: str, limits: Limits) -> Layout:
        """The layout of a repository in a mirror's folder."""
        root = Path(folder)
        return cls(root if (root / "oci-layout").is_file() else root / path, limits)

    def content(self, digest: Digest, limit: int) -> bytes | None:
        """What is stored under a digest, unchecked; None if nothing is."""
        return _read(self._folder / "blobs" / digest.algorithm / digest.hex, limit)

    def manifest(self, name: str, limit: int) -> tuple[bytes, str] | None:
        """A manifest or index by tag or digest with its media type; None if there is none."""
        if ":" in name:
            digest = Digest.parse(name)
            media_type = next((one.media_type for one in self._entries() if one.digest == digest), "")
        else:
            found = [one for one in self._entries() if one.annotations.get(_NAME) == name]
            found = found or self._by_kind(name)
            if not found:
                return None
            if len({one.digest for one in found}) > 1:
                raise Malformed(f"{len(found)} manifests in the layout are called {quoted(name)}")
            digest, media_type = found[0].digest, found[0].media_type
        data = self.content(digest, limit)
        return None if data is None else (data, media_type or _declared(data))

    def referrers(self, digest: Digest) -> list[dict[str, Any]]:
        """Descriptors of the manifests whose subject has this digest: those of `index.json`, else all that are there.

        `cosign save` stores bundles with their manifests and lists them nowhere.
        """
        listed = [one.digest for one in self._entries() if one.media_type == OCI_MANIFEST]
        for digests in (listed, self._small(digest.algorithm)):
            found = [described for one in digests if (described := self._referrer(one, digest)) is not None]
            if found:
                return found
        return []

    def _referrer(self, digest: Digest, subject: Digest) -> dict[str, Any] | None:
        data = self.content(digest, self._limits.evidence_bytes)
        if data is None or str(subject).encode() not in data or not digest.matches(data):
            return None
        try:
            found = strict_json.load_object(data)
        except Malformed:  # a blob that names the image and is something else, such as a legacy payload's base64
            return None
        about = found.get("subject")
        if found.get("mediaType") != OCI_MANIFEST or not isinstance(about, dict) or about.get("digest") != str(subject):
            return None
        return {"mediaType": OCI_MANIFEST, "digest": str(digest), "size": len(data)}

    def _small(self, algorithm: str) -> list[Digest]:
        """The digests of all that is small enough to be a signature's manifest."""
        found: list[Digest] = []
        with contextlib.suppress(FileNotFoundError), os.scandir(self._folder / "blobs" / algorithm) as entries:
            for number, entry in enumerate(entries):
                if number >= self._limits.layout_files:
                    raise Malformed(f"more than {self._limits.layout_files} files in the layout")
                if not entry.is_file(follow_symlinks=False) or entry.stat().st_size > self._limits.evidence_bytes:
                    continue
                with contextlib.suppress(Malformed):
                    found.append(Digest.parse(f"{algorithm}:{entry.name}"))
        return sorted(found, key=str)

    def _by_kind(self, name: str) -> list[_Entry]:
        kind = _KINDS.get(name.rpartition(".")[2])
        return [one for one in self._entries() if kind is not None and one.annotations.get(_KIND) == kind]

    def _entries(self) -> list[_Entry]:
        marker = _read(self._folder / "oci-layout", self._limits.evidence_bytes)
        if marker is None:
            raise Unavailable(
                f"{self._folder} is no OCI layout: it has no oci-layout file",
                remedy="write one there (`crane pull --format=oci`, `cosign save`), or correct the mirror",
            )
        version = strict_json.load_object(marker).get("imageLayoutVersion")
        if version != _VERSION:
            raise Malformed(f"the layout's version is {quoted(version)}, not {_VERSION}")
        data = _read(self._folder / "index.json", self._limits.document_bytes)
        listed = None if data is None else strict_json.load_object(data).get("manifests")
        if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
            raise Malformed("the layout's index.json lists no manifests")
        if len(listed) > self._limits.entries:
            raise Malformed(
                f"{len(listed)} manifests in the layout, more than the {self._limits.entries} that are read"
            )
        return [
            _Entry(str(one.get("mediaType", "")), Digest.parse(str(one.get("digest", ""))), _annotations(one))
            for one in listed
        ]


def _annotations(descriptor: dict[str, Any]) -> dict[str, Any]:
    found = descriptor.get("annotations")
    return found if isinstance(found, dict) else {}


def _declared(data: bytes) -> str:
    """The media type that a document gives itself, which `documents.parse` then holds it to."""
    found = strict_json.load_object(data).get("mediaType")
    return found if isinstance(found, str) and found in MANIFEST_TYPES else ""


def _read(path: Path, limit: int) -> bytes | None:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise Unavailable(f"{path} cannot be read: {error.strerror}", remedy=f"make {path} readable") from error
    with open(handle, "rb") as file:  # noqa: PTH123 -- a descriptor, not a path
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise Malformed(f"{path} is not a regular file")
        data = file.read(limit + 1)
    if len(data) > limit:
        raise Malformed(f"{path}: more than the {limit} bytes that are read")
    return data
