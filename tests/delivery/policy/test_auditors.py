from __future__ import annotations

from delivery.policy.auditors import as_portuguese
from guardrails import portuguese
from guardrails.catalogue import CATALOGUE
from guardrails.model import Enforcement, Severity
from tests.support.checks import NASTY, found, result

SIGNED = portuguese.texts()["image/signed"]
(REMEDIATION,) = [policy.remediation for policy in CATALOGUE if policy.id == "image/signed"]


def test_what_is_asked_and_what_to_do_are_in_portuguese_and_what_was_found_as_it_was_said() -> None:
    report = as_portuguese(result(found(remedy=REMEDIATION)))
    assert "| onde | exigência | gravidade | constatação | providência |" in report
    assert f"`image/signed`<br>{SIGNED.title}<br>obrigatória | crítica | it is not signed (spec.image) |" in report
    assert SIGNED.remedy.split("policy_pack")[0] in report
    assert REMEDIATION not in report


def test_advice_of_the_finding_itself_stays_as_it_is() -> None:
    assert "| Sign it. |" in as_portuguese(result(found()))


def test_exemptions_and_what_could_not_be_read_are_there() -> None:
    advice = found(enforcement=Enforcement.ADVISORY, severity=Severity.LOW)
    report = as_portuguese(result(found(), advice, exempted=True, unread=True))
    assert "violações obrigatórias: 1; recomendações: 1; dispensas: 1; não lidos: 1" in report
    assert "31/12/2026" in report
    assert "`broken.yaml:4` não pôde ser lido" in report
    assert "nenhuma constatação" in as_portuguese(result())


def test_a_rule_that_is_not_translated_is_named() -> None:
    assert "`own/rule`<br>obrigatória" in as_portuguese(result(found(rule="own/rule")))


def test_nothing_that_somebody_wrote_is_more_than_text() -> None:
    report = as_portuguese(result(found(resource=NASTY, message=NASTY, file=NASTY), exempted=True, unread=True))
    assert "<b>" not in report
    assert "\x1b" not in report
    rows = [line for line in report.splitlines() if line.startswith("| ")]
    assert all(line.replace("\\|", "").count("|") == 6 for line in rows)
