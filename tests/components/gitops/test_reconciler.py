from __future__ import annotations

from pathlib import Path
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes
import pytest
import yaml

from components.gitops.reconciler import Reconciler, ReconcilerArgs
from tests.support.plan import Plan, run

ROLE = "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole"
CLUSTERS = Path(__file__).resolve().parents[3] / "clusters"


@pytest.fixture(scope="module")
def plan() -> Plan:
    return run(
        lambda: Reconciler(
            "gitops-reconciler",
            ReconcilerArgs(stack="local", namespace="flux-system"),
            pulumi.ResourceOptions(providers=[kubernetes.Provider("kubernetes")]),
        )
    )[0]


def _may_patch(plan: Plan) -> set[tuple[str, str]]:
    rules: list[dict[str, Any]] = plan.one(ROLE).inputs["rules"]
    return {
        (group, resource)
        for rule in rules
        if "patch" in rule["verbs"]
        for group in rule["apiGroups"]
        for resource in rule["resources"]
    }


def test_its_rights_hold_no_secret_no_workload_and_no_rights(plan: Plan) -> None:
    resources = {resource for _, resource in _may_patch(plan)}
    assert not resources & {"*", "secrets", "pods", "deployments", "cronjobs", "roles", "clusterroles", "rolebindings"}
    assert not any("*" in rule["verbs"] for rule in plan.one(ROLE).inputs["rules"])


def test_it_does_not_delete_a_namespace(plan: Plan) -> None:
    (rule,) = [rule for rule in plan.one(ROLE).inputs["rules"] if "namespaces" in rule["resources"]]
    assert "delete" not in rule["verbs"]


def test_the_account_gives_no_pod_a_token_and_has_the_role(plan: Plan) -> None:
    assert plan.one("kubernetes:core/v1:ServiceAccount").inputs["automountServiceAccountToken"] is False
    binding = plan.one("kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding").inputs
    assert binding["roleRef"]["name"] == plan.one(ROLE).inputs["metadata"]["name"]
    assert [subject["name"] for subject in binding["subjects"]] == ["cartorio-reconciler"]


def test_it_may_apply_every_kind_in_the_trees_and_no_other(plan: Plan) -> None:
    found = {
        (document["apiVersion"].rpartition("/")[0], document["kind"].lower())
        for file in CLUSTERS.rglob("*.yaml")
        if file.name != "kustomization.yaml"
        for document in yaml.safe_load_all(file.read_text(encoding="utf-8"))
    }
    plurals = {(group, kind[:-1] + "ies" if kind.endswith("y") else kind) for group, kind in found}
    plurals = {
        (group, kind if kind.endswith("ies") else kind + ("es" if kind.endswith("s") else "s"))
        for group, kind in plurals
    }
    unused = {("", "configmaps"), ("", "limitranges")}  # for trees to come; neither runs anything nor holds a secret
    assert plurals == _may_patch(plan) - unused
