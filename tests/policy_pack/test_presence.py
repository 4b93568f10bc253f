from __future__ import annotations

import fcntl
import os
import tempfile
from typing import TYPE_CHECKING

import pytest

from guardrails import presence

if TYPE_CHECKING:
    from pathlib import Path

ADDRESS = "127.0.0.1:40123"


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


def _file(folder: Path) -> Path:
    return folder / f"cartorio-guardrails-{os.getuid()}" / "127.0.0.1_40123"


def _free(file: Path) -> bool:
    with file.open("rb") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def test_the_engines_lock_is_held_until_the_pack_ends_and_two_packs_may(tmp_path: Path) -> None:
    assert presence.announce(["pack", ADDRESS, "."])
    assert presence.announce(["pack", ADDRESS, "."])
    assert not _free(_file(tmp_path))
    for _ in range(2):
        os.close(presence._HELD.pop())
    assert _free(_file(tmp_path))
    assert _file(tmp_path).parent.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("arguments", [[], ["pack"], ["pack", "../../etc:1"], ["pack", "x/y:1"], ["pack", "no-port"]])
def test_nothing_is_said_where_no_engine_is_named(arguments: list[str], tmp_path: Path) -> None:
    assert not presence.announce(arguments)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_had_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / f"cartorio-guardrails-{os.getuid()}").write_text("in the way")
    assert not presence.announce(["pack", ADDRESS])
    monkeypatch.setattr(os, "getuid", lambda: 12345)
    (tmp_path / "cartorio-guardrails-12345").mkdir()
    assert not presence.announce(["pack", ADDRESS])  # somebody else's
