"""A program without cycles looked for and without debug messages, unless somebody wants those."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

import pulumi
import pytest

from components.economy import economise

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def _as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(pulumi.log, "debug", pulumi.log.debug)
    yield
    gc.enable()


class _Engine:
    """Counts what the SDK logs."""

    def __init__(self) -> None:
        self.logged: list[str] = []

    def Log(self, request: object) -> None:  # noqa: N802 - the protocol's name
        self.logged.append(str(getattr(request, "message", "")))


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> _Engine:
    """An engine that hears the SDK."""
    heard = _Engine()
    monkeypatch.setattr(pulumi.log, "get_engine", lambda: heard)
    return heard


@pytest.mark.parametrize("wanted", [None, "false", ""])
def test_only_debug_messages_are_dropped(engine: _Engine, wanted: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PULUMI_OPTION_DEBUG", raising=False)
    if wanted is not None:
        monkeypatch.setenv("PULUMI_OPTION_DEBUG", wanted)
    economise()
    pulumi.log.debug("registering")
    pulumi.log.warn("careful")
    assert engine.logged == ["careful"]


@pytest.mark.parametrize("wanted", ["true", "1", "TRUE"])
def test_whoever_asks_for_debug_messages_has_them(
    engine: _Engine, wanted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PULUMI_OPTION_DEBUG", wanted)
    economise()
    pulumi.log.debug("registering")
    assert engine.logged == ["registering"]


def test_no_cycles_are_looked_for() -> None:
    assert gc.isenabled()
    economise()
    assert not gc.isenabled()
