from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from components.errors import Problem
from components.workload.chart import Chart, read_chart

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "charts/app"
    (folder / "templates").mkdir(parents=True)
    (folder / "Chart.yaml").write_text("name: app\n", encoding="utf-8")
    (folder / "templates/a.yaml").write_text("ab", encoding="utf-8")
    (folder / "templates/b.yaml").write_text("c", encoding="utf-8")
    return tmp_path


def _checksum(root: Path) -> str:
    chart = read_chart(root, "./charts/app")
    assert isinstance(chart, Chart)
    assert chart.path == "./charts/app"
    return chart.checksum


def test_the_checksum_is_stable_and_does_not_depend_on_the_place(root: Path, tmp_path: Path) -> None:
    first = _checksum(root)
    moved = tmp_path / "elsewhere"
    moved.mkdir()
    (root / "charts").rename(moved / "charts")
    assert _checksum(moved) == first


@pytest.mark.parametrize(
    "changes",
    [
        {"templates/a.yaml": "AB"},
        {"templates/a.yaml": "a", "templates/b.yaml": "bc"},
        {"templates/c.yaml": ""},
        {".helmignore": "x"},
    ],
)
def test_every_change_of_a_file_changes_it(root: Path, changes: dict[str, str]) -> None:
    before = _checksum(root)
    for name, content in changes.items():
        (root / "charts/app" / name).write_text(content, encoding="utf-8")
    assert _checksum(root) != before


def test_a_renamed_file_changes_it(root: Path) -> None:
    before = _checksum(root)
    (root / "charts/app/templates/a.yaml").rename(root / "charts/app/templates/z.yaml")
    assert _checksum(root) != before


def test_what_is_no_chart_is_a_problem(root: Path) -> None:
    (root / "charts/app/Chart.yaml").unlink()
    found = read_chart(root, "./charts/app")
    assert isinstance(found, Problem)
    assert str(found).startswith("./charts/app  is not a Helm chart")
