"""That whole stacks are rehearsed: `tests/e2e/test_rehearsal.py`; here, what must not happen when one cannot be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lab.errors import LabError, UsageError
from lab.paths import PROJECT_ROOT, LabPaths
from lab.rehearsal import rehearse as module
from lab.rehearsal.rehearse import rehearse
from lab.report import Quiet
from lab.services.lock import alone

if TYPE_CHECKING:
    from pathlib import Path


class _Lab:
    """Stands in for the services: they do not start."""

    def __init__(self, paths: LabPaths, _toolchain: object) -> None:
        self._root = paths.root

    def up(self, _report: object) -> None:
        self._root.mkdir(parents=True)
        raise LabError("etcd does not start")

    def down(self, _report: object, grace: float) -> None:
        """Nothing runs, and nothing of it would be kept."""
        assert grace == 0


@pytest.fixture
def paths(tmp_path: Path) -> LabPaths:
    return LabPaths(root=tmp_path / "lab", cache=tmp_path / "cache")


def test_a_stack_that_is_not_there_starts_nothing(paths: LabPaths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(module, "ensure")  # nor is a tool built for it
    with pytest.raises(UsageError, match="there is no stack nada"):
        rehearse(paths, PROJECT_ROOT, "nada", Quiet())
    assert not paths.root.exists()


def test_a_second_rehearsal_leaves_the_first_ones_lab_alone(paths: LabPaths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(module, "Lab")
    monkeypatch.delattr(module, "ensure")
    (paths.root / "project").mkdir(parents=True)
    with alone(paths.root), pytest.raises(LabError, match=r"another command \(pid \d+\) has this lab for itself"):
        rehearse(paths, PROJECT_ROOT, "staging", Quiet())
    assert (paths.root / "project").is_dir()


def test_a_lab_that_does_not_start_leaves_nothing(paths: LabPaths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ensure", lambda *_: None)
    monkeypatch.setattr(module, "Lab", _Lab)
    with pytest.raises(LabError, match="etcd does not start"):
        rehearse(paths, PROJECT_ROOT, "staging", Quiet())
    assert not paths.root.exists()
