from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws
import pulumi_random as random

from components.network.vpc import Network, NetworkArgs
from components.providers import Account
from components.site import Site
from components.wiring.cluster import ClusterKeys, ClusterOutputs, build
from tests.support.cluster import access, good, pool, waits_for
from tests.support.plan import ACCOUNT, Plan, run
from tests.support.stackfiles import put

if TYPE_CHECKING:
    from tests.support.stackfiles import Project

PROVIDER, RELEASE = "pulumi:providers:kubernetes", "kubernetes:helm.sh/v3:Release"


def _plan(project: Project) -> tuple[Plan, ClusterOutputs]:
    settings = project.settings({"KUBECONFIG": "from/the/environment"})

    def program() -> ClusterOutputs:
        account = Account(pulumi.Output.from_input(ACCOUNT), pulumi.Output.from_input("aws"), "sa-east-1")
        site = Site(settings=settings, account=account, aws=aws.Provider("aws"), random=random.Provider("random"))
        section = settings.configuration.network
        assert section is not None
        network = Network(
            "network", NetworkArgs(stack="local", settings=section, key_arn="arn:logs"), account, site.cloud
        )
        keys = ClusterKeys(envelope="arn:envelope", ebs="arn:ebs", logs="arn:logs")
        return build(site, network, keys, {"administrators": "arn:of:the:stacks:own"})

    return run(program)


def test_without_eks_the_kubeconfig_says_which_cluster(project: Project) -> None:
    plan, outputs = _plan(project)
    assert plan.of("aws:eks/cluster:Cluster") == []
    assert plan.one(PROVIDER).inputs["clusterIdentifier"] == "cartorio-local"
    assert (outputs.handle.name, outputs.kubeconfig) == (None, "from/the/environment")


def test_eks_is_made_with_the_stacks_keys_in_the_networks_subnets(project: Project) -> None:
    put(project.config, "cartorio:cluster/eks", good())
    plan, outputs = _plan(project)
    cluster = plan.one("aws:eks/cluster:Cluster")
    intra = sorted(subnet.name for subnet in plan.of("aws:ec2/subnet:Subnet") if "-intra-" in subnet.name)
    assert cluster.inputs["vpcConfig"]["subnetIds"] == [f"{name}-id" for name in intra]
    assert cluster.inputs["encryptionConfig"]["provider"] == {"keyArn": "arn:envelope"}
    assert cluster.inputs["name"] == "cartorio-local"
    assert cluster.protect is False  # as the stack's file says
    nodes = plan.one("aws:eks/nodeGroup:NodeGroup").inputs["subnetIds"]
    assert all("-private-" in name for name in nodes)
    template = plan.one("aws:ec2/launchTemplate:LaunchTemplate").inputs
    assert {mapping["ebs"]["kmsKeyId"] for mapping in template["blockDeviceMappings"]} == {"arn:ebs"}
    assert template["tagSpecifications"][0]["tags"]["cost-centre"] == "laboratorio"
    logs = plan.one("aws:cloudwatch/logGroup:LogGroup", "cluster-plane-log").inputs
    assert logs["kmsKeyId"] == "arn:logs"
    assert plan.one(PROVIDER).inputs["clusterIdentifier"] == "cartorio-local"
    assert json.loads(plan.one(PROVIDER).inputs["kubeconfig"])["kind"] == "Config"
    assert outputs.handle.name is not None


def test_a_role_that_the_stack_makes_gets_in_once_it_is_there(project: Project) -> None:
    put(project.config, "cartorio:cluster/eks", good(access=[access(), access("elsewhere")]))
    plan, _ = _plan(project)
    principals = {entry.inputs["principalArn"] for entry in plan.of("aws:eks/accessEntry:AccessEntry")}
    assert principals == {"arn:of:the:stacks:own", f"arn:aws:iam::{ACCOUNT}:role/elsewhere"}


def test_nodes_come_when_they_reach_something_and_go_before_that(project: Project) -> None:
    put(project.config, "cartorio:cluster/eks", good())
    plan, _ = _plan(project)
    nodes = waits_for(plan, plan.one("aws:eks/nodeGroup:NodeGroup"))
    routes = {route.name for route in plan.of("aws:ec2/route:Route")}
    held = {
        one.name for one in plan.of("aws:ec2/routeTableAssociation:RouteTableAssociation") if "-private-" in one.name
    }
    assert routes
    assert held
    assert routes | held <= nodes
    # The control plane does not: it is what takes longest.
    assert not (routes | held) & waits_for(plan, plan.one("aws:eks/cluster:Cluster"))


def test_what_adds_nodes_works_with_the_clusters_own_ground(project: Project) -> None:
    put(project.config, "cartorio:cluster/eks", good(karpenter={"pools": [pool()]}))
    plan, _ = _plan(project)
    (machines,) = plan.of("kubernetes:karpenter.k8s.aws/v1:EC2NodeClass")
    spec = machines.inputs["spec"]
    private = sorted(subnet.name for subnet in plan.of("aws:ec2/subnet:Subnet") if "-private-" in subnet.name)
    assert spec["subnetSelectorTerms"] == [{"id": f"{name}-id"} for name in private]
    assert spec["securityGroupSelectorTerms"] == [{"id": "sg-cluster"}]
    assert spec["instanceProfile"] == "cluster-nodes-profile-1234567"
    assert spec["tags"]["cost-centre"] == "laboratorio"
    release = plan.one(RELEASE, "karpenter-release")
    assert "cluster-services-coredns" in waits_for(plan, release)
    assert release.inputs["values"]["settings"]["clusterEndpoint"] == "https://cartorio-local.eks.example"


def test_groups_scale_by_themselves_where_that_is_wanted(project: Project) -> None:
    put(project.config, "cartorio:cluster/eks", good())
    assert _plan(project)[0].of(RELEASE) == []
    put(project.config, "cartorio:cluster/eks/clusterAutoscaler", value=True)
    plan, _ = _plan(project)
    assert plan.one(RELEASE).inputs["values"]["autoDiscovery"] == {"clusterName": "cartorio-local"}
    assert plan.one("aws:eks/nodeGroup:NodeGroup").ignore_changes == ("scalingConfig.desiredSize",)
