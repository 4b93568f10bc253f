"""SoftHSM2, an HSM without hardware: the machine's own, else Debian's package, unpacked into the lab's cache.

Nothing is installed and nothing needs root: apt downloads the package, its hash is compared with the one pinned here,
and only the module is taken out. https://packages.debian.org/bookworm/libsofthsm2
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock

from lab.errors import LabError

if TYPE_CHECKING:
    from lab.paths import LabPaths

_PACKAGE, _VERSION = "libsofthsm2", "2.6.1-2.1"
_DIGEST = "8c29aa37b082c2904d5ff8c65432e6b018929687400854dbeafd1c2a787d3508"
_INSIDE = "usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so"
_INSTALLED = (
    Path("/usr/lib/softhsm/libsofthsm2.so"),
    Path("/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so"),
    Path("/usr/lib64/pkcs11/libsofthsm2.so"),
)
_VARIABLE = "SOFTHSM2_MODULE"
_SECONDS = 120
_REMEDY = f"install SoftHSM2 (Debian: libsofthsm2) or name its module in {_VARIABLE}"


def library(paths: LabPaths) -> Path:
    """The module; downloaded when neither the environment names one nor the machine has one.

    Raises:
        LabError: there is none to be had; the message says what was tried.
    """
    if named := os.environ.get(_VARIABLE):
        if not Path(named).is_file():
            raise LabError(f"{_VARIABLE} names no file: {named}", remedy="correct it, or unset it")
        return Path(named)
    for path in _INSTALLED:
        if path.is_file():
            return path
    cached = paths.cache / "softhsm" / _VERSION / "libsofthsm2.so"
    cached.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(cached.with_suffix(".lock")):
        if not cached.is_file():
            with tempfile.TemporaryDirectory(dir=cached.parent) as folder:
                unpack(_downloaded(Path(folder)), cached)
    return cached


def unpack(package: Path, into: Path, digest: str = _DIGEST) -> None:
    """Take the module out of a package that has the pinned hash.

    Raises:
        LabError: the package is another one, or has no module.
    """
    found = hashlib.sha256(package.read_bytes()).hexdigest()
    if found != digest:
        raise LabError(f"{package.name} has the hash {found}, not the pinned {digest}", remedy=_REMEDY)
    content = package.parent / "content"
    _run("dpkg-deb", "--extract", str(package), str(content))
    module = content / _INSIDE
    if not module.is_file():
        raise LabError(f"{package.name} has no {_INSIDE}", remedy=_REMEDY)
    staged = into.with_suffix(".part")
    shutil.copyfile(module, staged)
    staged.replace(into)


def _downloaded(folder: Path) -> Path:
    """The package in a folder, by apt with lists of its own where the machine has none."""
    named = f"{_PACKAGE}={_VERSION}"
    try:
        _run("apt-get", "download", named, folder=folder)
    except LabError:
        (folder / "lists" / "partial").mkdir(parents=True)
        own = ("-o", f"Dir::State::lists={folder / 'lists'}", "-o", f"Dir::Cache={folder}", "-o", "Debug::NoLocking=1")
        _run("apt-get", *own, "update")
        _run("apt-get", *own, "download", named, folder=folder)
    found = sorted(folder.glob(f"{_PACKAGE}_*.deb"))
    if not found:
        raise LabError(f"apt-get downloaded no {named}", remedy=_REMEDY)
    return found[0]


def _run(*command: str, folder: Path | None = None) -> None:
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise LabError(f"{command[0]} cannot be run: {error}", remedy=_REMEDY) from error
    if done.returncode:
        raise LabError(f"{' '.join(command[:2])} failed: {done.stderr.strip():.500}", remedy=_REMEDY)
