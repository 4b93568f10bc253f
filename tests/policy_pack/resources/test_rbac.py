from __future__ import annotations

from typing import Any

import pytest

from guardrails.resources.kubernetes import parse_object
from guardrails.resources.rbac import Binding, Grant, Role
from guardrails.resources.reading import UNKNOWN

GROUP = "rbac.authorization.k8s.io/v1"


def _role(**body: object) -> Role:
    manifest = {"apiVersion": GROUP, "kind": "ClusterRole", "metadata": {"name": "x"}, **body}
    (found,) = [each for each in parse_object(manifest, address="a") if isinstance(each, Role)]
    return found


def _grant(verbs: object, groups: object, resources: object) -> Grant:
    role = _role(rules=[{"verbs": verbs, "apiGroups": groups, "resources": resources}])
    assert isinstance(role.grants, tuple)
    (grant,) = role.grants
    assert isinstance(grant, Grant)
    return grant


@pytest.mark.parametrize(
    ("verbs", "groups", "resources", "verdict"),
    [
        (["create"], [""], ["pods/exec"], True),
        (["*"], ["*"], ["*"], True),
        (["create"], [""], ["pods/*"], True),
        (["create"], [""], ["*/exec"], True),
        (["create"], [""], ["pods"], False),
        (["get"], [""], ["pods/exec"], False),
        (["create"], ["apps"], ["pods/exec"], False),
        (UNKNOWN, [""], ["pods/exec"], UNKNOWN),
        (["get", UNKNOWN], [""], ["pods/exec"], UNKNOWN),
        (["create", UNKNOWN], [""], ["pods/exec"], True),
        (UNKNOWN, ["apps"], ["pods/exec"], False),
    ],
)
def test_a_rule_grants_what_its_words_and_wildcards_say(
    verbs: object, groups: object, resources: object, verdict: object
) -> None:
    assert _grant(verbs, groups, resources).grants(frozenset({"create"}), "", "pods/exec") is verdict


@pytest.mark.parametrize(
    ("rule", "gathers"),
    [
        (None, False),
        ({"clusterRoleSelectors": [{"matchLabels": {"a": "b"}}]}, False),
        ({"clusterRoleSelectors": [{"matchExpressions": [{"key": "a", "operator": "Exists"}]}]}, False),
        ({"clusterRoleSelectors": [{}]}, True),
        ({"clusterRoleSelectors": [UNKNOWN]}, True),
        ({"clusterRoleSelectors": UNKNOWN}, UNKNOWN),
        (UNKNOWN, UNKNOWN),
    ],
)
def test_a_role_may_gather_all_others(rule: object, gathers: object) -> None:
    assert _role(aggregationRule=rule).gathers_all is gathers


def test_rules_that_are_not_known_are_remembered() -> None:
    assert _role(rules=UNKNOWN).grants is UNKNOWN
    assert _role(rules=[UNKNOWN]).grants == (UNKNOWN,)


def test_a_binding_says_who_and_what() -> None:
    manifest: dict[str, Any] = {
        "apiVersion": GROUP,
        "kind": "RoleBinding",
        "metadata": {"name": "x"},
        "roleRef": {"kind": "ClusterRole", "name": "view"},
        "subjects": [{"kind": "Group", "name": "g"}, UNKNOWN],
    }
    (found,) = [each for each in parse_object(manifest, address="a") if isinstance(each, Binding)]
    assert (found.role_kind, found.role) == ("ClusterRole", "view")
    assert isinstance(found.subjects, tuple)
    assert [(one.path, one.kind, one.name) for one in found.subjects] == [
        ("subjects[0]", "Group", "g"),
        ("subjects[1]", UNKNOWN, UNKNOWN),
    ]
