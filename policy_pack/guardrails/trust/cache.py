"""A cache of evidence on disk, shared by all processes of one user. It holds evidence only: never tags, never verdicts.

- Content (manifests of signatures, and blobs) is stored by its digest, which is recomputed whenever it is read.
- What was found about an image is stored by repository and digest (`remembered`), with a checksum against accidents.

A file appears whole or not at all (written aside, then renamed); a damaged one is dropped and is as if it had never
been there. Nothing here is a secret, but nobody else may write: folders are made with mode 0700 and are not used when
they are someone else's or open to others. A cache that cannot be used costs time, not correctness: no failure of it is
an error.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from guardrails.trust.reference import Digest

_VERSION: Final = "v1"
_MIB: Final = 1024 * 1024
_FRESH: Final = 3600.0  # seconds: how exact the time of last use is, and how long an unfinished file may lie
_SHARE: Final = 16  # a process looks at the whole size after writing this part of it
_KEPT: Final = 0.75  # of the size, after something had to go


class Cache:
    """Files of evidence in a folder of at most about `size` bytes; those used longest ago go first."""

    def __init__(self, folder: Path, size: int = 256 * _MIB) -> None:
        self._root = folder / _VERSION
        self._size = size
        self._unchecked = size  # look at the size at the first write
        self._usable: bool | None = None

    def content(self, digest: Digest, limit: int) -> bytes | None:
        """The bytes with this digest, if they are here and at most `limit`."""
        path = self._content_path(digest)
        data = self._read(path, limit)
        if data is not None and not digest.matches(data):
            self._drop(path)
            return None
        return data

    def keep_content(self, data: bytes, digest: Digest) -> None:
        """Store bytes under their digest.

        Raises:
            ValueError: it is not theirs.
        """
        if not digest.matches(data):
            raise ValueError(f"these bytes do not have the digest {digest}")
        self._write(self._content_path(digest), data)

    def note(self, key: str, limit: int) -> bytes | None:
        """What was noted under a key, if it is here, whole and at most `limit` bytes."""
        path = self._note_path(key)
        data = self._read(path, limit + 64)
        if data is None:
            return None
        checksum, body = data[:64], data[64:]
        if hashlib.sha256(key.encode() + b"\0" + body).hexdigest().encode() != checksum:
            self._drop(path)
            return None
        return body

    def keep_note(self, key: str, body: bytes) -> None:
        """Note something under a key, in place of what was noted before."""
        checksum = hashlib.sha256(key.encode() + b"\0" + body).hexdigest().encode()
        self._write(self._note_path(key), checksum + body, replace=True)

    def _content_path(self, digest: Digest) -> Path:
        return self._root / digest.algorithm / digest.hex[:2] / digest.hex

    def _note_path(self, key: str) -> Path:
        name = hashlib.sha256(key.encode()).hexdigest()
        return self._root / "notes" / name[:2] / name

    def _read(self, path: Path, limit: int) -> bytes | None:
        if not self._is_usable():
            return None
        try:
            handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError:
            return None
        with open(handle, "rb") as file, contextlib.suppress(OSError):  # noqa: PTH123 -- a descriptor, not a path
            status = os.fstat(handle)
            if not stat.S_ISREG(status.st_mode) or status.st_size > limit:
                return None
            data = file.read(limit + 1)
            if time.time() - status.st_mtime > _FRESH:
                os.utime(path)
            return data if len(data) <= limit else None
        return None

    def _write(self, path: Path, data: bytes, *, replace: bool = False) -> None:
        if not self._is_usable() or (path.exists() and not replace):
            return
        self._unchecked += len(data)
        if self._unchecked >= self._size // _SHARE:
            self._unchecked = 0
            self._shrink()
        with contextlib.suppress(OSError):
            _make(path.parent)
            handle, aside = tempfile.mkstemp(prefix=".aside-", dir=path.parent)  # mode 0600
            try:
                with open(handle, "wb") as file:  # noqa: PTH123 -- a descriptor, not a path
                    file.write(data)
                os.replace(aside, path)  # noqa: PTH105 -- mkstemp gives text
            except OSError:
                self._drop(Path(aside))

    def _is_usable(self) -> bool:
        """Whether the folder is this user's alone; made when it is missing."""
        if self._usable is None:
            try:
                _make(self._root)
                status = self._root.lstat()
                mine = status.st_uid == os.getuid() and not status.st_mode & 0o077
                self._usable = stat.S_ISDIR(status.st_mode) and mine
            except OSError:
                self._usable = False
        return self._usable

    def _shrink(self) -> None:
        """Drop what was used longest ago until there is room, and what unfinished writers left behind."""
        now = time.time()
        files: list[tuple[float, int, Path]] = []
        for path, status in self._files():
            if path.name.startswith(".aside-"):
                if now - status.st_mtime > _FRESH:
                    self._drop(path)
            else:
                files.append((status.st_mtime, status.st_size, path))
        total = sum(size for _, size, _ in files)
        if total <= self._size:
            return
        for _, size, path in sorted(files):
            if total <= self._size * _KEPT:
                break
            self._drop(path)
            total -= size

    def _files(self) -> Iterator[tuple[Path, os.stat_result]]:
        for folder, _, names in os.walk(self._root):
            for name in names:
                path = Path(folder, name)
                with contextlib.suppress(OSError):  # another process dropped it
                    yield path, path.lstat()

    @staticmethod
    def _drop(path: Path) -> None:
        with contextlib.suppress(OSError):
            path.unlink()


def _make(folder: Path) -> None:
    """Make a folder and those above it that are missing, each for this user alone (`parents=True` would not)."""
    if not folder.is_dir():
        _make(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
