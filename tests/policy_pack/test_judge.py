from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardrails.catalogue import CATALOGUE
from guardrails.exemptions import Exemption
from guardrails.judge import judge
from guardrails.model import Context, Enforcement, Finding, Levels, OnUnknown, Profile
from guardrails.resources.kubernetes import parse_object
from tests.support.policies import NOW, REGISTRIES

if TYPE_CHECKING:
    from guardrails.model import Policy
    from guardrails.resources.base import Resource

CONTEXT = Context(Profile.PRODUCAO, NOW, REGISTRIES)


def _pod(name: str, **container: object) -> tuple[Resource, ...]:
    spec = {"containers": [{"name": "api", **container}]}
    manifest = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": spec}
    return tuple(parse_object(manifest, address=f"urn:pulumi:s::p::Pod::{name}"))


def _exempt(rule: str, resource: str) -> Exemption:
    return Exemption(rule, resource, "why", "who", "T-1", date(2026, 12, 1))


def _rules(resources: tuple[Resource, ...], *exemptions: Exemption, context: Context = CONTEXT) -> set[str]:
    return {violation.rule for violation in judge(resources, context, CATALOGUE, exemptions).violations}


def test_a_finding_becomes_a_violation_with_all_that_a_report_shows(policies: dict[str, Policy]) -> None:
    policy = policies["image/digest-pinned"]
    (found,) = judge(_pod("api", image="nginx"), CONTEXT, [policy]).violations
    assert (found.rule, found.severity, found.enforcement) == (policy.id, policy.severity, Enforcement.MANDATORY)
    assert found.address == "urn:pulumi:s::p::Pod::api"
    assert found.resource == "Pod api"
    assert found.path == "spec.containers[0].image"
    assert found.remedy == policy.remediation


def test_one_cause_is_reported_once() -> None:
    rules = _rules(_pod("api", image="registry.cartorio.internal/cartorio/api:1"))
    assert "image/digest-pinned" in rules
    assert "image/signed" not in rules


def test_an_exempted_rule_takes_no_other_with_it() -> None:
    resources = _pod("api", image="registry.cartorio.internal/cartorio/api:1")
    rules = _rules(resources, _exempt("image/digest-pinned", "urn:pulumi:s::p::Pod::api"))
    assert "image/digest-pinned" not in rules
    assert "image/signed" in rules


def test_a_rule_that_is_only_advice_silences_nothing(policies: dict[str, Policy]) -> None:
    advice = replace(
        policies["image/digest-pinned"],
        enforcement=Levels(Enforcement.ADVISORY, Enforcement.ADVISORY, Enforcement.ADVISORY),
    )
    found = judge(_pod("api", image="nginx"), CONTEXT, [advice, policies["image/signed"]]).violations
    assert {violation.rule for violation in found} == {"image/digest-pinned", "image/signed"}


def test_exempted_violations_are_kept_apart() -> None:
    exemption = _exempt("workload/resources", "urn:pulumi:s::p::Pod::a*")
    judgement = judge(_pod("api"), CONTEXT, CATALOGUE, [exemption])
    assert {violation.rule for violation, _ in judgement.exempted} == {"workload/resources"}
    assert all(used is exemption for _, used in judgement.exempted)


def test_a_disabled_policy_is_not_applied(policies: dict[str, Policy]) -> None:
    off = replace(
        policies["workload/probes"],
        enforcement=Levels(Enforcement.DISABLED, Enforcement.ADVISORY, Enforcement.MANDATORY),
    )
    local = replace(CONTEXT, profile=Profile.LOCAL)
    assert judge(_pod("api"), local, [off]).applied == frozenset()
    assert {v.enforcement for v in judge(_pod("api"), CONTEXT, [off]).violations} == {Enforcement.MANDATORY}


def test_a_rule_that_crashes_is_a_violation_without_a_traceback(policies: dict[str, Policy]) -> None:
    def crash(_resource: object, _context: Context) -> tuple[Finding, ...]:
        raise KeyError("a secret value")

    broken = replace(policies["image/signed"], rule=crash)
    (found,) = judge(_pod("api"), CONTEXT, [broken]).violations
    assert found.rule == "image/signed"
    assert found.resource == "Pod api"
    assert found.enforcement is Enforcement.MANDATORY
    assert "KeyError" in found.message
    assert "secret" not in found.message


@pytest.mark.parametrize(("on_unknown", "reported"), [(OnUnknown.VIOLATION, 1), (OnUnknown.WAIT, 0)])
def test_an_unknown_value_is_a_violation_unless_the_rule_waits(
    policies: dict[str, Policy], on_unknown: OnUnknown, reported: int
) -> None:
    policy = replace(
        policies["image/signed"], on_unknown=on_unknown, rule=lambda *_: (Finding("p", "not known", unknown=True),)
    )
    assert len(judge(_pod("api"), CONTEXT, [policy]).violations) == reported


@given(st.permutations(range(4)), st.permutations(CATALOGUE))
def test_the_order_of_resources_and_rules_changes_nothing(order: list[int], policies: list[Policy]) -> None:
    pods = [
        _pod("a", image="nginx"),
        _pod("b", image=f"{REGISTRIES[0]}/api:1", securityContext={"privileged": True}),
        _pod("c", securityContext={"privileged": "no"}),
        _pod("d", image="nginx"),
    ]
    straight = judge([r for pod in pods for r in pod], CONTEXT, CATALOGUE)
    assert judge([r for i in order for r in pods[i]], CONTEXT, policies) == straight
    assert straight.violations


def test_an_exemption_of_what_waits_or_is_said_already_is_in_use(policies: dict[str, Policy]) -> None:
    exemption = _exempt("image/signed", "urn:pulumi:s::p::Pod::api")
    waits = replace(
        policies["image/signed"],
        on_unknown=OnUnknown.WAIT,
        rule=lambda *_: (Finding("p", "not known", unknown=True),),
    )
    judgement = judge(_pod("api"), CONTEXT, [waits], [exemption])
    assert judgement.violations == ()
    assert judgement.exempted == ()
    assert judgement.used == {exemption}
    assert judge(_pod("other"), CONTEXT, [waits], [exemption]).used == frozenset()
