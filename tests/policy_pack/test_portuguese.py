from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from guardrails import portuguese
from guardrails.catalogue import CATALOGUE
from guardrails.model import Profile

if TYPE_CHECKING:
    from pathlib import Path

TEXTS = portuguese.texts()
# Names of things are the same in both languages; words between them are not. `a`, `as`, `no` and `do` are both.
ENGLISH = re.compile(r"\b(?:the|of|is|are|with|and|every|without|that|which|what|whoever|leave)\b", re.IGNORECASE)


def test_every_rule_has_a_text_and_no_text_is_without_its_rule() -> None:
    assert set(TEXTS) == {policy.id for policy in CATALOGUE}


@pytest.mark.parametrize("rule", TEXTS)
def test_a_text_is_whole_sentences_of_portuguese(rule: str) -> None:
    text = TEXTS[rule]
    assert not text.title.endswith(".")
    assert text.why.endswith(".")
    assert text.why.count(". ") == 0, "the rationale is one sentence"
    assert text.remedy.endswith(".")
    for sentence in (text.title, text.why, text.remedy):
        assert sentence[0].isupper() or sentence.startswith(("`", "nodes/", "system:"))
        assert not ENGLISH.search(re.sub(r"`[^`]*`", "", sentence)), sentence


def test_a_text_names_the_settings_that_the_english_remedy_names() -> None:
    """Who does as the Portuguese says does what the English asks: properties keep their names."""
    property_name = re.compile(r"\b[a-z]+(?:[A-Z][a-z0-9]+)+\b")
    lost = {
        policy.id: missing
        for policy in CATALOGUE
        if (
            missing := set(property_name.findall(policy.remediation))
            - set(property_name.findall(TEXTS[policy.id].remedy))
        )
    }
    assert lost == {}


def test_what_has_to_be_done_about_the_texts_is_told() -> None:
    first, second, *_ = CATALOGUE
    changed = replace(first, title="Something else")
    known = {
        first.id: replace(TEXTS[first.id], of=portuguese.fingerprint(first)),
        "gone/rule": TEXTS[second.id],
    }
    now = portuguese.fingerprint(changed)
    told = list(portuguese.complaints((changed, second), known))
    assert told == [
        f"pt-BR.yaml: {first.id} says another thing in English now; read it again, then set `of: '{now}'`",
        f"pt-BR.yaml: {second.id} has no Portuguese text; add one with `of: '{portuguese.fingerprint(second)}'`",
        "pt-BR.yaml: there is no rule gone/rule; take its text away",
    ]
    assert list(portuguese.complaints((first,), {first.id: known[first.id]})) == []


def test_the_page_has_every_rule_with_what_an_auditor_asks() -> None:
    page = portuguese.page(CATALOGUE, TEXTS)
    assert re.findall(r"^### (.*)$", page, re.MULTILINE) == [policy.id for policy in CATALOGUE]
    for policy in CATALOGUE:
        assert f"**{TEXTS[policy.id].title}.** {TEXTS[policy.id].why}" in page
        assert all(control.source_url in page for control in policy.controls)
    assert page.count("- Aplicação: ") == page.count("- Providência: ") == len(CATALOGUE)
    assert f"obrigatória em `{Profile.PRODUCAO}`" in page


def test_a_rule_without_a_text_is_shown_in_english_and_says_so() -> None:
    first = CATALOGUE[0]
    page = portuguese.page((first,), {})
    assert f"**{first.title}.** {first.rationale} *(ainda sem tradução)*" in page


@pytest.mark.parametrize(
    "content", ["aws/x: text\n", "aws/x: {title: a}\n", "aws/x: {title: a, why: b, remedy: c, of: 1}\n", "{"]
)
def test_a_file_that_is_not_as_it_should_be_is_told_by_name(content: str, tmp_path: Path) -> None:
    file = tmp_path / "pt-BR.yaml"
    file.write_text(content)
    with pytest.raises(ValueError, match=r"pt-BR\.yaml"):
        portuguese.texts(file)
