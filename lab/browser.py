"""A browser without a screen: the machine's own Chromium, else Debian's package, unpacked into the lab's cache.

Nothing is installed and nothing needs root: apt says which packages are missing, downloads them and holds them to the
hashes of Debian's signed lists. https://packages.debian.org/bookworm/chromium-headless-shell
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock

from lab.errors import LabError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lab.paths import LabPaths

_PACKAGES = ("chromium-headless-shell", "fonts-dejavu-core", "fonts-noto-color-emoji")
_INSIDE = Path("usr/lib/chromium/chromium-headless-shell")
_LIBRARIES = Path("usr/lib/x86_64-linux-gnu")
_VARIABLE = "CARTORIO_CHROMIUM"
_NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
_SECONDS = 300
_REMEDY = f"install Chromium (Debian: chromium) or name its program in {_VARIABLE}"
_MISSING = re.compile(r"^Inst (\S+) ", re.MULTILINE)
# Nobody outside is asked, nothing of a user's is read; what is shown is the session's own, so no sandbox is needed.
_FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"),
)


@dataclass(frozen=True)
class Browser:
    """A program, and what it needs of the environment."""

    program: Path
    environment: Mapping[str, str]

    def screenshot(self, page: Path, picture: Path, *, width: int = 1000, height: int = 1400) -> None:
        """A picture (PNG) of a page as it is first seen.

        Raises:
            LabError: there is none.
        """
        self._run(page, f"--screenshot={picture}", f"--window-size={width},{height}")
        if not picture.is_file():
            raise LabError("the browser made no picture", where=str(page))

    def document(self, page: Path, *, width: int = 1000) -> str:
        """A page's HTML after its scripts have run."""
        return self._run(page, "--dump-dom", f"--window-size={width},1400")

    def _run(self, page: Path, *arguments: str) -> str:
        with tempfile.TemporaryDirectory(prefix="cartorio-browser-") as profile:
            command = [str(self.program), *_FLAGS, f"--user-data-dir={profile}", *arguments, page.as_uri()]
            return _run(*command, environment={**os.environ, **self.environment, "HOME": profile})


def browser(paths: LabPaths) -> Browser:
    """The browser; downloaded when neither the environment names one nor the machine has one.

    Raises:
        LabError: there is none to be had; the message says what was tried.
    """
    if named := os.environ.get(_VARIABLE):
        if not Path(named).is_file():
            raise LabError(f"{_VARIABLE} names no file: {named}", remedy="correct it, or unset it")
        return Browser(Path(named), {})
    if found := next(filter(None, map(shutil.which, _NAMES)), None):
        return Browser(Path(found), {})
    folder = paths.cache / "browser"
    folder.mkdir(parents=True, exist_ok=True)
    unpacked = folder / "unpacked"
    with FileLock(folder / "lock"):
        if not (unpacked / _INSIDE).is_file():
            with tempfile.TemporaryDirectory(dir=folder) as work:
                _unpack(Path(work))
                shutil.rmtree(unpacked, ignore_errors=True)
                (Path(work) / "content").rename(unpacked)
    (folder / "fonts.conf").write_text(
        "<fontconfig><dir>/usr/share/fonts</dir>"
        f"<dir>{unpacked / 'usr/share/fonts'}</dir><cachedir>{folder / 'fonts'}</cachedir></fontconfig>\n",
        "utf-8",
    )
    variables = {
        "LD_LIBRARY_PATH": f"{unpacked / _LIBRARIES}:{unpacked / _LIBRARIES / 'pulseaudio'}",
        "FONTCONFIG_FILE": str(folder / "fonts.conf"),
    }
    return Browser(unpacked / _INSIDE, variables)


def _unpack(work: Path) -> None:
    """The packages that this machine lacks, unpacked into `content`; apt has lists of its own where there are none."""
    own: tuple[str, ...] = ()
    try:
        missing = _missing(own)
    except LabError:
        (work / "lists" / "partial").mkdir(parents=True)
        own = ("-o", f"Dir::State::lists={work / 'lists'}", "-o", f"Dir::Cache={work}", "-o", "Debug::NoLocking=1")
        _run("apt-get", *own, "update")
        missing = _missing(own)
    downloads = work / "packages"
    downloads.mkdir()
    _run("apt-get", *own, "download", *missing, folder=downloads)
    for package in sorted(downloads.glob("*.deb")):
        _run("dpkg-deb", "--extract", str(package), str(work / "content"))
    if not (work / "content" / _INSIDE).is_file():
        raise LabError(f"the packages hold no {_INSIDE}", remedy=_REMEDY)


def _missing(own: tuple[str, ...]) -> list[str]:
    said = _run("apt-get", *own, "install", "--simulate", "--no-install-recommends", *_PACKAGES)
    return _MISSING.findall(said)


def _run(*command: str, folder: Path | None = None, environment: Mapping[str, str] | None = None) -> str:
    try:
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, timeout=_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise LabError(f"{Path(command[0]).name} cannot be run: {error}", remedy=_REMEDY) from error
    if done.returncode:
        said = done.stderr.strip()[-500:]
        raise LabError(f"{' '.join((Path(command[0]).name, *command[1:2]))} failed: {said}", remedy=_REMEDY)
    return done.stdout
