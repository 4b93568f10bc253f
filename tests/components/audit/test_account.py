from __future__ import annotations

import json
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest

from components.audit.account import AccountTrail, AccountTrailArgs
from components.providers import Account
from components.sections.audit import TrailSettings
from tests.support.plan import ACCOUNT, Plan, policy_of, run

TRAIL = "aws:cloudtrail/trail:Trail"
ARN = f"arn:aws:cloudtrail:sa-east-1:{ACCOUNT}:trail/cartorio-test-account"


def _plan(*buckets: str, protect: bool = True, **settings: Any) -> Plan:  # noqa: ANN401 - settings as JSON
    chosen = TrailSettings.model_validate_json(json.dumps({"lockMode": "COMPLIANCE", "lockDays": 365, **settings}))

    def program() -> None:
        AccountTrail(
            "audit",
            AccountTrailArgs(
                stack="test",
                settings=chosen,
                key_arn="arn:key",
                log_group="trail",
                data_buckets=buckets,
                protect=protect,
            ),
            Account(pulumi.Output.from_input(ACCOUNT), pulumi.Output.from_input("aws"), "sa-east-1"),
            pulumi.ResourceOptions(providers=[aws.Provider("aws", region="sa-east-1")]),
        )

    return run(program)[0]


def test_every_region_is_recorded_encrypted_and_provably_whole() -> None:
    inputs = _plan().one(TRAIL).inputs
    assert inputs["isMultiRegionTrail"] is inputs["includeGlobalServiceEvents"] is True
    assert inputs["enableLogFileValidation"] is True
    assert inputs["kmsKeyId"] == "arn:key"
    assert inputs["cloudWatchLogsGroupArn"] == f"arn:aws:logs:sa-east-1:{ACCOUNT}:log-group:trail:*"
    assert inputs["name"] == "cartorio-test-account"
    assert "insightSelectors" not in inputs


def test_the_record_can_be_written_by_this_trail_only_and_changed_by_nobody() -> None:
    plan = _plan()
    statements = policy_of(plan.one("aws:s3/bucketPolicy:BucketPolicy"))
    for sid in ("LookByCloudTrail", "WriteByCloudTrail"):
        assert statements[sid]["Principal"] == {"Service": "cloudtrail.amazonaws.com"}
        assert statements[sid]["Condition"]["StringEquals"]["aws:SourceArn"] == ARN
    assert statements["WriteByCloudTrail"]["Resource"].endswith(f"/AWSLogs/{ACCOUNT}/*")
    lock = plan.one("aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration")
    assert lock.inputs["rule"] == {"defaultRetention": {"mode": "COMPLIANCE", "days": 365}}


def test_the_trail_waits_for_the_policy_of_its_bucket() -> None:
    plan = _plan()
    assert plan.one("aws:s3/bucketPolicy:BucketPolicy").urn in plan.one(TRAIL).depends_on


@pytest.mark.parametrize("protect", [True, False])
def test_the_record_goes_only_where_nothing_is_protected(protect: bool) -> None:  # noqa: FBT001 - parametrised
    bucket = _plan(protect=protect).one("aws:s3/bucket:Bucket")
    assert (bucket.protect, bucket.inputs["forceDestroy"]) == (protect, not protect)


def test_objects_of_the_named_buckets_are_watched_and_no_others() -> None:
    (management,) = _plan().one(TRAIL).inputs["advancedEventSelectors"]
    assert management["fieldSelectors"] == [{"field": "eventCategory", "equals": ["Management"]}]
    selectors = _plan("arn:aws:s3:::evidence").one(TRAIL).inputs["advancedEventSelectors"]
    assert [selector["name"] for selector in selectors] == ["management", "objects"]
    assert {"field": "resources.ARN", "startsWiths": ["arn:aws:s3:::evidence/"]} in selectors[1]["fieldSelectors"]


def test_insights_are_asked_for_by_name() -> None:
    inputs = _plan(insights=["ApiCallRateInsight"]).one(TRAIL).inputs
    assert inputs["insightSelectors"] == [{"insightType": "ApiCallRateInsight"}]


def test_the_copier_writes_to_the_one_log_group() -> None:
    plan = _plan()
    assert policy_of(plan.one("aws:iam/rolePolicy:RolePolicy"))["Copy"]["Resource"] == (
        f"arn:aws:logs:sa-east-1:{ACCOUNT}:log-group:trail:*"
    )
    trust = policy_of(plan.one("aws:iam/role:Role"), "assumeRolePolicy")
    assert trust["Assume"]["Principal"] == {"Service": "cloudtrail.amazonaws.com"}
