from __future__ import annotations

import json

import pulumi
import pulumi_aws as aws
import pytest

from components.data.bucket import Bucket, BucketArgs
from components.data.replication import Replication, ReplicationArgs
from components.providers import Account
from tests.support.plan import Plan, policy_of, run

CONFIG = "aws:s3/bucketReplicationConfig:BucketReplicationConfig"


def _plan(*, timely: bool) -> Plan:
    def program() -> None:
        known = pulumi.Output.from_input
        account = Account(id=known("123456789012"), partition=known("aws"), region="sa-east-1")
        here = pulumi.ResourceOptions(providers=[aws.Provider("aws", region="sa-east-1")])
        source = Bucket("docs", BucketArgs(key_arn="arn:key", noncurrent_days=1), here)
        copy = Bucket("docs-copy", BucketArgs(key_arn="arn:other", noncurrent_days=1), here)
        args = ReplicationArgs(key_arn="arn:key", copy_key_arn="arn:other", copy_region="us-east-1", timely=timely)
        Replication("again", args, source, copy, account, here)

    return run(program)[0]


@pytest.fixture(scope="module")
def plan() -> Plan:
    return _plan(timely=True)


def test_everything_is_copied_deletions_and_encrypted_objects_too(plan: Plan) -> None:
    (rule,) = plan.one(CONFIG).inputs["rules"]
    assert (rule["status"], rule["filter"]) == ("Enabled", {"prefix": ""})
    assert rule["deleteMarkerReplication"] == {"status": "Enabled"}
    assert rule["sourceSelectionCriteria"] == {"sseKmsEncryptedObjects": {"status": "Enabled"}}
    assert rule["destination"]["bucket"] == "arn:aws:s3:::docs-copy-bucket-1234567"


def test_a_promise_is_measured(plan: Plan) -> None:
    (rule,) = plan.one(CONFIG).inputs["rules"]
    assert rule["destination"]["replicationTime"] == {"status": "Enabled", "time": {"minutes": 15}}
    assert rule["destination"]["metrics"] == {"status": "Enabled", "eventThreshold": {"minutes": 15}}
    (cheap,) = _plan(timely=False).one(CONFIG).inputs["rules"]
    assert set(cheap["destination"]) == {"bucket", "encryptionConfiguration"}


def test_it_waits_for_the_versions_of_both(plan: Plan) -> None:
    versioning = {item.urn for item in plan.of("aws:s3/bucketVersioning:BucketVersioning")}
    assert len(versioning) == 2
    assert versioning <= set(plan.one(CONFIG).depends_on)


def test_only_s3_and_only_for_this_account_takes_the_role(plan: Plan) -> None:
    trust = json.loads(plan.one("aws:iam/role:Role").inputs["assumeRolePolicy"])["Statement"][0]
    assert trust["Principal"] == {"Service": "s3.amazonaws.com"}
    assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": "123456789012"}}


def test_the_role_decrypts_one_side_and_encrypts_the_other(plan: Plan) -> None:
    policy = policy_of(plan.one("aws:iam/rolePolicy:RolePolicy"))
    source, copy = "arn:aws:s3:::docs-bucket-1234567", "arn:aws:s3:::docs-copy-bucket-1234567"
    assert (policy["Decrypt"]["Resource"], policy["Decrypt"]["Action"]) == ("arn:key", "kms:Decrypt")
    assert (policy["Encrypt"]["Resource"], policy["Encrypt"]["Action"]) == (
        "arn:other",
        ["kms:Encrypt", "kms:GenerateDataKey"],
    )
    for sid, bucket in (("Decrypt", source), ("Encrypt", copy)):
        assert policy[sid]["Condition"]["StringLike"] == {"kms:EncryptionContext:aws:s3:arn": [bucket, f"{bucket}/*"]}
    assert not any(action.startswith("s3:Put") for action in policy["WriteCopies"]["Action"])
