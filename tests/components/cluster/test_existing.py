from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi

from components.cluster.existing import ExistingCluster, ExistingClusterArgs
from tests.support.plan import Plan, run

if TYPE_CHECKING:
    from components.cluster.handle import ClusterHandle


def _plan(**args: str) -> tuple[Plan, ClusterHandle]:
    def program() -> ClusterHandle:
        return ExistingCluster(
            "cluster", ExistingClusterArgs(identifier="cartorio-test", **args), pulumi.ResourceOptions()
        ).handle

    return run(program)


def test_the_provider_applies_on_the_server_and_knows_its_cluster() -> None:
    plan, _ = _plan(kubeconfig="some/kubeconfig", context="lab")
    inputs = plan.one("pulumi:providers:kubernetes").inputs
    assert inputs["enableServerSideApply"] == "true"
    assert inputs["clusterIdentifier"] == "cartorio-test"
    assert (inputs["kubeconfig"], inputs["context"]) == ("some/kubeconfig", "lab")


def test_what_is_not_set_is_left_to_the_provider() -> None:
    plan, _ = _plan()
    assert {"kubeconfig", "context"}.isdisjoint(plan.one("pulumi:providers:kubernetes").inputs)


def test_the_provider_is_known_by_its_former_name_too() -> None:
    plan, _ = _plan()
    assert plan.one("pulumi:providers:kubernetes").aliases == ("kubernetes",)


def test_nothing_of_eks_is_told_of_a_cluster_that_is_there_already() -> None:
    _, handle = _plan()
    assert (handle.name, handle.security_group, handle.ready) == (None, None, ())
