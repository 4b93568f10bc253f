from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.support.provider_engine import Engine

ADDON, ENTRY = "aws:eks/addon:Addon", "aws:eks/accessEntry:AccessEntry"
LEVEL = "aws:eks/accessPolicyAssociation:AccessPolicyAssociation"
IDENTITY = "aws:eks/podIdentityAssociation:PodIdentityAssociation"
ROLE = "arn:aws:iam::123456789012:role/sso/administrators"
VIEW = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy"
OF_NAMESPACE = {"type": "namespace", "namespaces": ["cartorio"]}

RECORDED: tuple[tuple[str, dict[str, Any], str, dict[str, Any]], ...] = (
    (
        ADDON,
        {"clusterName": "c", "addonName": "coredns", "addonVersion": "v1", "resolveConflictsOnCreate": "OVERWRITE"},
        "c:coredns",
        {"addonVersion": "v2", "configurationValues": "{}"},
    ),
    (ENTRY, {"clusterName": "c", "principalArn": ROLE}, f"c:{ROLE}", {"kubernetesGroups": ["readers"]}),
    (
        IDENTITY,
        {"clusterName": "c", "namespace": "velero", "serviceAccount": "server", "roleArn": ROLE},
        "a-9bdd1e4fbb7d2f6f1",
        {"roleArn": f"{ROLE}-2"},
    ),
)


@pytest.mark.parametrize(("token", "inputs", "resource_id", "change"), RECORDED, ids=lambda value: str(value)[:40])
def test_is_recorded(
    engine: Engine, token: str, inputs: dict[str, Any], resource_id: str, change: dict[str, Any]
) -> None:
    made = engine.create(token, "subject", inputs)
    assert len(made.id) == len(resource_id)
    assert engine.refresh(made) == made
    assert not engine.diff(made, inputs).any
    after = {**inputs, **change}
    changed = engine.diff(made, after)
    assert {path.partition("[")[0] for path in changed.paths} == set(change)
    assert not changed.replaces
    updated = engine.update(made, after)
    assert updated.id == made.id
    assert {name: updated.outputs[name] for name in change} == change
    engine.delete(updated)


@pytest.mark.parametrize(
    ("token", "inputs", "changes"),
    [
        (ADDON, RECORDED[0][1], {"addonName": "kube-proxy", "clusterName": "d"}),
        (ENTRY, RECORDED[1][1], {"principalArn": f"{ROLE}-2", "clusterName": "d", "type": "EC2_LINUX"}),
        (IDENTITY, RECORDED[2][1], {"namespace": "a", "serviceAccount": "b", "clusterName": "d"}),
        (
            LEVEL,
            {"clusterName": "c", "principalArn": ROLE, "policyArn": VIEW, "accessScope": OF_NAMESPACE},
            {"accessScope": {"type": "cluster"}, "policyArn": f"{VIEW}2", "principalArn": "p", "clusterName": "d"},
        ),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_names_it_replaces_it(engine: Engine, token: str, inputs: dict[str, Any], changes: dict[str, Any]) -> None:
    made = engine.create(token, "subject", inputs)
    for name, value in changes.items():
        assert engine.diff(made, {**inputs, name: value}).replaces == {name}


def test_arns_and_names_are_what_aws_would_give(engine: Engine) -> None:
    account = "arn:aws:eks:sa-east-1:123456789012"
    entry = engine.create(ENTRY, "e", RECORDED[1][1])
    assert entry.outputs["userName"] == ROLE
    assert entry.outputs["accessEntryArn"].startswith(f"{account}:access-entry/c/role/123456789012/sso/administrators/")
    assert engine.create(ADDON, "a", RECORDED[0][1]).outputs["arn"].startswith(f"{account}:addon/c/coredns/")
    identity = engine.create(IDENTITY, "i", RECORDED[2][1])
    assert identity.outputs["associationArn"] == f"{account}:podidentityassociation/c/{identity.id}"
    assert identity.outputs["associationId"] == identity.id
    level = engine.create(
        LEVEL, "l", {"clusterName": "c", "principalArn": ROLE, "policyArn": VIEW, "accessScope": OF_NAMESPACE}
    )
    assert level.id == f"c#{ROLE}#{VIEW}"
