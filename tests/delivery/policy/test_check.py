from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from delivery.policy import check as module
from delivery.policy.model import Item, Material
from guardrails.catalogue import CATALOGUE
from guardrails.exemptions import Exemption
from guardrails.model import Profile
from guardrails.resources.base import Declared
from lab.errors import UsageError
from tests.support.policies import surroundings

if TYPE_CHECKING:
    from delivery.policy.model import Result

BUCKET = "aws:s3/bucket:Bucket"
SELECTED = module.select(CATALOGUE, ["aws/s3-public-access", "pss/baseline/privileged"], [])


def _pod(name: str, *, privileged: bool) -> Item:
    spec = {"containers": [{"name": "api", "securityContext": {"privileged": privileged}}]}
    manifest = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": spec}
    return Item(Declared("kubernetes:core/v1:Pod", name, f"file:a.yaml#Pod/{name}", manifest), "a.yaml", 1)


def _bucket(stack: str) -> Item:
    urn = f"urn:pulumi:{stack}::cartorio::{BUCKET}::evidence"
    declared = Declared(BUCKET, "evidence", urn, {})
    within = "deployment.resources[0].inputs"
    return Item(declared, f"{stack}.json", 1, within, group=f"{stack}.json", after=declared)


def _check(*items: Item, exempt: tuple[Exemption, ...] = (), secrets: tuple[str, ...] = ()) -> Result:
    checker = module.Checker(SELECTED, Profile.PRODUCAO, surroundings(exemptions=exempt))
    assert [checker.judge(item) for item in items] == [*range(1, len(items) + 1)]
    return checker.result(Material(secrets=set(secrets)))


def test_rules_are_chosen_by_pattern_and_what_cannot_be_read_is_always_said() -> None:
    chosen = {policy.id for policy in module.select(CATALOGUE, ["image/*", "pss/*"], ["*/allowed-registry"])}
    assert {"image/signed", "pack/readable", "pack/rendered", "pss/baseline/privileged"} <= chosen
    assert not chosen & {"image/allowed-registry", "aws/kms-rotation"}
    assert "pack/readable" not in {policy.id for policy in module.select(CATALOGUE, [], ["pack/*"])}
    assert module.select(CATALOGUE, [], []) == CATALOGUE


@pytest.mark.parametrize(("only", "skip"), [(["pss/nothing"], []), ([], ["pss"])])
def test_a_pattern_that_no_rule_has_is_a_mistake(only: list[str], skip: list[str]) -> None:
    with pytest.raises(UsageError, match="there is no rule"):
        module.select(CATALOGUE, only, skip)


def test_findings_are_in_order_whatever_the_order_of_the_files() -> None:
    items = [_pod("b", privileged=True), _pod("a", privileged=True), _pod("c", privileged=False), _bucket("s")]
    result = _check(*items)
    assert [(found.file, found.resource, found.rule) for found in result.findings] == [
        ("a.yaml", "Pod a", "pss/baseline/privileged"),
        ("a.yaml", "Pod b", "pss/baseline/privileged"),
        ("s.json", "Bucket evidence", "aws/s3-public-access"),
    ]
    assert result.checked == 4
    assert _check(*reversed(items)) == result


def test_each_stack_is_judged_by_itself() -> None:
    assert {found.file for found in _check(_bucket("one"), _bucket("two")).findings} == {"one.json", "two.json"}


def test_what_is_exempt_is_listed_and_is_no_finding() -> None:
    exemption = Exemption("pss/baseline/privileged", "file:a.yaml#Pod/a", "why", "who", "T-1", date(2026, 12, 1))
    result = _check(_pod("a", privileged=True), exempt=(exemption,))
    assert result.findings == ()
    assert [(found.resource, of) for found, of in result.exempted] == [("Pod a", exemption)]


def test_no_secret_is_in_a_finding() -> None:
    (found,) = _check(_pod("hunter2-hunter2", privileged=True), secrets=("hunter2-hunter2",)).findings
    assert found.resource == "Pod [secret]"
