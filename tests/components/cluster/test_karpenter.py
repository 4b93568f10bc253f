from __future__ import annotations

from components.sources import Sources
from components.versions import KARPENTER, KARPENTER_CRD
from tests.support.cluster import karpenter_plan, pool, waits_for
from tests.support.plan import policy_of

RELEASE = "kubernetes:helm.sh/v3:Release"
NODE_CLASS = "kubernetes:karpenter.k8s.aws/v1:EC2NodeClass"
NODE_POOL = "kubernetes:karpenter.sh/v1:NodePool"


def test_the_controller_and_its_kinds_are_the_pinned_ones() -> None:
    plan = karpenter_plan()
    found = {release.inputs["name"]: release.inputs for release in plan.of(RELEASE)}
    assert {name: inputs["version"] for name, inputs in found.items()} == {
        "karpenter": KARPENTER.version,
        "karpenter-crd": KARPENTER_CRD.version,
    }
    assert KARPENTER.version == KARPENTER_CRD.version
    values = found["karpenter"]["values"]
    assert values["settings"] == {
        "clusterName": "cartorio-test",
        "clusterEndpoint": "https://cartorio-test.eks.example",
        "interruptionQueue": "karpenter-interruptions-queue-1234567",
    }
    assert values["controller"]["image"] == {"repository": "public.ecr.aws/karpenter/controller"}


def test_a_mirror_stands_in_for_charts_and_image() -> None:
    plan = karpenter_plan(sources=Sources(charts="oci://mirror.example/charts"))
    assert plan.one(RELEASE, "karpenter-release").inputs["chart"] == "oci://mirror.example/charts/karpenter"


def test_pools_come_after_the_controller_and_go_before_it() -> None:
    plan = karpenter_plan(pool("api", dedicated=True), pool())
    assert sorted(found.inputs["metadata"]["name"] for found in plan.of(NODE_POOL)) == ["api", "workers"]
    for found in plan.of(NODE_POOL):
        before = waits_for(plan, found)
        assert {f"{found.name}-class", "karpenter-release", "karpenter-kinds"} <= before
    release = waits_for(plan, plan.one(RELEASE, "karpenter-release"))
    assert {"karpenter-controller-association", "karpenter-controller-policy", "karpenter-room-own"} <= release
    assert {"karpenter-leader-election", "karpenter-workload"} <= release


def test_each_pool_has_machines_of_its_own() -> None:
    plan = karpenter_plan(pool("api", volumeGib=100), pool())
    for name in ("api", "workers"):
        reference = plan.one(NODE_POOL, f"karpenter-{name}").inputs["spec"]["template"]["spec"]["nodeClassRef"]
        machines = plan.one(NODE_CLASS, f"karpenter-{name}-class").inputs
        assert machines["metadata"]["name"] == reference["name"] == name
        assert machines["spec"]["tags"] == {"owner": "plataforma", "Name": f"karpenter-{name}"}
        assert machines["spec"]["instanceProfile"] == "nodes-1234567"


def test_the_controller_alone_gets_its_role() -> None:
    plan = karpenter_plan()
    association = plan.one("aws:eks/podIdentityAssociation:PodIdentityAssociation").inputs
    assert (association["namespace"], association["serviceAccount"]) == ("karpenter", "karpenter")
    policy = policy_of(plan.one("aws:iam/rolePolicy:RolePolicy", "karpenter-controller-policy"))
    assert policy["GiveTheNodesRole"]["Resource"] == "arn:of:the:nodes"


def test_its_requests_come_before_those_of_pods() -> None:
    plan = karpenter_plan()
    schemas = {found.inputs["metadata"]["name"]: found.inputs["spec"] for found in plan.of(
        "kubernetes:flowcontrol.apiserver.k8s.io/v1:FlowSchema"
    )}  # fmt: skip
    levels = {name: spec["priorityLevelConfiguration"]["name"] for name, spec in schemas.items()}
    assert levels == {"karpenter-leader-election": "leader-election", "karpenter-workload": "workload-high"}
    for spec in schemas.values():
        (rule,) = spec["rules"]
        assert rule["subjects"] == [
            {"kind": "ServiceAccount", "serviceAccount": {"name": "karpenter", "namespace": "karpenter"}}
        ]
