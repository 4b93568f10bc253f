"""docs/plan.schema.json is what the models say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from delivery.plan import docgen

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_the_committed_schema_is_current() -> None:
    assert docgen.main(["--check"]) == 0


def test_another_one_is_noticed_and_mended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(docgen, "FILE", tmp_path / "plan.schema.json")
    assert docgen.main(["--check"]) == 1
    assert "make docs" in capsys.readouterr().err
    assert docgen.main([]) == 0
    assert docgen.main(["--check"]) == 0
