"""The job's summary."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from delivery.comment.body import SUMMARY
from delivery.comment.summary import append
from delivery.comment.wording import ENGLISH
from lab.errors import UsageError
from tests.support.plans import plan, state, step

if TYPE_CHECKING:
    from pathlib import Path

_LARGE = plan(
    *(step("create", f"r{n}", around=(f"cartorio:a{n}:B",), new=state(inputs={"x": "y" * 500})) for n in range(4000))
)


def test_plans_are_added_within_githubs_limit(tmp_path: Path) -> None:
    file = tmp_path / "summary.md"
    file.write_text("before\n")
    append(file, [_LARGE, plan(step("create"), stack="staging"), _LARGE], ENGLISH, "https://x.example")
    text = file.read_text("utf-8")
    assert text.startswith("before\n### ")
    assert "<code>staging</code>" in text
    assert file.stat().st_size <= SUMMARY
    assert "Left out for lack of space" in text


def test_a_summary_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be written"):
        append(tmp_path / "no" / "summary.md", [plan()], ENGLISH, "")
