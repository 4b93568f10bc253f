from __future__ import annotations

import json

import pytest

from components.databases.backups import BackupStore, BackupStoreArgs
from components.sections.databases import DatabaseBackups
from tests.support.databases import KEY, providers
from tests.support.plan import Plan, policy_of, run
from tests.support.site import account

ROLE = "aws:iam/rolePolicy:RolePolicy"


def _plan(*, may_delete: bool, lock: object = None) -> Plan:
    backups = {"everyHours": 24, "retentionDays": 30, "lock": lock}

    def program() -> None:
        BackupStore(
            "store",
            BackupStoreArgs(
                stack="local",
                settings=DatabaseBackups.model_validate_json(json.dumps(backups)),
                cluster="cartorio",
                namespace="mongodb",
                service_account="mongodb",
                key_arn=KEY,
                region="sa-east-1",
                may_delete=may_delete,
            ),
            account(),
            providers(),
        )

    return run(program)[0]


@pytest.mark.parametrize("may_delete", [True, False])
def test_who_may_not_delete_leaves_it_to_the_bucket(may_delete: bool) -> None:  # noqa: FBT001 - parametrised
    plan = _plan(may_delete=may_delete)
    write = policy_of(plan.one(ROLE))["Write"]
    assert ("s3:DeleteObject" in write["Action"]) is may_delete
    assert "s3:DeleteObjectVersion" not in write["Action"]
    (rule,) = plan.one("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration").inputs["rules"]
    assert ("expiration" not in rule) is may_delete
    assert rule["noncurrentVersionExpiration"] == {"noncurrentDays": 30}


def test_the_key_is_used_through_s3_only_and_objects_only_below_the_namespace() -> None:
    policy = policy_of(_plan(may_delete=True).one(ROLE))
    assert policy["Encrypt"]["Resource"] == KEY
    assert policy["Encrypt"]["Condition"] == {"StringEquals": {"kms:ViaService": "s3.sa-east-1.amazonaws.com"}}
    assert policy["Write"]["Resource"].endswith("/mongodb/*")


def test_a_lock_is_the_buckets() -> None:
    plan = _plan(may_delete=True, lock={"mode": "COMPLIANCE", "days": 14})
    rule = plan.one("aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration").inputs["rule"]
    assert rule["defaultRetention"] == {"mode": "COMPLIANCE", "days": 14}
    assert not _plan(may_delete=True).of("aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration")
