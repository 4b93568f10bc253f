"""Image references as container runtimes read them, parsed once and strictly.

The grammar and the Docker Hub normalisation are those of the reference implementation that containerd and Docker use:
https://github.com/distribution/reference/blob/main/reference.go and normalize.go. Fetching is left to `registry`.
"""

from __future__ import annotations

import hashlib
import ipaddress
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from guardrails.trust.errors import Malformed, quoted

if TYPE_CHECKING:
    from collections.abc import Callable

DOCKER_HUB: Final = "docker.io"

_HUB_ALIASES: Final = frozenset({"index.docker.io", DOCKER_HUB})
_NAME_LENGTH: Final = 255
_HASHES: Final[dict[str, tuple[int, Callable[[bytes], hashlib._Hash]]]] = {
    "sha256": (64, hashlib.sha256),
    "sha512": (128, hashlib.sha512),
}
_REFERRERS_TAG_ENCODED: Final = 64  # the distribution specification truncates the encoded part to this length
_TAG_LENGTH: Final = 128

_LABEL = r"(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])"
_HOST = rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[a-fA-F0-9:]+\])"
_DOMAIN_RE = re.compile(rf"(?P<host>{_HOST})(?::(?P<port>[0-9]{{1,5}}))?", re.ASCII)
_PATH_RE = re.compile(r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*", re.ASCII)
_TAG_RE = re.compile(r"\w[\w.-]{0,127}", re.ASCII)
_DIGEST_RE = re.compile(r"(?P<algorithm>[a-z0-9]+(?:[.+_-][a-z0-9]+)*):(?P<encoded>[a-zA-Z0-9=_-]+)", re.ASCII)
_HEX_RE = re.compile(r"[a-f0-9]+", re.ASCII)
_IDENTIFIER_RE = re.compile(r"[a-f0-9]{64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Digest:
    """A content digest, `sha256:` or `sha512:` with its lower-case hex."""

    algorithm: str
    hex: str

    @classmethod
    def parse(cls, text: str) -> Digest:
        """Read `algorithm:hex`.

        Raises:
            Malformed: another algorithm than sha256 and sha512, the wrong length, or not lower-case hex.
        """
        match = _DIGEST_RE.fullmatch(text)
        if match is None:
            raise Malformed(f"{quoted(text)} is not a digest (sha256:<64 hex digits>)")
        algorithm, encoded = match["algorithm"], match["encoded"]
        if algorithm not in _HASHES:
            raise Malformed(f"digest algorithm {quoted(algorithm)} is not accepted: use sha256 or sha512")
        length = _HASHES[algorithm][0]
        if len(encoded) != length or _HEX_RE.fullmatch(encoded) is None:
            raise Malformed(f"{quoted(text)}: {algorithm} takes {length} lower-case hex digits")
        return cls(algorithm, encoded)

    @classmethod
    def of(cls, data: bytes, algorithm: str = "sha256") -> Digest:
        """Compute the digest of some bytes."""
        return cls(algorithm, _HASHES[algorithm][1](data).hexdigest())

    def matches(self, data: bytes) -> bool:
        """Say whether these bytes have this digest."""
        return Digest.of(data, self.algorithm) == self

    @property
    def referrers_tag(self) -> str:
        """The tag of the fallback index of referrers (distribution specification 1.1, "Referrers Tag Schema")."""
        return f"{self.algorithm}-{self.hex[:_REFERRERS_TAG_ENCODED]}"

    def cosign_tag(self, suffix: str) -> str | None:
        """The tag where cosign keeps legacy material (`sig`, `att`), or None if it would exceed a tag's length."""
        tag = f"{self.algorithm}-{self.hex}.{suffix}"
        return tag if len(tag) <= _TAG_LENGTH else None

    def __str__(self) -> str:
        return f"{self.algorithm}:{self.hex}"


@dataclass(frozen=True, slots=True)
class Repository:
    """A name: `domain` in lower case, with its port if one was written; `path` without slashes at its ends."""

    domain: str
    path: str

    def __str__(self) -> str:
        return f"{self.domain}/{self.path}"


@dataclass(frozen=True, slots=True)
class Reference:
    """A parsed and normalised reference.

    Attributes:
        repository: the name; short names are Docker Hub's, as for every container runtime.
        tag: or None. With a digest beside it, the tag decides nothing: runtimes pull the digest.
        digest: or None.
    """

    repository: Repository
    tag: str | None = None
    digest: Digest | None = None

    @classmethod
    def parse(cls, text: str) -> Reference:
        """Read a reference such as `registry.example.com:5000/team/api:1.2@sha256:...`.

        Names without a registry become Docker Hub's: `nginx` is `docker.io/library/nginx`, `team/api` is
        `docker.io/team/api`. The first part is a registry when it has a dot, a colon or a capital, or is `localhost`.

        Raises:
            Malformed: whatever the grammar does not produce, a name over 255 characters, a port outside 1..65535, a
                bare 64-digit hex name (indistinguishable from an image ID), or an unaccepted digest.
        """
        if not text.isascii():
            raise Malformed(f"{quoted(text)} is not an image reference: only ASCII is")
        rest, at, digest_text = text.partition("@")
        digest = Digest.parse(digest_text) if at else None
        if _IDENTIFIER_RE.fullmatch(rest):
            raise Malformed(f"{quoted(text)} is an image ID, not an image reference")
        domain, remainder = _split_domain(rest)
        path, colon, tag = remainder.partition(":")
        if colon and _TAG_RE.fullmatch(tag) is None:
            raise Malformed(f"{quoted(text)}: {quoted(tag)} is not a tag")
        if domain == DOCKER_HUB and "/" not in path:
            path = f"library/{path}"
        if _PATH_RE.fullmatch(path) is None:
            raise Malformed(f"{quoted(text)}: {quoted(path)} is not a repository name (lower-case words and / . _ -)")
        if len(domain) + 1 + len(path) > _NAME_LENGTH:
            raise Malformed(f"{quoted(text)}: the name is longer than {_NAME_LENGTH} characters")
        return cls(Repository(domain, path), tag if colon else None, digest)

    def __str__(self) -> str:
        tag = f":{self.tag}" if self.tag else ""
        digest = f"@{self.digest}" if self.digest else ""
        return f"{self.repository}{tag}{digest}"


def parse_domain(text: str) -> str:
    """Read `host[:port]` and return it in lower case.

    Raises:
        Malformed: not a host name, IPv4 address or bracketed IPv6 address, or a port outside 1..65535.
    """
    match = _DOMAIN_RE.fullmatch(text)
    if match is None:
        raise Malformed(f"{quoted(text)} is not a registry (host or host:port)")
    host, port = match["host"], match["port"]
    if host.startswith("["):
        try:
            ipaddress.IPv6Address(host[1:-1])
        except ValueError as error:
            raise Malformed(f"{quoted(text)}: not an IPv6 address") from error
    if port is not None and (port.startswith("0") or not 1 <= int(port) <= 65535):  # noqa: PLR2004 -- the highest port
        raise Malformed(f"{quoted(text)}: not a port")
    return text.lower()


def _split_domain(name: str) -> tuple[str, str]:
    """Part the registry from the rest, as normalize.go's splitDockerDomain does."""
    first, slash, rest = name.partition("/")
    is_domain = bool(slash) and (any(c in first for c in ".:[") or first == "localhost" or first.lower() != first)
    if not is_domain:
        return DOCKER_HUB, name
    domain = parse_domain(first)
    return (DOCKER_HUB if domain in _HUB_ALIASES else domain), rest
