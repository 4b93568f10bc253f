from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi
import pulumi_kubernetes as kubernetes
import pytest

from components.tenancy.tenancy import Tenancy, TenancyArgs
from tests.support.plan import Plan, run
from tests.support.stackfiles import put

if TYPE_CHECKING:
    from tests.support.stackfiles import Project

NETWORK = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
ROLE = "kubernetes:rbac.authorization.k8s.io/v1:Role"
BINDING = "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding"


def _plan(project: Project) -> Plan:
    settings = project.settings().configuration.tenancy

    def program() -> None:
        provider = kubernetes.Provider("kubernetes")
        Tenancy("tenancy", TenancyArgs(stack="local", settings=settings), pulumi.ResourceOptions(providers=[provider]))

    return run(program, stack="local")[0]


def test_the_namespace_takes_restricted_pods_and_admitted_images_only(project: Project) -> None:
    metadata = _plan(project).one("kubernetes:core/v1:Namespace").inputs["metadata"]
    assert metadata["name"] == "cartorio"
    for mode in ("enforce", "audit", "warn"):
        assert metadata["labels"][f"pod-security.kubernetes.io/{mode}"] == "restricted"
        assert metadata["labels"][f"pod-security.kubernetes.io/{mode}-version"].startswith("v1.")
    assert metadata["labels"]["cartorio.digital/image-admission"] == "enforced"


def test_the_quota_is_the_settings_and_closes_side_doors(project: Project) -> None:
    assert _plan(project).one("kubernetes:core/v1:ResourceQuota").inputs["spec"]["hard"] == {
        "requests.cpu": "4",
        "requests.memory": "4Gi",
        "limits.cpu": "12",
        "limits.memory": "8Gi",
        "pods": "40",
        "services.loadbalancers": "0",
        "services.nodeports": "0",
    }


def test_containers_have_defaults_and_a_maximum(project: Project) -> None:
    (limits,) = _plan(project).one("kubernetes:core/v1:LimitRange").inputs["spec"]["limits"]
    assert limits == {
        "type": "Container",
        "defaultRequest": {"cpu": "50m", "memory": "64Mi"},
        "default": {"cpu": "250m", "memory": "128Mi"},
        "max": {"cpu": "2", "memory": "1Gi"},
    }


def test_nothing_flows_but_dns(project: Project) -> None:
    plan = _plan(project)
    deny = plan.one(NETWORK, "tenancy-cartorio-deny").inputs
    assert deny["spec"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    dns = plan.one(NETWORK, "tenancy-cartorio-dns").inputs["spec"]
    (rule,) = dns["egress"]
    assert dns["policyTypes"] == ["Egress"]
    assert "ingress" not in dns
    assert rule["ports"] == [{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}]
    assert rule["to"] == [
        {
            "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}},
            "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}},
        }
    ]


@pytest.mark.parametrize(("role", "group"), [("reader", "cartorio-readers"), ("operator", "cartorio-operators")])
def test_roles_are_bound_to_the_configured_groups(project: Project, role: str, group: str) -> None:
    plan = _plan(project)
    binding = plan.one(BINDING, f"tenancy-cartorio-{role}s-binding").inputs
    assert binding["subjects"] == [{"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": group}]
    assert binding["roleRef"]["name"] == f"cartorio-{role}"
    assert plan.one(ROLE, f"tenancy-cartorio-{role}s-role").inputs["metadata"]["name"] == f"cartorio-{role}"


def test_without_groups_there_is_no_binding(project: Project) -> None:
    put(project.config, "cartorio:tenancy/readers", [])
    put(project.config, "cartorio:tenancy/operators", None)
    plan = _plan(project)
    assert plan.of(BINDING) == []
    assert len(plan.of(ROLE)) == 2


def test_every_namespace_gets_the_whole_set(project: Project) -> None:
    first = project.config["cartorio:tenancy"]["namespaces"][0]
    project.config["cartorio:tenancy"]["namespaces"].append({**first, "name": "second"})
    plan = _plan(project)
    per_room = [
        sorted(
            resource.name.removeprefix(f"tenancy-{room}-")
            for resource in plan.resources
            if f"-{room}-" in resource.name
        )
        for room in ("cartorio", "second")
    ]
    assert per_room[0] == per_room[1]
    assert len(per_room[0]) == 9
    (outputs,) = plan.outputs[plan.one("cartorio:tenancy:Tenancy").urn]
    assert outputs == {"namespaces": {"cartorio": "cartorio", "second": "second"}}
