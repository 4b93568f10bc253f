from __future__ import annotations

from tests.support.cluster import access, cluster_plan
from tests.support.plan import ACCOUNT

ENTRY = "aws:eks/accessEntry:AccessEntry"
LEVEL = "aws:eks/accessPolicyAssociation:AccessPolicyAssociation"


def test_access_is_what_the_settings_say() -> None:
    plan = cluster_plan(
        access=[
            access("sso/administrators"),
            access("readers", level="view", namespaces=["cartorio"]),
            access("operators", level=None, groups=["cartorio-operators"]),
        ]
    )
    entries = {entry.inputs["principalArn"]: entry.inputs for entry in plan.of(ENTRY)}
    role = f"arn:aws:iam::{ACCOUNT}:role/"
    assert set(entries) == {f"{role}{name}" for name in ("sso/administrators", "readers", "operators")}
    assert entries[f"{role}operators"]["kubernetesGroups"] == ["cartorio-operators"]
    assert "kubernetesGroups" not in entries[f"{role}readers"]
    levels = {level.inputs["principalArn"]: level.inputs for level in plan.of(LEVEL)}
    assert set(levels) == {f"{role}sso/administrators", f"{role}readers"}
    policy = "arn:aws:eks::aws:cluster-access-policy/AmazonEKS"
    assert levels[f"{role}sso/administrators"]["policyArn"] == f"{policy}ClusterAdminPolicy"
    assert levels[f"{role}sso/administrators"]["accessScope"] == {"type": "cluster"}
    assert levels[f"{role}readers"]["policyArn"] == f"{policy}ViewPolicy"
    assert levels[f"{role}readers"]["accessScope"] == {"type": "namespace", "namespaces": ["cartorio"]}
