from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.aws_case import Case, drifts, lives

if TYPE_CHECKING:
    from tests.support.aws_case import Hands
    from tests.support.provider_engine import Engine, Managed

TRAIL = "aws:cloudtrail/trail:Trail"
BUCKET = "aws:s3/bucket:Bucket"
ACCOUNT = "123456789012"
GROUP = f"arn:aws:logs:sa-east-1:{ACCOUNT}:log-group:trail:*"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/trail"


def _selector(*values: str) -> dict[str, object]:
    fields = [
        {"field": "eventCategory", "equals": ["Data"]},
        {"field": "resources.type", "equals": ["AWS::S3::Object"]},
        {"field": "resources.ARN", "startsWiths": list(values)},
    ]
    return {"name": "evidence", "fieldSelectors": fields}


def _silence(hands: Hands, trail: Managed) -> None:
    hands("cloudtrail").stop_logging(Name=trail.id)


CASES = (
    Case(
        TRAIL,
        {
            "name": "cartorio",
            "s3BucketName": "$bucket.bucket",
            "cloudWatchLogsGroupArn": GROUP,
            "cloudWatchLogsRoleArn": ROLE,
            "enableLogFileValidation": True,
            "isMultiRegionTrail": True,
            "kmsKeyId": f"arn:aws:kms:sa-east-1:{ACCOUNT}:key/one",
            "advancedEventSelectors": [_selector("arn:aws:s3:::one/")],
            "insightSelectors": [{"insightType": "ApiCallRateInsight"}],
            "tags": {"component": "audit"},
        },
        needs=(("bucket", BUCKET, {"bucket": "trail"}), ("other", BUCKET, {"bucket": "other"})),
        updates=(
            {"enableLogFileValidation": False},
            {"kmsKeyId": f"arn:aws:kms:sa-east-1:{ACCOUNT}:key/two", "s3KeyPrefix": "trail"},
            {"isMultiRegionTrail": False},
            {"advancedEventSelectors": [_selector("arn:aws:s3:::one/", "arn:aws:s3:::two/")]},
            {"enableLogging": False},
            {"cloudWatchLogsGroupArn": None, "cloudWatchLogsRoleArn": None},
            {"includeGlobalServiceEvents": False},
            {"s3BucketName": "$other.bucket"},
            {"tags": {"owner": "audit"}},
        ),
        replaces=({"name": "other"}, {"region": "us-east-1"}),
        spoilt="enableLogging",
        spoil=_silence,
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_lives(engine: Engine, case: Case) -> None:
    lives(engine, case)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_shows_drift(engine: Engine, by_hand: Hands, case: Case) -> None:
    drifts(engine, by_hand, case)


def test_a_plain_trail_logs_with_aws_own_defaults(engine: Engine) -> None:
    engine.create(BUCKET, "bucket", {"bucket": "trail"})
    trail = engine.create(TRAIL, "cartorio", {"s3BucketName": "trail"})
    assert trail.id == trail.outputs["arn"]
    assert trail.outputs["name"].startswith("cartorio-")
    assert (trail.outputs["enableLogging"], trail.outputs["isMultiRegionTrail"]) == (True, False)
    assert trail.outputs["homeRegion"] == "sa-east-1"
