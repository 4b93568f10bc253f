from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pulumi_kubernetes as kubernetes
import pytest

from components.cluster.handle import ClusterHandle
from components.data.bucket import Lock
from components.providers import connect
from components.sections.data import Evidence, LockMode
from components.site import Site
from components.wiring.data import DataOutputs, build, evidence_args, storage
from tests.support.plan import Plan, policy_of, run

if TYPE_CHECKING:
    from tests.support.stackfiles import Project

BUCKET = "aws:s3/bucket:Bucket"
REPLICATION = "aws:s3/bucketReplicationConfig:BucketReplicationConfig"
EVIDENCE = {"lockMode": "GOVERNANCE", "lockDays": 1, "noncurrentDays": 1}


def _built(project: Project, data: dict[str, Any]) -> tuple[Plan, DataOutputs]:
    project.config["cartorio:data"] = data
    settings = project.settings({})

    def program() -> DataOutputs:
        providers = connect(settings)
        return build(Site(settings, providers.account, providers.aws, providers.random), "arn:key")

    return run(program)


def test_evidence_is_locked_for_as_long_as_the_settings_say() -> None:
    settings = Evidence.model_validate_json('{"lockMode": "COMPLIANCE", "lockDays": 30, "noncurrentDays": 40}')
    args = evidence_args(settings, "arn:key", protect=True)
    assert args.lock == Lock(mode=LockMode.COMPLIANCE, days=30)
    assert (args.noncurrent_days, args.cold_after_days, args.expire_days) == (40, 90, None)
    assert (args.protect, args.force_destroy, args.key_arn) == (True, False, "arn:key")


def test_evidence_alone(project: Project) -> None:
    plan, outputs = _built(project, {"evidence": EVIDENCE})
    assert plan.one(BUCKET).inputs["tags"] == {"backup": "planned"}
    assert outputs.documents_bucket is None


def test_documents_can_be_replaced_where_evidence_is_locked(project: Project) -> None:
    plan, outputs = _built(project, {"evidence": EVIDENCE, "documents": {}})
    assert plan.one(BUCKET, "evidence-bucket").inputs["objectLockEnabled"] is True
    assert "objectLockEnabled" not in plan.one(BUCKET, "documents-bucket").inputs
    assert outputs.documents_bucket is not None
    assert plan.of(REPLICATION) == []


@pytest.fixture
def replicated(project: Project) -> Plan:
    data = {"evidence": EVIDENCE, "documents": {}, "replication": {"region": "us-east-1"}}
    return _built(project, data)[0]


def test_copies_are_in_the_other_region_with_its_key(replicated: Plan) -> None:
    key = replicated.one("aws:kms/key:Key")
    assert key.provider_name == "aws-us-east-1"
    for name in ("evidence", "documents"):
        copy = replicated.one(BUCKET, f"{name}-copy-bucket")
        assert (copy.provider_name, "tags" in copy.inputs) == ("aws-us-east-1", False)
        original = replicated.one(BUCKET, f"{name}-bucket")
        assert copy.inputs.get("objectLockEnabled") == original.inputs.get("objectLockEnabled")
        assert original.provider_name == "aws"
        (rule,) = replicated.one(REPLICATION, f"{name}-replication-replication").inputs["rules"]
        assert rule["destination"]["encryptionConfiguration"] == {
            "replicaKmsKeyId": "arn:aws:kms:sa-east-1:123456789012:copies-key"
        }


def test_the_copying_role_reads_one_bucket_and_writes_one(replicated: Plan) -> None:
    policy = policy_of(replicated.one("aws:iam/rolePolicy:RolePolicy", "documents-replication-role-policy"))
    assert policy["ReadObjects"]["Resource"] == "arn:aws:s3:::documents-bucket-1234567/*"
    assert policy["WriteCopies"]["Resource"] == "arn:aws:s3:::documents-copy-bucket-1234567/*"
    assert policy["Encrypt"]["Condition"]["StringEquals"] == {"kms:ViaService": "s3.us-east-1.amazonaws.com"}


@pytest.mark.parametrize("name", ["eks", None])
def test_only_a_cluster_of_eks_has_volumes_of_ebs(project: Project, name: str | None) -> None:
    settings = project.settings({})

    def program() -> None:
        providers = connect(settings)
        site = Site(settings, providers.account, providers.aws, providers.random)
        handle = ClusterHandle(name, kubernetes.Provider("kubernetes"))
        assert (storage(site, handle, "arn:key") is None) == (name is None)

    assert len(run(program)[0].of("kubernetes:storage.k8s.io/v1:StorageClass")) == (name is not None)
