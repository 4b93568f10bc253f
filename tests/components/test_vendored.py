"""Charts in the project: those that a pin names, as they were pinned, and none besides."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from components import versions
from components.errors import SettingsError
from components.locked import LOCK, render_lock
from components.sources import VENDORED, Chart, ChartPin
from components.vendored import held, pinned_charts, read_vendored

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.stackfiles import Project

FREE = ChartPin("keda", "2.18.0", "https://charts.example.org")
HELD = ChartPin("vault", "0.31.0", "https://charts.example.org", hashlib.sha256(b"vault").hexdigest())


def _put(root: Path, name: str, content: bytes) -> None:
    (root / VENDORED).mkdir(parents=True, exist_ok=True)
    (root / VENDORED / name).write_bytes(content)


def _lock(root: Path, pin: ChartPin, content: bytes) -> None:
    (root / LOCK).write_text(render_lock({pin.archive: hashlib.sha256(content).hexdigest()}))


def test_none_is_fine(tmp_path: Path) -> None:
    assert read_vendored(tmp_path, [FREE]) == (frozenset(), ())


def test_those_of_the_pins_are_found(tmp_path: Path) -> None:
    _put(tmp_path, FREE.archive, b"keda")
    _put(tmp_path, HELD.archive, b"vault")
    _lock(tmp_path, FREE, b"keda")
    assert read_vendored(tmp_path, [FREE, HELD]) == (frozenset({"keda-2.18.0.tgz", "vault-0.31.0.tgz"}), ())


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("keda-2.17.0.tgz", "no chart that"),
        (HELD.archive, "not the chart that is pinned"),
        (FREE.archive, f"in neither components/versions.py nor {LOCK}, and could be anything: fetch it with"),
    ],
)
def test_others_are_problems(tmp_path: Path, name: str, what: str) -> None:
    _put(tmp_path, name, b"something else")
    (problem,) = read_vendored(tmp_path, [FREE, HELD])[1]
    assert what in problem.message
    assert name in str(problem)


def test_one_that_only_the_lock_holds_must_be_the_locked_one(tmp_path: Path) -> None:
    _put(tmp_path, FREE.archive, b"another keda")
    _lock(tmp_path, FREE, b"keda")
    (problem,) = read_vendored(tmp_path, [FREE])[1]
    assert f"not {hashlib.sha256(b'keda').hexdigest()}; fetch it with `cartorio charts vendor keda`" in problem.message


def test_no_lock_changes_what_a_pin_says() -> None:
    assert held([HELD, FREE], {HELD.archive: "0" * 64, FREE.archive: "1" * 64}) == (
        HELD,
        ChartPin(FREE.name, FREE.version, FREE.source, "1" * 64),
    )


def test_a_broken_lock_is_the_one_problem(tmp_path: Path) -> None:
    _put(tmp_path, HELD.archive, b"vault")
    (tmp_path / LOCK).write_text("{}")
    found, (problem,) = read_vendored(tmp_path, [HELD])
    assert (found, problem.file) == (frozenset(), LOCK)


def test_settings_prefer_them_to_every_source(project: Project) -> None:
    pin = versions.VAULT
    _put(project.folder, pin.archive, b"chart")
    _lock(project.folder, pin, b"chart")
    sources = project.settings({"CARTORIO_CHART_MIRROR": "http://127.0.0.1:1"}).sources
    assert sources.chart(pin) == Chart(f"./{VENDORED}/{pin.archive}", None)
    assert sources.chart(pinned_charts()[1]).repository == "http://127.0.0.1:1"


def test_settings_refuse_an_archive_that_nothing_installs(project: Project) -> None:
    _put(project.folder, "forgotten-1.0.0.tgz", b"chart")
    with pytest.raises(SettingsError, match=r"forgotten-1\.0\.0\.tgz.*no chart"):
        project.settings()
