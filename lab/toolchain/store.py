"""The cache of built tools: one folder an entry, installed whole or not at all, checked whenever it is used.

An entry is `<name>-<key>/` with its files and a `manifest.json` that holds their sizes, times and digests. A file
whose size, time or mode is not the manifest's is read again, and the entry is dropped when its digest differs.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import platform
import shutil
import stat
import sys
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

_MANIFEST = "manifest.json"
_USED = ".used"
_SCRATCH = ".new-"
_DROPPED = ".old-"
_DAY = 86_400.0
# Binaries are of one platform; a home folder, and the cache in it, may be shared by machines of several.
PLATFORM = f"{sys.platform}-{platform.machine()}"
_TOUCH_AFTER = 3_600.0  # seconds: using an entry is noted at most once an hour


@dataclass(frozen=True)
class _File:
    size: int  # bytes
    mtime_ns: int
    executable: bool
    sha256: str


class Store:
    """The entries under one folder.

    Args:
        folder: made when the first entry is.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def find(self, name: str, key: str) -> Path | None:
        """The folder of an entry that is there and whole; it counts as used now."""
        entry = self._entry(name, key)
        if not _whole(entry):
            return None
        used = entry / _USED
        with contextlib.suppress(OSError):  # a cache that cannot be written can still be read
            if time.time() - used.stat().st_mtime > _TOUCH_AFTER:
                os.utime(used)
        return entry

    def notes(self, entry: Path) -> Mapping[str, str]:
        """What `install` was told about an entry."""
        notes: dict[str, str] = _manifest(entry).get("notes", {})
        return notes

    def install(self, name: str, key: str, made: Path, notes: Mapping[str, str], files: Iterable[Path]) -> Path:
        """Make the finished folder `made` (of `scratch`) the entry, in one rename.

        Args:
            name: of the entry.
            key: what it was made from.
            made: its folder.
            notes: kept with it.
            files: those that are checked at every use.
        """
        manifest = {
            "name": name,
            "key": key,
            "notes": dict(notes),
            "files": {str(file.relative_to(made)): asdict(_describe(file)) for file in files},
        }
        (made / _MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")
        (made / _USED).touch()
        entry = self._entry(name, key)
        if entry.exists():  # a damaged one; what still runs from it keeps its files
            dropped = self.folder / f"{_DROPPED}{entry.name}-{os.getpid()}"
            entry.rename(dropped)
            shutil.rmtree(dropped, ignore_errors=True)
        made.rename(entry)
        return entry

    @contextlib.contextmanager
    def scratch(self, name: str) -> Iterator[Path]:
        """A new folder on the store's file system, removed at the end; hold the lock `name`, it removes older ones."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for left in self.folder.glob(f"{_SCRATCH}{name}-*"):
            shutil.rmtree(left, ignore_errors=True)
        folder = self.folder / f"{_SCRATCH}{name}-{os.getpid()}"
        folder.mkdir()
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    @contextlib.contextmanager
    def lock(self, name: str, waiting: Callable[[str], None]) -> Iterator[None]:
        """Hold the lock `name` between processes; the kernel frees it when its holder dies.

        Args:
            name: of the lock.
            waiting: told (about once a second) which process holds it, while it does.
        """
        locks = self.folder / "locks"
        locks.mkdir(parents=True, exist_ok=True)
        lock = FileLock(locks / f"{name}.lock", timeout=1.0)
        holder = locks / f"{name}.pid"
        while True:
            try:
                lock.acquire()
            except Timeout:
                try:
                    waiting(f"process {int(holder.read_text(encoding='utf-8'))}")
                except (OSError, ValueError):
                    waiting("another process")
            else:
                break
        try:
            holder.write_text(f"{os.getpid()}\n", encoding="utf-8")
            yield
        finally:
            holder.unlink(missing_ok=True)
            lock.release()

    def prune(self, *, days: float, in_use: Callable[[], Iterable[Path]]) -> tuple[str, ...]:
        """Remove entries that nobody used for `days`, and what crashes left; at most once a day.

        Args:
            days: since an entry's last use.
            in_use: the programs running now; an entry that holds one stays. Asked only when there is one to remove.

        Returns:
            the names of the removed entries.
        """
        stamp = self.folder / ".pruned"
        now = time.time()
        if not self.folder.is_dir() or now - _mtime(stamp, 0.0) < _DAY:
            return ()
        try:
            stamp.touch()
        except OSError:  # a cache that cannot be written can still be read
            return ()
        old = [
            folder
            for folder in self.folder.iterdir()
            if folder.is_dir() and not folder.is_symlink() and now - _mtime(folder / _USED, now) > days * _DAY
        ]
        for left in (*self.folder.glob(f"{_SCRATCH}*"), *self.folder.glob(f"{_DROPPED}*")):
            if now - _mtime(left, now) > _DAY:
                shutil.rmtree(left, ignore_errors=True)
        running = {parent for program in in_use() for parent in program.parents} if old else set()
        removed = []
        for folder in old:
            if folder.resolve() not in running:
                shutil.rmtree(folder, ignore_errors=True)
                removed.append(folder.name)
        return tuple(removed)

    def _entry(self, name: str, key: str) -> Path:
        return self.folder / f"{name}-{key}"


def key_of(*parts: str | bytes) -> str:
    """A short name for what an entry is made from; parts cannot run into each other."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()[:16]


def _describe(file: Path) -> _File:
    status = file.stat()
    with file.open("rb") as stream:
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    return _File(status.st_size, status.st_mtime_ns, bool(status.st_mode & stat.S_IXUSR), sha256)


def _manifest(entry: Path) -> dict[str, Any]:
    try:
        manifest = json.loads((entry / _MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return manifest if isinstance(manifest, dict) else {}


def _whole(entry: Path) -> bool:
    try:
        recorded = {name: _File(**file) for name, file in _manifest(entry)["files"].items()}
        for name, expected in recorded.items():
            status = (entry / name).stat()
            executable = bool(status.st_mode & stat.S_IXUSR)
            if status.st_size != expected.size or executable != expected.executable:
                return False
            if status.st_mtime_ns != expected.mtime_ns and _describe(entry / name).sha256 != expected.sha256:
                return False
    except (KeyError, TypeError, AttributeError, OSError):
        return False
    return True


def _mtime(file: Path, default: float) -> float:
    try:
        return file.stat().st_mtime
    except OSError:
        return default
