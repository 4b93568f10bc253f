from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from guardrails.resources.reading import UNKNOWN

if TYPE_CHECKING:
    from tests.support.policies import Ask, AskStack

RULE, OPEN = "network/default-deny", "network/no-open-policy"
NAMESPACE: dict[str, Any] = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "n"}}
BOTH = ["Ingress", "Egress"]


def _policy(namespace: object = "n", **spec: object) -> dict[str, Any]:
    metadata = {"name": "deny", "namespace": namespace}
    given = {"podSelector": {}, "policyTypes": BOTH, **spec}
    return {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": metadata, "spec": given}


def test_one_policy_or_two_deny_everything(ask_stack: AskStack) -> None:
    assert ask_stack(RULE, NAMESPACE, _policy()) == ()
    assert ask_stack(RULE, NAMESPACE, *(_policy(policyTypes=[one]) for one in BOTH)) == ()
    assert ask_stack(RULE, _policy(), NAMESPACE, _policy(ingress=[{}])) == ()


@pytest.mark.parametrize(
    ("given", "directions"),
    [
        ([], ["ingress", "egress"]),
        ([_policy("m")], ["ingress", "egress"]),
        ([_policy(podSelector={"matchLabels": {"app": "api"}})], ["ingress", "egress"]),
        ([_policy(podSelector=None)], ["ingress", "egress"]),
        ([_policy(ingress=[{}])], ["ingress", "egress"]),
        ([_policy(policyTypes=["Ingress"])], ["egress"]),
        ([_policy(policyTypes=None)], ["egress"]),
    ],
)
def test_what_is_not_denied_is_found(ask_stack: AskStack, given: list[dict[str, Any]], directions: list[str]) -> None:
    found = ask_stack(RULE, NAMESPACE, *given)
    assert [finding.message.split()[3] for finding in found] == directions
    assert {(finding.address, finding.resource, finding.unknown) for finding in found} == {
        ("urn:0", "Namespace n", False)
    }


@pytest.mark.parametrize(
    "policy", [_policy(UNKNOWN), _policy(podSelector=UNKNOWN), _policy(ingress=UNKNOWN), _policy(policyTypes=UNKNOWN)]
)
def test_what_is_not_known_is_found_as_unknown(ask_stack: AskStack, policy: dict[str, Any]) -> None:
    found = ask_stack(RULE, NAMESPACE, policy)
    assert found
    assert all(finding.unknown for finding in found)


@pytest.mark.parametrize(
    ("rule", "unknown"),
    [
        ({}, [False]),
        ({"from": [], "ports": []}, [False]),
        ({"ports": [{"port": 8080}]}, []),
        ({"from": [{"podSelector": {}}]}, []),
        ({"from": [{"namespaceSelector": {}}]}, [False]),
        ({"from": [{"namespaceSelector": {}, "podSelector": {"matchLabels": {"app": "edge"}}}]}, []),
        ({"from": [{"namespaceSelector": {"matchLabels": {"team": "edge"}}}]}, []),
        ({"from": [{"ipBlock": {"cidr": "0.0.0.0/0", "except": ["10.0.0.0/8"]}}]}, [False]),
        ({"from": [{"ipBlock": {"cidr": "::/0"}}], "ports": [{"port": 443}]}, []),
        ({"from": [{"ipBlock": {"cidr": "10.0.0.0/8"}}]}, []),
        ({"from": [{"ipBlock": {"cidr": UNKNOWN}}]}, [True]),
        ({"from": [{"ipBlock": UNKNOWN}]}, [True]),
        ({"from": [UNKNOWN]}, [True]),
        ({"from": UNKNOWN}, [True]),
        ({"from": [{"podSelector": {}}], "ports": UNKNOWN}, []),
        ({"ports": UNKNOWN}, [True]),
        (UNKNOWN, [True]),
    ],
)
def test_a_policy_that_lets_everybody_in_is_none(ask: Ask, rule: object, unknown: list[bool]) -> None:
    assert [finding.unknown for finding in ask(OPEN, _open({"ingress": [rule]}))] == unknown


def test_what_goes_out_is_listed_as_well_and_a_policy_without_rules_is_fine(ask: Ask) -> None:
    assert [finding.path for finding in ask(OPEN, _open({"egress": [{"ports": [{"port": 53}]}, {}]}))] == [
        "spec.egress[1]"
    ]
    assert ask(OPEN, _open({"policyTypes": ["Ingress", "Egress"]})) == ()
    assert [finding.unknown for finding in ask(OPEN, _open(UNKNOWN))] == [True]
    assert [finding.path for finding in ask(OPEN, _open({"egress": UNKNOWN}))] == ["spec.egress"]


def _open(spec: object) -> dict[str, object]:
    return {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "x"}, "spec": spec}
