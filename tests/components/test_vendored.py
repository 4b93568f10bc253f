"""Charts in the project: those that a pin names, as they were pinned, and none besides."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from components.errors import SettingsError
from components.sources import VENDORED, Chart, ChartPin
from components.vendored import pinned_charts, read_vendored

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.stackfiles import Project

FREE = ChartPin("keda", "2.18.0", "https://charts.example.org")
HELD = ChartPin("vault", "0.31.0", "https://charts.example.org", hashlib.sha256(b"vault").hexdigest())


def _put(root: Path, name: str, content: bytes) -> None:
    (root / VENDORED).mkdir(parents=True, exist_ok=True)
    (root / VENDORED / name).write_bytes(content)


def test_none_is_fine(tmp_path: Path) -> None:
    assert read_vendored(tmp_path, [FREE]) == (frozenset(), ())


def test_those_of_the_pins_are_found(tmp_path: Path) -> None:
    _put(tmp_path, FREE.archive, b"keda")
    _put(tmp_path, HELD.archive, b"vault")
    assert read_vendored(tmp_path, [FREE, HELD]) == (frozenset({"keda-2.18.0.tgz", "vault-0.31.0.tgz"}), ())


@pytest.mark.parametrize(
    ("name", "what"), [("keda-2.17.0.tgz", "no chart that"), (HELD.archive, "not the chart that is pinned")]
)
def test_others_are_problems(tmp_path: Path, name: str, what: str) -> None:
    _put(tmp_path, name, b"something else")
    (problem,) = read_vendored(tmp_path, [FREE, HELD])[1]
    assert what in problem.message
    assert name in str(problem)


def test_settings_prefer_them_to_every_source(project: Project) -> None:
    pin = pinned_charts()[0]
    _put(project.folder, pin.archive, b"chart")
    sources = project.settings({"CARTORIO_CHART_MIRROR": "http://127.0.0.1:1"}).sources
    assert sources.chart(pin) == Chart(f"./{VENDORED}/{pin.archive}", None)
    assert sources.chart(pinned_charts()[1]).repository == "http://127.0.0.1:1"


def test_settings_refuse_an_archive_that_nothing_installs(project: Project) -> None:
    _put(project.folder, "forgotten-1.0.0.tgz", b"chart")
    with pytest.raises(SettingsError, match=r"forgotten-1\.0\.0\.tgz.*no chart"):
        project.settings()
