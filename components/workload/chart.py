"""The application's chart: a local folder, and a checksum of it, so that a changed template is an upgrade."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from components.errors import Problem

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Chart:
    """A chart in the project.

    Attributes:
        path: relative to the project's folder, so that the state does not depend on the machine ("./charts/cartorio").
        checksum: SHA-256, in hexadecimal, of the names and contents of its files.
    """

    path: str
    checksum: str


def read_chart(root: Path, path: str) -> Chart | Problem:
    """Read the chart at `path` below the project's folder `root`, or say what is wrong with it."""
    folder = root / path
    if not (folder / "Chart.yaml").is_file():
        return Problem(path, 0, "", "is not a Helm chart: it has no Chart.yaml; restore it from version control")
    digest = hashlib.sha256()
    files = sorted((file.relative_to(folder).as_posix(), file) for file in folder.rglob("*") if file.is_file())
    for name, file in files:
        content = file.read_bytes()
        # Lengths go in too: moving bytes from one file to the next must not yield the same checksum.
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return Chart(path=path, checksum=digest.hexdigest())
