from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from guardrails.resources.reading import UNKNOWN

if TYPE_CHECKING:
    from tests.support.policies import Ask, AskStack

QUOTA, LIMITS, LEVEL = "namespace/quota", "namespace/limits", "namespace/pod-security"
NAMESPACE: dict[str, Any] = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "n"}}


def _quota(hard: object, namespace: object = "n") -> dict[str, Any]:
    metadata = {"name": "q", "namespace": namespace}
    return {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": metadata, "spec": {"hard": hard}}


def _limits(limits: object, namespace: object = "n") -> dict[str, Any]:
    metadata = {"name": "l", "namespace": namespace}
    return {"apiVersion": "v1", "kind": "LimitRange", "metadata": metadata, "spec": {"limits": limits}}


@pytest.mark.parametrize(
    ("quotas", "is_unknown"),
    [
        ([_quota({"pods": "40"})], None),
        ([_quota({"count/pods": 40}), _quota({"pods": 1}, "m")], None),
        ([], False),
        ([_quota({"pods": 40}, "m")], False),
        ([_quota({"services.nodeports": 0})], False),
        ([_quota({"pods": 40}, UNKNOWN)], True),
        ([_quota(UNKNOWN)], True),
        ([_quota(UNKNOWN, "m")], False),
    ],
)
def test_a_quota_bounds_the_pods(ask_stack: AskStack, quotas: list[dict[str, Any]], *, is_unknown: bool | None) -> None:
    found = ask_stack(QUOTA, NAMESPACE, *quotas)
    assert [finding.unknown for finding in found] == ([] if is_unknown is None else [is_unknown])
    assert {finding.address for finding in found} <= {"urn:0"}


@pytest.mark.parametrize(
    ("others", "is_unknown"),
    [
        ([_limits([{"type": "Container", "max": {"cpu": 1}}])], None),
        ([_quota({"pods": 0})], None),  # nothing runs there
        ([], False),
        ([_quota({"pods": 1})], False),
        ([_limits([{"type": "Container"}])], False),
        ([_limits([{"type": "Pod", "max": {"cpu": 1}}])], False),
        ([_limits([{"type": "Container", "max": {"cpu": 1}}], "m")], False),
        ([_limits([{"type": "Container", "max": {"cpu": 1}}], UNKNOWN)], True),
        ([_limits(UNKNOWN)], True),
        ([_limits([UNKNOWN])], True),
    ],
)
def test_limits_bound_the_containers(
    ask_stack: AskStack, others: list[dict[str, Any]], *, is_unknown: bool | None
) -> None:
    found = ask_stack(LIMITS, NAMESPACE, *others)
    assert [finding.unknown for finding in found] == ([] if is_unknown is None else [is_unknown])


@pytest.mark.parametrize(
    ("labels", "is_unknown"),
    [
        ({"pod-security.kubernetes.io/enforce": "restricted"}, None),
        ({"pod-security.kubernetes.io/enforce": "privileged"}, None),
        ({"pod-security.kubernetes.io/warn": "restricted"}, False),
        ({"pod-security.kubernetes.io/enforce": "strict"}, False),
        ({"pod-security.kubernetes.io/enforce": UNKNOWN}, True),
        (UNKNOWN, True),
    ],
)
def test_a_namespace_says_its_level(ask: Ask, labels: object, *, is_unknown: bool | None) -> None:
    found = ask(LEVEL, {**NAMESPACE, "metadata": {"name": "n", "labels": labels}})
    assert [finding.unknown for finding in found] == ([] if is_unknown is None else [is_unknown])
