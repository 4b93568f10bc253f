from __future__ import annotations

from typing import Any

import pulumi
import pulumi_aws as aws
import pytest

from components.data.evidence import EvidenceBucket, EvidenceBucketArgs
from components.sections.data import Evidence
from tests.support.plan import Plan, policy_of, run

BUCKET = "evidence-bucket-1234567"
ARN = f"arn:aws:s3:::{BUCKET}"


@pytest.fixture(scope="module")
def plan() -> Plan:
    settings = Evidence.model_validate_json(
        '{"lockMode": "COMPLIANCE", "lockDays": 1825, "coldAfterDays": 60, "noncurrentDays": 1900}'
    )

    def program() -> None:
        args = EvidenceBucketArgs(settings=settings, key_arn=pulumi.Output.from_input("arn:key"))
        EvidenceBucket("evidence", args, pulumi.ResourceOptions(providers=[aws.Provider("aws", region="sa-east-1")]))

    return run(program)[0]


def _setting(plan: Plan, type_: str) -> dict[str, Any]:
    resource = plan.one(f"aws:s3/{type_[0].lower()}{type_[1:]}:{type_}")
    if type_ != "Bucket":
        assert resource.inputs["bucket"] == BUCKET
    return resource.inputs


def test_the_bucket_locks_objects_and_survives_the_stack(plan: Plan) -> None:
    inputs = _setting(plan, "Bucket")
    assert (inputs["objectLockEnabled"], inputs["forceDestroy"]) == (True, False)
    assert "bucket" not in inputs  # AWS chooses a name that nobody can squat on
    assert plan.one("aws:s3/bucket:Bucket").protect is True


def test_versions_are_kept_and_locked(plan: Plan) -> None:
    assert _setting(plan, "BucketVersioning")["versioningConfiguration"] == {"status": "Enabled"}
    lock = _setting(plan, "BucketObjectLockConfiguration")
    assert lock["rule"] == {"defaultRetention": {"mode": "COMPLIANCE", "days": 1825}}
    (versioning,) = plan.of("aws:s3/bucketVersioning:BucketVersioning")
    for dependent in (
        "bucketObjectLockConfiguration:BucketObjectLockConfiguration",
        "bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    ):
        assert versioning.urn in plan.one(f"aws:s3/{dependent}").depends_on


def test_objects_are_encrypted_with_the_envelope_key(plan: Plan) -> None:
    (rule,) = _setting(plan, "BucketServerSideEncryptionConfiguration")["rules"]
    assert rule == {
        "applyServerSideEncryptionByDefault": {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": "arn:key"},
        "bucketKeyEnabled": True,
    }


def test_nothing_is_public(plan: Plan) -> None:
    block = _setting(plan, "BucketPublicAccessBlock")
    assert {value for key, value in block.items() if key != "bucket"} == {True}
    assert len(block) == 5
    assert _setting(plan, "BucketOwnershipControls")["rule"] == {"objectOwnership": "BucketOwnerEnforced"}


def test_the_policy_denies_and_only_denies(plan: Plan) -> None:
    policy = policy_of(plan.one("aws:s3/bucketPolicy:BucketPolicy"))
    assert {statement["Effect"] for statement in policy.values()} == {"Deny"}
    assert policy["TlsOnly"]["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert policy["CurrentTlsOnly"]["Condition"] == {"NumericLessThan": {"s3:TlsVersion": "1.2"}}
    for sid in ("TlsOnly", "CurrentTlsOnly"):
        assert policy[sid]["Resource"] == [ARN, f"{ARN}/*"]
    assert policy["KmsOnly"]["Condition"] == {"StringNotEqualsIfExists": {"s3:x-amz-server-side-encryption": "aws:kms"}}
    assert policy["ThisKeyOnly"]["Condition"] == {
        "ArnNotEqualsIfExists": {"s3:x-amz-server-side-encryption-aws-kms-key-id": "arn:key"}
    }


def test_the_policy_waits_for_the_access_block(plan: Plan) -> None:
    block = plan.one("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock")
    assert block.urn in plan.one("aws:s3/bucketPolicy:BucketPolicy").depends_on


def test_evidence_gets_cheaper_but_does_not_expire(plan: Plan) -> None:
    (rule,) = _setting(plan, "BucketLifecycleConfiguration")["rules"]
    assert rule["transitions"] == [{"days": 60, "storageClass": "GLACIER_IR"}]
    assert rule["noncurrentVersionExpiration"] == {"noncurrentDays": 1900}
    assert rule["abortIncompleteMultipartUpload"] == {"daysAfterInitiation": 7}
    assert "expiration" not in rule
