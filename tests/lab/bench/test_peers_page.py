from __future__ import annotations

from dataclasses import replace

from guardrails.catalogue import CATALOGUE
from lab.bench import peers, peers_page

RECORDED = peers.recorded()
RULES = peers_page.rules_of(RECORDED)


def test_every_difference_has_a_reason_and_no_reason_is_of_nothing() -> None:
    assert [rule for rule in RULES if not peers_page.why(rule, peers_page.seen_by(RECORDED, rule))] == []
    assert set(peers_page.WHY) <= set(RULES)
    used = {peers_page.why(rule, peers_page.seen_by(RECORDED, rule)) for rule in RULES}
    areas = {reason for reason in peers_page.BY_AREA.values() if reason not in used}
    assert areas <= {peers_page.BY_AREA["pack/"], peers_page.BY_AREA["stack/"]}


def test_every_check_that_fails_is_seen_by_a_rule_is_ours_as_well_or_has_a_reason() -> None:
    failing = {check for one in RECORDED.manifests.values() for check in one.failed}
    seen = {check for rule in RULES for check in peers_page.seen_by(RECORDED, rule)}
    assert failing == seen | set(peers_page.OURS_AS_WELL) | set(peers_page.NOT_ASKED)
    assert seen.isdisjoint(peers_page.OURS_AS_WELL)
    assert set(peers_page.OURS_AS_WELL.values()) <= {policy.id for policy in CATALOGUE}


def test_the_page_names_every_rule_that_was_measured_and_says_who_sees_it() -> None:
    page = peers_page.page(RECORDED)
    assert all(f"`{rule}`" in page for rule in RULES)
    assert {rule.id for rule in CATALOGUE if rule.id.startswith(("pss/", "rbac/", "storage/"))} <= set(RULES)
    assert "| `pss/baseline/privileged`" in page
    assert f"checkov {RECORDED.checkov}" in page


def test_a_rule_that_checkov_begins_to_see_is_moved_by_the_record_alone() -> None:
    name = "workload/priority failing"
    said = RECORDED.manifests[name]
    changed = replace(RECORDED, manifests={**RECORDED.manifests, name: replace(said, failed=(*said.failed, "CKV_X"))})
    assert peers_page.seen_by(RECORDED, "workload/priority") == ()
    assert peers_page.seen_by(changed, "workload/priority") == ("CKV_X",)
    assert "| `workload/priority` | CKV_X | the same |" in peers_page.page(changed)
