"""What every test may ask for: the toolchain, a running lab, a namespace of its own."""

from __future__ import annotations

import os
import signal
import uuid
from typing import TYPE_CHECKING

import pytest
from filelock import FileLock
from hypothesis import HealthCheck, settings

from lab.paths import LabPaths
from lab.report import Quiet
from tests.support import lab as support

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import FrameType

    from lab.services import Tools
    from tests.support.lab import RunningLab

# Typer decides once for all whether a runner of GitHub's reads it, by the environment that it is first imported in.
os.environ["_TYPER_FORCE_DISABLE_TERMINAL"] = "1"

# Examples share two cores with a control plane: how long one takes says nothing about the code.
settings.register_profile("cartorio", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("cartorio")

_FIXTURES_OF_LAB = {"lab", "private_lab"}
_SLOWEST = ("e2e", "lab")


def pytest_configure(config: pytest.Config) -> None:
    _heed_signals()
    if hasattr(config, "workerinput"):
        return  # an xdist worker: the controller has named the labs' folder, and removes it
    home = support.open_session()
    config.add_cleanup(lambda: support.close_session(home))

    def end(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt  # as Ctrl-C: the session ends, and with it its labs

    signal.signal(signal.SIGTERM, end)


def _heed_signals() -> None:
    """A runner in the background (`&`, `nohup`) ignores these signals, and what it starts inherits that."""
    for number, handler in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, handler)


@pytest.hookimpl(tryfirst=True)  # before `-m` selects
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if _FIXTURES_OF_LAB & set(getattr(item, "fixturenames", ())):
            item.add_marker("lab")
    # What waits longest begins first, or it is all that is left at the end, with the other workers idle.
    ranks: dict[Path, int] = {}
    for item in items:
        ranks[item.path] = min(_rank(item), ranks.get(item.path, len(_SLOWEST)))
    items.sort(key=lambda item: ranks[item.path])


def _rank(item: pytest.Item) -> int:
    """Where a test comes: those of the first mark of `_SLOWEST` first, those of none last."""
    return next((rank for rank, mark in enumerate(_SLOWEST) if item.get_closest_marker(mark)), len(_SLOWEST))


@pytest.fixture(scope="session")
def toolchain() -> Tools:
    """Every tool of the lab, built when it is missing; a tool that cannot be had fails the test."""
    from lab.toolchain import ensure

    return ensure(None, LabPaths.default(), Quiet())


@pytest.fixture(scope="session")
def lab(toolchain: Tools) -> RunningLab:
    """The session's lab. Tests share it: they leave its services alone and clean up what they make."""
    return support.bring_up("shared", toolchain)


@pytest.fixture
def private_lab(toolchain: Tools) -> Iterator[RunningLab]:
    """A lab to break: one test at a time has it, complete at its start, in whatever state the last one left it."""
    root = LabPaths.default().root
    with FileLock(root.with_name("private.lock")):
        yield support.bring_up("private", toolchain)


@pytest.fixture
def namespace(lab: RunningLab) -> Iterator[str]:
    """A namespace of the shared cluster for one test; deleted afterwards, with what is in it."""
    name = f"test-{uuid.uuid4().hex[:10]}"
    lab.kubectl("create", "namespace", name)
    yield name
    lab.kubectl("delete", "namespace", name, "--wait=false")
