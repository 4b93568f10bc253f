from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

from components.errors import SettingsError
from components.sections.cluster import Architecture, Capacity, Cluster
from components.versions import EKS
from tests.support.cluster import access, eks, good, group, pool
from tests.support.stackfiles import put

if TYPE_CHECKING:
    from tests.support.stackfiles import Project


def test_what_is_not_said_is_closed_and_cautious() -> None:
    settings = eks(karpenter={"pools": [pool()]})
    assert (settings.public_access_cidrs, settings.private_access_cidrs) == ((), ())
    assert not settings.cluster_autoscaler
    assert settings.node_groups[0].max_unavailable == 1
    assert settings.node_groups[0].architecture is Architecture.ARM64
    assert settings.karpenter is not None
    assert settings.karpenter.pools[0].capacity == (Capacity.ON_DEMAND,)


def test_every_pinned_version_is_accepted() -> None:
    assert [eks(version=version).version for version in EKS] == list(EKS)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"version": "1.20"}, r"must be one that versions are pinned for \(1\.35, 1\.36\)"),
        ({"version": "1.36.1"}, "without its patch"),
        ({"access": []}, "at least 1 item"),
        ({"access": [access(level="view")]}, "must give one role at least the level cluster-admin"),
        ({"access": [access(), access()]}, "names role 'administrators' twice"),
        ({"access": [access(), access("a", level="root")]}, "cluster-admin"),
        ({"access": [access(), access("arn:aws:iam::123456789012:role/a")]}, "without an ARN"),
        ({"access": [access(namespaces=["cartorio"])]}, "only admin, edit and view hold in namespaces"),
        ({"access": [access(), access("a", level=None, namespaces=["b"], groups=["c"])]}, "must be left out"),
        ({"access": [access(), access("a", level=None)]}, "must name a group where there is no level"),
        ({"access": [access(groups=["system:masters"])]}, "must not name 'system:masters': EKS reserves it"),
        ({"access": [access(groups=["a", "a"])]}, "names group 'a' twice"),
        ({"publicAccessCidrs": ["0.0.0.0/0"]}, "must not be the whole internet"),
        ({"publicAccessCidrs": ["0.0.0.0/1", "128.0.0.0/1"]}, "must be an IPv4 network of /16 or less"),
        ({"publicAccessCidrs": ["2001:db8::/32"]}, "must be an IPv4 network"),
        ({"privateAccessCidrs": ["10.9.0.0/24", "10.9.0.0/24"]}, "names network '10.9.0.0/24' twice"),
        ({"serviceCidr": "8.8.0.0/16"}, "must be a private IPv4 network"),
        ({"serviceCidr": "10.0.0.0/8"}, "between /12 and /24"),
        ({"logRetentionDays": 2}, "should be 1, 3, 5"),
        ({"nodeGroups": []}, "at least 1 item"),
        ({"nodeGroups": [group(dedicated=True)]}, "must have one that is not dedicated"),
        ({"nodeGroups": [group(), group()]}, "names group 'system' twice"),
        ({"nodeGroups": [group(min=4, max=3)]}, "must be at least min, which is 4"),
        ({"nodeGroups": [group(instanceTypes=["m7g"])]}, "an EC2 instance type"),
        ({"nodeGroups": [group(instanceTypes=["m7g.large", "m7g.large"])]}, "twice"),
        ({"nodeGroups": [group(volumeGib=4)]}, "greater than or equal to 20"),
        ({"karpenter": {"pools": []}}, "at least 1 item"),
        ({"karpenter": {"pools": [pool(), pool()]}}, "names pool 'workers' twice"),
        ({"karpenter": {"pools": [pool(families=["m7g", "m7g"])]}}, "twice"),
        ({"karpenter": {"pools": [pool(families=["m7g.large"])]}}, "a family of EC2 instances"),
        ({"karpenter": {"pools": [pool(capacity=[])]}}, "at least 1 item"),
        ({"karpenter": {"pools": [pool()]}, "clusterAutoscaler": True}, "two would fight"),
        ({"karpenter": {"pools": [pool("system", dedicated=True)]}}, "must be dedicated, and of an architecture, like"),
        ({"karpenter": {"pools": [pool("system", architecture="amd64")]}}, "like the group of the same name"),
        ({"authConfigMap": True}, "Extra inputs"),
    ],
)
def test_what_cannot_be_is_said(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        eks(**changes)


@pytest.mark.parametrize("also", [{"kubeconfig": "some/kubeconfig"}, {"context": "lab"}])
def test_a_cluster_is_made_or_there_already(also: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="must not stand beside kubeconfig or context"):
        Cluster.model_validate({"identifier": "a", "eks": eks(), **also})


def test_eks_needs_a_network(project: Project) -> None:
    put(project.config, "cartorio:cluster/eks", good())
    assert project.settings().configuration.cluster.eks == eks()
    put(project.config, "cartorio:network", None)
    with pytest.raises(SettingsError, match=re.escape("cartorio:cluster.eks  needs cartorio:network")):
        project.settings()


def test_services_have_addresses_of_their_own(project: Project) -> None:
    put(project.config, "cartorio:cluster/eks", good(serviceCidr="10.10.0.0/20"))
    with pytest.raises(SettingsError, match=re.escape("cartorio:cluster.eks.serviceCidr")) as caught:
        project.settings()
    assert "must not overlap network.cidr (10.10.0.0/16)" in str(caught.value)


def test_the_network_of_public_access_that_is_too_wide_is_pointed_at(project: Project) -> None:
    put(project.config, "cartorio:cluster/eks", good(publicAccessCidrs=["200.1.2.0/24", "200.0.0.0/8"]))
    with pytest.raises(SettingsError, match=re.escape("cartorio:cluster.eks.publicAccessCidrs[1]")):
        project.settings()


def test_a_pool_may_grow_what_a_group_begins() -> None:
    settings = eks(
        nodeGroups=[group(), group("api", dedicated=True)],
        karpenter={"pools": [pool("api", dedicated=True), pool("batch")]},
    )
    assert settings.node_names == {"system", "api", "batch"}


def test_pods_are_put_on_nodes_that_there_are(project: Project) -> None:
    put(project.config, "cartorio:workload/api/nodes", "api")
    # Of the nodes of a cluster that is there already, nothing is known.
    assert project.settings().configuration.workload.api.nodes == "api"
    put(project.config, "cartorio:cluster/eks", good(karpenter={"pools": [pool("api")]}))
    assert project.settings().configuration.workload.api.nodes == "api"
    put(project.config, "cartorio:workload/workers/nodes", "gpu")
    with pytest.raises(SettingsError, match=re.escape("cartorio:workload.workers.nodes")) as caught:
        project.settings()
    assert "must be one of the groups and pools of cluster.eks (api, system); it is 'gpu'" in str(caught.value)
