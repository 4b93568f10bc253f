from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.aws_case import Case, drifts, lives
from tests.support.provider_engine import RefusedError, UnfinishedError

if TYPE_CHECKING:
    from tests.support.aws_case import Hands
    from tests.support.provider_engine import Engine, Managed

BUCKET = "aws:s3/bucket:Bucket"
VERSIONING = "aws:s3/bucketVersioning:BucketVersioning"
ENCRYPTION = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
ACCESS = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
OWNERSHIP = "aws:s3/bucketOwnershipControls:BucketOwnershipControls"
POLICY = "aws:s3/bucketPolicy:BucketPolicy"
LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
LOCK = "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration"

PLAIN = (("bucket", BUCKET, {"bucket": "one"}),)
VERSIONED = (*PLAIN, ("versioning", VERSIONING, {"bucket": "one", "versioningConfiguration": {"status": "Enabled"}}))
ELSEWHERE = ({"bucket": "two"}, {"region": "us-east-1"})
KMS_ARN = "arn:aws:kms:sa-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"


def tls_only(effect: str = "Deny") -> str:
    statement = {
        "Sid": "TlsOnly",
        "Effect": effect,
        "Principal": "*",
        "Action": "s3:*",
        "Resource": ["arn:aws:s3:::one", "arn:aws:s3:::one/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def encryption(algorithm: str, **others: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - JSON
    return [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": algorithm, **others}}]


def retention(**amount: int) -> dict[str, Any]:
    return {"defaultRetention": {"mode": "GOVERNANCE", **amount}}


def _suspended(hands: Hands, resource: Managed) -> None:
    hands("s3").put_bucket_versioning(Bucket=resource.id, VersioningConfiguration={"Status": "Suspended"})


def _other_encryption(hands: Hands, resource: Managed) -> None:
    rules = [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]
    configuration = {"Rules": rules}
    hands("s3").put_bucket_encryption(Bucket=resource.id, ServerSideEncryptionConfiguration=configuration)


def _opened(hands: Hands, resource: Managed) -> None:
    configuration = {
        "BlockPublicAcls": True,
        "BlockPublicPolicy": False,
        "IgnorePublicAcls": True,
        "RestrictPublicBuckets": True,
    }
    hands("s3").put_public_access_block(Bucket=resource.id, PublicAccessBlockConfiguration=configuration)


def _other_owner(hands: Hands, resource: Managed) -> None:
    controls = {"Rules": [{"ObjectOwnership": "ObjectWriter"}]}
    hands("s3").put_bucket_ownership_controls(Bucket=resource.id, OwnershipControls=controls)


def _other_policy(hands: Hands, resource: Managed) -> None:
    hands("s3").put_bucket_policy(Bucket=resource.id, Policy=tls_only("Allow"))


def _other_rules(hands: Hands, resource: Managed) -> None:
    rules = [{"ID": "x", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 1}}]
    hands("s3").put_bucket_lifecycle_configuration(Bucket=resource.id, LifecycleConfiguration={"Rules": rules})


def _shorter_lock(hands: Hands, resource: Managed) -> None:
    rule = {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 1}}
    configuration = {"ObjectLockEnabled": "Enabled", "Rule": rule}
    hands("s3").put_object_lock_configuration(Bucket=resource.id, ObjectLockConfiguration=configuration)


CASES = (
    Case(
        VERSIONING,
        {"bucket": "$bucket.bucket", "versioningConfiguration": {"status": "Enabled"}},
        needs=PLAIN,
        updates=(
            {"versioningConfiguration": {"status": "Suspended"}},
            {"versioningConfiguration": {"status": "Enabled"}},
        ),
        replaces=ELSEWHERE,
        spoilt="versioningConfiguration",
        spoil=_suspended,
        stays=True,
    ),
    Case(
        ENCRYPTION,
        {"bucket": "$bucket.bucket", "rules": encryption("aws:kms", kmsMasterKeyId=KMS_ARN)},
        needs=PLAIN,
        updates=(
            {"rules": [{**encryption("aws:kms", kmsMasterKeyId=KMS_ARN)[0], "bucketKeyEnabled": True}]},
            {"rules": encryption("AES256")},
        ),
        replaces=ELSEWHERE,
        spoilt="rules",
        spoil=_other_encryption,
    ),
    Case(
        ACCESS,
        {
            "bucket": "$bucket.bucket",
            "blockPublicAcls": True,
            "blockPublicPolicy": True,
            "ignorePublicAcls": True,
            "restrictPublicBuckets": True,
        },
        needs=PLAIN,
        updates=(
            {"blockPublicAcls": False},
            {"blockPublicPolicy": None},
            {"ignorePublicAcls": None},
            {"restrictPublicBuckets": None},
            {"skipDestroy": True},
            {"skipDestroy": None},
        ),
        replaces=ELSEWHERE,
        spoilt="blockPublicPolicy",
        spoil=_opened,
    ),
    Case(
        OWNERSHIP,
        {"bucket": "$bucket.bucket", "rule": {"objectOwnership": "BucketOwnerEnforced"}},
        needs=PLAIN,
        updates=({"rule": {"objectOwnership": "BucketOwnerPreferred"}},),
        replaces=ELSEWHERE,
        spoilt="rule",
        spoil=_other_owner,
    ),
    Case(
        POLICY,
        {"bucket": "$bucket.bucket", "policy": tls_only()},
        needs=PLAIN,
        updates=({"policy": tls_only("Allow")}, {"policy": tls_only()}),
        replaces=ELSEWHERE,
        spoilt="policy",
        spoil=_other_policy,
    ),
    Case(
        LIFECYCLE,
        {
            "bucket": "$bucket.bucket",
            "rules": [
                {
                    "id": "archive",
                    "status": "Enabled",
                    "filter": {"prefix": "acts/"},
                    "transitions": [
                        {"days": 30, "storageClass": "GLACIER"},
                        {"days": 90, "storageClass": "DEEP_ARCHIVE"},
                    ],
                    "noncurrentVersionExpiration": {"noncurrentDays": 365},
                    "noncurrentVersionTransitions": [{"noncurrentDays": 30, "storageClass": "GLACIER"}],
                },
                {"id": "uploads", "status": "Enabled", "abortIncompleteMultipartUpload": {"daysAfterInitiation": 7}},
            ],
        },
        needs=PLAIN,
        updates=(
            {"rules": [{"id": "all", "status": "Disabled", "filter": {}, "expiration": {"days": 3650}}]},
            {
                "rules": [
                    {
                        "id": "tagged",
                        "status": "Enabled",
                        "filter": {"and": {"prefix": "tmp/", "tags": {"keep": "no", "a": "b"}}},
                        "expiration": {"days": 1},
                    },
                    {
                        "id": "one",
                        "status": "Enabled",
                        "filter": {"tag": {"key": "a", "value": "b"}},
                        "expiration": {"date": "2030-01-01T00:00:00Z"},
                    },
                    {
                        "id": "markers",
                        "status": "Enabled",
                        "filter": {"prefix": ""},
                        "expiration": {"expiredObjectDeleteMarker": True},
                    },
                ]
            },
        ),
        replaces=ELSEWHERE,
        spoilt="rules",
        spoil=_other_rules,
    ),
    Case(
        LOCK,
        {"bucket": "$bucket.bucket", "rule": retention(days=30)},
        needs=VERSIONED,
        updates=({"rule": retention(years=5)}, {"rule": None}, {"rule": retention(days=1)}),
        replaces=({"objectLockEnabled": "Other"}, *ELSEWHERE),
        spoilt="rule",
        spoil=_shorter_lock,
        stays=True,
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_lives(engine: Engine, case: Case) -> None:
    lives(engine, case)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_shows_drift(engine: Engine, by_hand: Hands, case: Case) -> None:
    drifts(engine, by_hand, case)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_goes_with_its_bucket(engine: Engine, by_hand: Hands, case: Case) -> None:
    from tests.support.aws_case import Life

    resource = Life(engine, case).create()
    by_hand("s3").delete_bucket(Bucket="one")
    assert engine.refresh(resource) is None
    engine.delete(resource)


def test_versioning_can_not_become_disabled(engine: Engine) -> None:
    engine.create(BUCKET, "b", {"bucket": "one"})
    never = engine.create(VERSIONING, "v", {"bucket": "one", "versioningConfiguration": {"status": "Disabled"}})
    assert never.outputs["versioningConfiguration"] == {"status": "Disabled"}
    on = engine.update(never, {"bucket": "one", "versioningConfiguration": {"status": "Enabled"}})
    with pytest.raises(UnfinishedError, match="use Suspended"):
        engine.update(on, {"bucket": "one", "versioningConfiguration": {"status": "Disabled"}})


def test_mfa_delete_is_not_silently_dropped(engine: Engine) -> None:
    engine.create(BUCKET, "b", {"bucket": "one"})
    configuration = {"status": "Enabled", "mfaDelete": "Enabled"}
    with pytest.raises(UnfinishedError, match=r"did not keep versioningConfiguration\.mfaDelete"):
        engine.create(VERSIONING, "v", {"bucket": "one", "versioningConfiguration": configuration})


def test_versioning_of_a_locked_bucket_stays(engine: Engine, by_hand: Hands) -> None:
    engine.create(BUCKET, "b", {"bucket": "one", "objectLockEnabled": True})
    versioning = engine.create(VERSIONING, "v", {"bucket": "one", "versioningConfiguration": {"status": "Enabled"}})
    engine.delete(versioning)
    assert by_hand("s3").head_bucket(Bucket="one")


def test_access_block_may_outlive_its_resource(engine: Engine, by_hand: Hands) -> None:
    engine.create(BUCKET, "b", {"bucket": "one"})
    engine.delete(engine.create(ACCESS, "a", {"bucket": "one", "blockPublicAcls": True, "skipDestroy": True}))
    kept = by_hand("s3").get_public_access_block(Bucket="one")["PublicAccessBlockConfiguration"]
    assert kept["BlockPublicAcls"] is True


def test_size_filter_that_the_labs_cloud_drops_is_said_so(engine: Engine) -> None:
    engine.create(BUCKET, "b", {"bucket": "one"})
    rule = {"id": "big", "status": "Enabled", "filter": {"objectSizeGreaterThan": 9}, "expiration": {"days": 1}}
    with pytest.raises(UnfinishedError, match=r"did not keep rules\[0\]\.filter"):
        engine.create(LIFECYCLE, "l", {"bucket": "one", "rules": [rule]})


@pytest.mark.parametrize(
    ("token", "inputs", "name", "reason"),
    [
        (VERSIONING, {}, "versioningConfiguration", "missing"),
        (VERSIONING, {"versioningConfiguration": {"status": 1}}, "versioningConfiguration.status", "a string"),
        (VERSIONING, {"versioningConfiguration": {"status": "Enabled"}, "mfa": "x"}, "mfa", "does not support"),
        (ENCRYPTION, {"rules": [{"blockedEncryptionTypes": []}]}, "rules[0].blockedEncryptionTypes", "not support"),
        (LIFECYCLE, {"rules": []}, "rules", "empty"),
        (LIFECYCLE, {"rules": [{"status": "Enabled"}]}, "rules[0].id", "missing"),
        (LOCK, {"rule": {"defaultRetention": {"mode": "GOVERNANCE"}}}, "rule", "days or years"),
        (LOCK, {"token": "x"}, "token", "does not support"),
        (POLICY, {"policy": "no"}, "policy", "no JSON"),
    ],
)
def test_wrong_setting(engine: Engine, token: str, inputs: dict[str, Any], name: str, reason: str) -> None:
    with pytest.raises(RefusedError) as caught:
        engine.check(token, "s", {"bucket": "one", **inputs})
    found = dict(line.split(": ", 1) for line in str(caught.value).splitlines())
    assert reason in found[name]
