from __future__ import annotations

import re
from typing import TYPE_CHECKING

from guardrails import docgen, portuguese
from guardrails.catalogue import CATALOGUE

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_the_committed_page_is_current() -> None:
    assert docgen.PAGE.read_bytes() == docgen.page(CATALOGUE).encode()
    assert docgen.PORTUGUESE.read_bytes() == portuguese.page(CATALOGUE, portuguese.texts()).encode()
    assert docgen.main(["--check"]) == 0


def test_the_page_shows_every_policy_with_both_examples() -> None:
    page = docgen.page(CATALOGUE)
    assert re.findall(r"^## (.*)$", page, re.MULTILINE) == [policy.id for policy in CATALOGUE]
    for policy in CATALOGUE:
        assert policy.title in page
        assert policy.remediation in page
        assert policy.failing.text.strip() in page
        assert policy.passing.text.strip() in page


def test_links_lead_to_headings() -> None:
    page = docgen.page(CATALOGUE)
    anchors = set(re.findall(r"\]\(#([^)]+)\)", page))
    assert anchors == {heading.replace("/", "") for heading in re.findall(r"^## (.*)$", page, re.MULTILINE)}


def test_a_page_that_is_out_of_date_is_told_and_rewritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "docs" / "policies.md"
    monkeypatch.setattr(docgen, "PAGE", page)
    monkeypatch.setattr(docgen, "PORTUGUESE", page.with_name("policies.pt-BR.md"))
    assert docgen.main(["--check"]) == 1
    assert "out of date" in capsys.readouterr().err
    assert not page.exists()
    assert docgen.main([]) == 0
    assert docgen.main(["--check"]) == 0
