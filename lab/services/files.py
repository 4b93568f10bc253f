"""Files of the lab: private to the user, and either whole or absent."""

from __future__ import annotations

import contextlib
import errno
import os
import tempfile
from typing import TYPE_CHECKING

from lab.errors import LabError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700


def private_folder(path: Path) -> Path:
    """Make the folder (and its parents) when it is missing; only the user may enter it."""
    path.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    path.chmod(PRIVATE_FOLDER)
    return path


def write_private(path: Path, content: bytes) -> None:
    """Write the file so that a reader, or a crash, sees the old content or the new, never a part; mode 0600."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mode 0600 by contract
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
        os.replace(temporary, path)  # noqa: PTH105  a str, and never a Path before the rename
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)  # noqa: PTH108  see above
        raise


@contextlib.contextmanager
def os_errors_explained(root: Path) -> Iterator[None]:
    """Turn an operating system's refusal inside the block into a `LabError` with a remedy."""
    try:
        yield
    except OSError as error:
        where = str(error.filename or root)
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise LabError(
                "the disk is full",
                where=where,
                remedy="free some space (a lab takes about 300 MB), then run `cartorio lab up` again",
            ) from error
        if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
            raise LabError(
                f"the lab's folder cannot be written: {error.strerror}",
                where=where,
                remedy="make it writable, or name another folder in CARTORIO_LAB",
            ) from error
        raise LabError(
            f"the operating system refused: {error.strerror or error}",
            where=where,
            remedy="look at that path; CARTORIO_LAB names another folder for the lab",
        ) from error
