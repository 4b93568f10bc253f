from __future__ import annotations

import errno
import os
import stat
from typing import TYPE_CHECKING

import pytest

from lab.errors import LabError
from lab.services import files

if TYPE_CHECKING:
    from pathlib import Path


def test_a_file_is_private_and_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "file"
    files.write_private(path, b"one")
    first = path.stat().st_ino
    files.write_private(path, b"two")
    assert path.read_bytes() == b"two"
    assert path.stat().st_ino != first  # renamed over, not written into: a reader of the old one is not disturbed
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    files.write_private(path, b"one")

    def full(_source: object, _target: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="No space"):
        files.write_private(path, b"two")
    assert path.read_bytes() == b"one"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_is_private_even_if_it_was_not(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    folder.mkdir(parents=True, mode=0o755)
    files.private_folder(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("number", "what"),
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EDQUOT, "the disk is full"),
        (errno.EACCES, "cannot be written"),
        (errno.EROFS, "cannot be written"),
        (errno.EMFILE, "refused"),
    ],
)
def test_what_the_system_refuses_is_explained(tmp_path: Path, number: int, what: str) -> None:
    with pytest.raises(LabError, match=what) as caught, files.os_errors_explained(tmp_path):
        raise OSError(number, os.strerror(number), str(tmp_path / "file"))
    assert caught.value.where == str(tmp_path / "file")
    assert caught.value.remedy
    assert isinstance(caught.value.__cause__, OSError)


def test_a_really_full_device(tmp_path: Path) -> None:
    descriptor = os.open("/dev/full", os.O_WRONLY)
    try:
        with pytest.raises(LabError, match="disk is full"), files.os_errors_explained(tmp_path):
            os.write(descriptor, b"x")
    finally:
        os.close(descriptor)


def test_other_errors_pass() -> None:
    from pathlib import Path

    with pytest.raises(ValueError, match="mine"), files.os_errors_explained(Path("lab")):
        raise ValueError("mine")
