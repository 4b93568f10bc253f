from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from lab.charts.pins import Pin, ask
from lab.errors import LabError
from lab.paths import PROJECT_ROOT

if TYPE_CHECKING:
    from pathlib import Path

GOOD = {"name": "vault", "version": "0.32.0", "source": "https://charts.example.test", "digest": None}


@pytest.fixture
def program(tmp_path: Path) -> Path:
    (tmp_path / "components").mkdir()
    (tmp_path / "components" / "__init__.py").touch()
    return tmp_path


def _says(program: Path, *entries: dict[str, Any]) -> tuple[Pin, ...]:
    (program / "components" / "pins.py").write_text(f"print({json.dumps(entries)!r})")
    return ask(program)


def test_this_program_tells_its_charts() -> None:
    pins = ask(PROJECT_ROOT)
    assert {"cert-manager", "vault", "external-secrets"} <= {pin.name for pin in pins}
    assert all(pin.source.startswith(("https://", "oci://")) for pin in pins)


def test_another_checkout_tells_its_own(program: Path) -> None:
    assert _says(program, GOOD) == (Pin("vault", "0.32.0", "https://charts.example.test"),)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"name": "../vault"}, "no name or version of a chart"),
        ({"version": "latest"}, "no name or version of a chart"),
        ({"version": "1.0.0/../../x"}, "no name or version of a chart"),
        ({"digest": "sha256:00"}, "no SHA-256 of an archive"),
        ({"colour": "red"}, "does not tell its charts"),
    ],
)
def test_what_is_no_chart_is_refused(program: Path, change: dict[str, str], complaint: str) -> None:
    with pytest.raises(LabError, match=complaint):
        _says(program, {**GOOD, **change})


def test_one_name_and_version_has_one_source(program: Path) -> None:
    with pytest.raises(LabError, match="two sources"):
        _says(program, GOOD, {**GOOD, "source": "https://other.example.test"})


def test_a_program_that_does_not_run_is_an_error_in_its_own_words(program: Path) -> None:
    (program / "components" / "pins.py").write_text("raise SystemExit('broken: versions')")
    with pytest.raises(LabError, match="does not tell its charts: broken: versions"):
        ask(program)
