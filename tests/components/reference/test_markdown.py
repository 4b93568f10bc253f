from __future__ import annotations

from components.reference.markdown import table


def test_a_table_has_its_headings_and_what_would_break_a_row_is_escaped() -> None:
    assert table(("a", "b"), [("str | None", "one\ntwo")]) == ["| a | b |", "|---|---|", "| str \\| None | one two |"]
