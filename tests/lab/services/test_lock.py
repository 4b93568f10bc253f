from __future__ import annotations

import shutil
import threading
from typing import TYPE_CHECKING

import pytest

from lab.errors import LabError
from lab.report import Quiet
from lab.services import lock

if TYPE_CHECKING:
    from pathlib import Path


class _Lines(Quiet):
    def __init__(self) -> None:
        self.lines: list[str] = []

    def log(self, message: str) -> None:
        self.lines.append(message)


def test_a_second_command_waits_and_is_told_for_whom(tmp_path: Path) -> None:
    import os

    lines = _Lines()
    order: list[str] = []
    inside = threading.Event()

    def second() -> None:
        inside.wait(10)
        with lock.held(tmp_path / "lab", lines):
            order.append("second")

    thread = threading.Thread(target=second)
    thread.start()
    with lock.held(tmp_path / "lab", Quiet()):
        inside.set()
        thread.join(0.3)
        assert thread.is_alive()
        order.append("first")
    thread.join(10)
    assert order == ["first", "second"]
    assert lines.lines == [f"waiting for another command (pid {os.getpid()}) that is changing this lab"]


def test_patience_ends(tmp_path: Path) -> None:
    with (
        lock.held(tmp_path, Quiet()),
        pytest.raises(LabError, match="another command") as caught,
        lock.held(tmp_path, Quiet(), patience=0.0),
    ):
        pytest.fail("two hold it")
    assert "kill" in str(caught.value.remedy)


def test_whoever_waited_for_a_deleted_lock_takes_the_new_one(tmp_path: Path) -> None:
    root = tmp_path / "lab"
    holders: list[str] = []
    waiting, release = threading.Event(), threading.Event()

    class Waiting(Quiet):
        def log(self, message: str) -> None:
            assert "waiting" in message
            waiting.set()

    def waiter() -> None:
        with lock.held(root, Waiting()):
            holders.append("waiter")
            release.wait(10)

    thread = threading.Thread(target=waiter)
    with lock.held(root, Quiet()):
        thread.start()
        assert waiting.wait(10)
        shutil.rmtree(root)  # as `down` does
    thread.join(0.5)
    # The waiter has made the folder anew and holds a lock that others see.
    with pytest.raises(LabError), lock.held(root, Quiet(), patience=0.0):
        pytest.fail("two hold it")
    release.set()
    thread.join(10)
    assert holders == ["waiter"]
    assert (root / lock.NAME).exists()


def test_the_lock_ends_with_an_error_inside(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="inside"), lock.held(tmp_path, Quiet()):
        raise ValueError("inside")
    with lock.held(tmp_path, Quiet(), patience=0.0):
        pass


def test_a_lab_that_one_command_has_for_itself_is_refused_to_a_second(tmp_path: Path) -> None:
    root = tmp_path / "not yet" / ".lab-rehearsal"
    with (
        lock.alone(root),
        pytest.raises(LabError, match="another command") as caught,
        lock.alone(root),
    ):
        pytest.fail("two have it")
    assert "kill" in str(caught.value.remedy)
    assert list(root.parent.iterdir()) == []
    with lock.alone(root):  # the next one, even after one that was killed
        assert not root.exists()
