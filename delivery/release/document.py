"""The release file (`cartorio.release/v1`): written from what a person says, and read, held to a stack's settings.

Its form, and what the program asks of it: `components.release`.
"""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from components.release import SCHEMA, Release, read_release
from lab.errors import UsageError

if TYPE_CHECKING:
    from components.settings import Settings


@dataclass(frozen=True)
class Image:
    """An image of a release.

    Attributes:
        reference: registry/repository@sha256:...
    """

    reference: str

    @property
    def repository(self) -> str:
        """Its repository, without the registry."""
        return self.reference.partition("@")[0].partition("/")[2]

    @property
    def digest(self) -> str:
        """Its digest."""
        return self.reference.partition("@")[2]


def build(version: str, api: str, workers: str, settings: Settings, file: Path) -> Release:
    """Write a release file, if the stack would take it.

    Raises:
        UsageError: everything that is wrong with it.
    """
    text = (
        json.dumps({"schema": SCHEMA, "version": version, "images": {"api": api, "workers": workers}}, indent=2) + "\n"
    )
    with tempfile.TemporaryDirectory(prefix="cartorio-") as folder:
        draft = Path(folder) / file.name
        draft.write_text(text, encoding="utf-8")
        release = read(draft, settings)
    try:
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
        Path(name).chmod(0o644)
        Path(name).replace(file)
    except OSError as error:
        raise UsageError(f"the release cannot be written: {error.strerror}", where=str(file)) from error
    return release


def read(file: Path, settings: Settings) -> Release:
    """Read a release file that a stack is to take.

    Raises:
        UsageError: everything that is wrong with it.
    """
    found = read_release(file.parent, file.name)
    if not isinstance(found, Release):
        raise UsageError("this is no release:\n  " + "\n  ".join(map(str, found)), where=str(file))
    allowed = settings.configuration.supply.registries
    if found.images is None:
        raise UsageError("the release names no images", where=str(file), remedy="name both by digest")
    strangers = [
        f"images.{role}: {image} is from none of cartorio:supply.registries ({', '.join(allowed)})"
        for role, image in (("api", found.images.api), ("workers", found.images.workers))
        if not image.startswith(tuple(f"{registry}/" for registry in allowed))
    ]
    if strangers:
        raise UsageError("the stack would not take it:\n  " + "\n  ".join(strangers), where=str(file))
    return found


def images(release: Release) -> tuple[Image, ...]:
    """The images of a release, each once."""
    if release.images is None:
        return ()
    return tuple(Image(reference) for reference in dict.fromkeys((release.images.api, release.images.workers)))
