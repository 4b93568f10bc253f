from __future__ import annotations

from components.edge.recordkey import RecordKey, RecordKeyArgs
from tests.support.edge import cloud
from tests.support.plan import ACCOUNT, policy_of, run
from tests.support.site import account


def test_logs_and_alarms_of_that_region_use_the_key() -> None:
    def program() -> None:
        args = RecordKeyArgs(deletion_window_days=30, rotation_period_days=180, administrators=("arn:admin",))
        RecordKey("record", args, account().within("us-east-1"), cloud())

    key = run(program)[0].one("aws:kms/key:Key")
    assert (key.inputs["enableKeyRotation"], key.inputs["rotationPeriodInDays"]) == (True, 180)
    assert (key.inputs["deletionWindowInDays"], key.protect) == (30, True)
    policy = policy_of(key)
    assert policy["Administration"]["Principal"] == {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
    assert policy["UseByLogs"]["Principal"] == {"Service": "logs.us-east-1.amazonaws.com"}
    assert policy["Administration"]["Condition"] == {"ArnEquals": {"aws:PrincipalArn": "arn:admin"}}
    assert policy["UseByCloudwatch"]["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    # No trail is written with it, nothing goes through another service, and nobody else tells anything there.
    assert set(policy) == {"Administration", "UseByLogs", "UseByCloudwatch"}
