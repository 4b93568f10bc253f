from __future__ import annotations

from typing import Any

import pulumi
import pulumi_aws as aws
import pytest

from components.data.bucket import Bucket, BucketArgs, Lock
from components.policies import Principal, Statement
from components.sections.data import LockMode
from tests.support.plan import Plan, policy_of, run

BUCKET = "evidence-bucket-1234567"
ARN = f"arn:aws:s3:::{BUCKET}"


def _plan(**args: Any) -> Plan:  # noqa: ANN401 - the arguments of a bucket
    def program() -> None:
        arguments = BucketArgs(**{"key_arn": pulumi.Output.from_input("arn:key"), "noncurrent_days": 30, **args})
        Bucket("evidence", arguments, pulumi.ResourceOptions(providers=[aws.Provider("aws", region="sa-east-1")]))

    return run(program)[0]


@pytest.fixture(scope="module")
def plan() -> Plan:
    return _plan(lock=Lock(mode=LockMode.COMPLIANCE, days=1825), cold_after_days=60, noncurrent_days=1900)


@pytest.fixture(scope="module")
def plain() -> Plan:
    return _plan(key_arn=None)


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
    assert policy["NoCustomerKeys"]["Condition"] == {
        "Null": {"s3:x-amz-server-side-encryption-customer-algorithm": "false"}
    }


def test_another_encryption_is_refused_and_the_default_is_not(plan: Plan) -> None:
    policy = policy_of(plan.one("aws:s3/bucketPolicy:BucketPolicy"))
    for sid, operator, header, right in (
        ("KmsOnly", "StringNotEquals", "s3:x-amz-server-side-encryption", "aws:kms"),
        ("ThisKeyOnly", "ArnNotEquals", "s3:x-amz-server-side-encryption-aws-kms-key-id", "arn:key"),
    ):
        # Without the second condition, an upload that leaves the choice to the bucket would be refused.
        assert policy[sid]["Condition"] == {operator: {header: right}, "Null": {header: "false"}}


def test_without_a_key_s3_encrypts_with_its_own(plain: Plan) -> None:
    (rule,) = _setting(plain, "BucketServerSideEncryptionConfiguration")["rules"]
    assert rule == {"applyServerSideEncryptionByDefault": {"sseAlgorithm": "AES256"}}
    policy = policy_of(plain.one("aws:s3/bucketPolicy:BucketPolicy"))
    assert set(policy) == {"TlsOnly", "CurrentTlsOnly", "NoCustomerKeys"}


def test_without_a_lock_nothing_is_locked(plain: Plan) -> None:
    assert "objectLockEnabled" not in _setting(plain, "Bucket")
    assert plain.of("aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration") == []


def test_objects_expire_only_when_asked_to(plain: Plan) -> None:
    (kept,) = _setting(plain, "BucketLifecycleConfiguration")["rules"]
    assert not {"expiration", "transitions"} & set(kept)
    (expiring,) = _setting(_plan(expire_days=400), "BucketLifecycleConfiguration")["rules"]
    assert expiring["expiration"] == {"days": 400}


def test_grants_come_on_top_of_what_is_refused() -> None:
    def grants(arn: pulumi.Output[str]) -> tuple[Statement, ...]:
        service = Principal("Service", ("cloudtrail.amazonaws.com",))
        return (Statement("Trail", ("s3:GetBucketAcl",), (arn,), principal=service),)

    policy = policy_of(_plan(grants=grants).one("aws:s3/bucketPolicy:BucketPolicy"))
    assert policy["Trail"]["Resource"] == ARN
    assert policy["TlsOnly"]["Effect"] == "Deny"


def test_name_tags_and_an_end_are_the_owners_choice() -> None:
    bucket = _plan(bucket_name="well-known", tags=(("backup", "daily"),), protect=False, force_destroy=True).one(
        "aws:s3/bucket:Bucket"
    )
    assert (bucket.inputs["bucket"], bucket.inputs["tags"]) == ("well-known", {"backup": "daily"})
    assert (bucket.inputs["forceDestroy"], bucket.protect) == (True, False)


def test_the_policy_waits_for_the_access_block(plan: Plan) -> None:
    block = plan.one("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock")
    assert block.urn in plan.one("aws:s3/bucketPolicy:BucketPolicy").depends_on


def test_evidence_gets_cheaper_but_does_not_expire(plan: Plan) -> None:
    (rule,) = _setting(plan, "BucketLifecycleConfiguration")["rules"]
    assert rule["transitions"] == [{"days": 60, "storageClass": "GLACIER_IR"}]
    assert rule["noncurrentVersionExpiration"] == {"noncurrentDays": 1900}
    assert rule["abortIncompleteMultipartUpload"] == {"daysAfterInitiation": 7}
    assert "expiration" not in rule
