"""Several stacks at once: at most so many, each with its own outcome."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, cast

import pytest

from delivery.preview import several
from lab.errors import LabError
from lab.report import Quiet
from tests.support.plans import plan, policy, step

if TYPE_CHECKING:
    from lab.engine.engine import Engine


def test_no_more_than_asked_for_and_all_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    running, most, lock = 0, 0, threading.Lock()
    together = threading.Barrier(2)

    def preview(_engine: object, stack: str, **_: object) -> object:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        together.wait(timeout=20)  # two are there at the same time, or the test fails
        with lock:
            running -= 1
        if stack == "d":
            raise LabError("it broke")
        return plan(step("create"), policies=(policy(),) if stack == "c" else (), exit_code=stack == "c", stack=stack)

    monkeypatch.setattr(several, "preview", preview)
    engines = dict.fromkeys("abcd", cast("Engine", None))
    found = several.previews(engines, Quiet(), at_once=2)
    assert most == 2
    assert [(one.stack, one.refused, one.failed) for one in found] == [
        ("a", False, False), ("b", False, False), ("c", True, False), ("d", False, True),
    ]  # fmt: skip


def test_an_interrupt_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def preview(*_: object, **__: object) -> object:
        raise KeyboardInterrupt

    monkeypatch.setattr(several, "preview", preview)
    monkeypatch.setattr(several, "_cancel", lambda: asked.append("cancel"))
    engines = dict.fromkeys("ab", cast("Engine", None))
    with pytest.raises(KeyboardInterrupt):
        several.previews(engines, Quiet(), at_once=2)
    assert asked == ["cancel"]
