from __future__ import annotations

import json

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as kubernetes
import pytest

from components.labels import ADMISSION_ENFORCED, ADMISSION_LABEL
from components.sections.supply import PolicyController
from components.sources import Mirrored, Sources
from components.supply.signatures import ImageAdmission, ImageAdmissionArgs, ImageKey, ImagePolicy
from components.versions import POLICY_CONTROLLER
from tests.support.cluster import account, waits_for
from tests.support.plan import ACCOUNT, Plan, policy_of, run

RELEASE = "kubernetes:helm.sh/v3:Release"
POLICY = "kubernetes:policy.sigstore.dev/v1alpha1:ClusterImagePolicy"
KEYS = (
    ImageKey(name="release-0", data="", kms="alias/release", hash_algorithm="sha256"),
    ImageKey(name="release-1", data="PEM", kms="", hash_algorithm="sha384"),
    ImageKey(name="audit-0", data="", kms="1234abcd-12ab-34cd-56ef-1234567890ab", hash_algorithm="sha256"),
    ImageKey(name="audit-1", data="", kms="arn:aws:kms:us-east-1:111122223333:alias/a", hash_algorithm="sha256"),
)
GLOBS = ("r.example/x:*", "r.example/x@*")


def _plan(*policies: ImagePolicy, cluster: str | None = "cartorio-test", replicas: int = 2) -> Plan:
    def program() -> None:
        ImageAdmission(
            "signatures",
            ImageAdmissionArgs(
                stack="test",
                settings=PolicyController(replicas=replicas),
                policies=policies,
                cluster=cluster,
                sources=Sources((Mirrored("ghcr.io", "mirror.example/ghcr.io"),)),
            ),
            account(),
            pulumi.ResourceOptions(
                providers=[aws.Provider("aws", region="sa-east-1"), kubernetes.Provider("kubernetes")]
            ),
        )

    return run(program)[0]


@pytest.fixture(scope="module")
def plan() -> Plan:
    return _plan(
        ImagePolicy(name="own", globs=GLOBS, keys=KEYS), ImagePolicy(name="import", globs=("m/**",), keys=KEYS[:1])
    )


def test_a_policy_names_keys_by_arn_or_writes_them_out(plan: Plan) -> None:
    own, imported = plan.of(POLICY)
    place = f"awskms:///arn:aws:kms:sa-east-1:{ACCOUNT}"
    assert own.inputs["metadata"]["name"] == "own"
    assert own.inputs["spec"] == {
        "mode": "enforce",
        "images": [{"glob": glob} for glob in GLOBS],
        "authorities": [
            {"name": name, "key": key, "signatureFormat": "legacy"}
            for name, key in (
                ("release-0", {"kms": f"{place}:alias/release", "hashAlgorithm": "sha256"}),
                ("release-1", {"data": "PEM", "hashAlgorithm": "sha384"}),
                ("audit-0", {"kms": f"{place}:key/{KEYS[2].kms}", "hashAlgorithm": "sha256"}),
                ("audit-1", {"kms": f"awskms:///{KEYS[3].kms}", "hashAlgorithm": "sha256"}),
            )
        ],
    }
    assert imported.inputs["metadata"]["name"] == "import"
    assert {"signatures-release", "signatures-room-deny"} <= waits_for(plan, own)


def test_it_fails_closed_and_judges_where_the_other_gate_judges(plan: Plan) -> None:
    release = plan.one(RELEASE).inputs
    assert (release["chart"], release["version"]) == ("policy-controller", POLICY_CONTROLLER.version)
    webhook = release["values"]["webhook"]
    assert webhook["failurePolicy"] == "Fail"
    assert webhook["configData"] == {"no-match-policy": "deny"}
    assert webhook["namespaceSelector"]["matchExpressions"] == [
        {"key": ADMISSION_LABEL, "operator": "In", "values": [ADMISSION_ENFORCED]}
    ]
    assert webhook["image"]["repository"] == "mirror.example/ghcr.io/sigstore/policy-controller/policy-controller"
    assert (webhook["replicaCount"], webhook["podDisruptionBudget"]["enabled"]) == (2, True)
    assert _plan(replicas=1).one(RELEASE).inputs["values"]["webhook"]["podDisruptionBudget"]["enabled"] is False


def test_it_may_read_signatures_and_the_keys_that_policies_name_by_an_alias(plan: Plan) -> None:
    association = plan.one("aws:eks/podIdentityAssociation:PodIdentityAssociation").inputs
    webhook = plan.one(RELEASE).inputs["values"]["webhook"]
    assert association["serviceAccount"] == webhook["serviceAccount"]["name"]
    assert {"signatures-identity-association", "signatures-identity-policy"} <= waits_for(plan, plan.one(RELEASE))
    statements = policy_of(plan.one("aws:iam/rolePolicy:RolePolicy"))
    read = statements["ReadKeys"]
    assert set(read["Action"]) == {"kms:DescribeKey", "kms:GetPublicKey"}
    assert read["Condition"] == {"ForAnyValue:StringEquals": {"kms:ResourceAliases": ["alias/a", "alias/release"]}}
    assert "kms:Sign" not in json.dumps(statements)


def test_without_keys_in_kms_it_may_ask_for_none_and_without_eks_nothing_hands_the_role_out() -> None:
    plan = _plan(ImagePolicy(name="own", globs=GLOBS, keys=KEYS[1:2]), cluster=None)
    assert set(policy_of(plan.one("aws:iam/rolePolicy:RolePolicy"))) == {"Enter", "Pull"}
    assert plan.of("aws:eks/podIdentityAssociation:PodIdentityAssociation") == []
