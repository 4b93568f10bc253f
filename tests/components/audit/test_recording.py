from __future__ import annotations

import json

import pulumi
import pulumi_aws as aws
import pytest
from pydantic import ValidationError

from components.audit.recording import AccountRecording, AccountRecordingArgs
from components.sections.audit import Recording
from tests.support.plan import ACCOUNT, Plan, policy_of, run
from tests.support.site import account

RULE = "aws:cfg/rule:Rule"


def _plan(*, protect: bool = True, **settings: object) -> Plan:
    chosen = Recording.model_validate_json(json.dumps(settings))

    def program() -> None:
        AccountRecording(
            "config",
            AccountRecordingArgs(stack="test", settings=chosen, key_arn="arn:key", protect=protect),
            account(),
            pulumi.ResourceOptions(providers=[aws.Provider("aws", region="sa-east-1")]),
        )

    return run(program)[0]


def test_everything_is_recorded_once_there_is_somewhere_to_write_it() -> None:
    plan = _plan()
    recorder, channel = plan.one("aws:cfg/recorder:Recorder"), plan.one("aws:cfg/deliveryChannel:DeliveryChannel")
    running = plan.one("aws:cfg/recorderStatus:RecorderStatus")
    assert recorder.inputs["recordingGroup"] == {"allSupported": True, "includeGlobalResourceTypes": True}
    assert channel.inputs["s3KmsKeyArn"] == "arn:key"
    assert recorder.urn in channel.depends_on
    assert channel.urn in running.depends_on
    assert running.inputs["isEnabled"] is True
    assert all(running.urn in rule.depends_on for rule in plan.of(RULE))


def test_the_record_is_encrypted_versioned_and_not_locked() -> None:
    plan = _plan()
    bucket = plan.one("aws:s3/bucket:Bucket")
    assert (bucket.protect, bucket.inputs["forceDestroy"]) == (True, False)
    assert "objectLockEnabled" not in bucket.inputs
    assert len(plan.of("aws:s3/bucketVersioning:BucketVersioning")) == 1
    assert not plan.of("aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration")
    assert _plan(protect=False).one("aws:s3/bucket:Bucket").inputs["forceDestroy"] is True


def test_the_role_writes_under_the_accounts_own_folder_only() -> None:
    plan = _plan()
    statements = policy_of(plan.one("aws:iam/rolePolicy:RolePolicy"))
    assert statements["Write"]["Resource"].endswith(f"/AWSLogs/{ACCOUNT}/*")
    assert statements["Encrypt"]["Condition"] == {"StringEquals": {"kms:ViaService": "s3.sa-east-1.amazonaws.com"}}
    role = plan.one("aws:iam/role:Role")
    assert role.inputs["name"] == "cartorio-test-config"
    assert policy_of(role, "assumeRolePolicy")["Config"]["Condition"] == {
        "StringEquals": {"aws:SourceAccount": ACCOUNT}
    }


def test_rules_are_the_settings_or_a_list_that_is_no_shorter_than_before() -> None:
    assert {"ENCRYPTED_VOLUMES", "ROOT_ACCOUNT_MFA_ENABLED", "VPC_FLOW_LOGS_ENABLED"} <= {
        rule.inputs["source"]["sourceIdentifier"] for rule in _plan().of(RULE)
    }
    parameter = {"name": "maxAccessKeyAge", "value": "90"}
    rule = _plan(rules=[{"identifier": "ACCESS_KEYS_ROTATED", "parameters": [parameter]}]).one(RULE)
    assert rule.name == "config-access-keys-rotated"
    assert rule.inputs["source"] == {"owner": "AWS", "sourceIdentifier": "ACCESS_KEYS_ROTATED"}
    assert json.loads(rule.inputs["inputParameters"]) == {"maxAccessKeyAge": "90"}


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"rules": [{"identifier": "encrypted-volumes"}]}, "pattern"),
        ({"rules": [{"identifier": "ENCRYPTED_VOLUMES"}] * 2}, "names the rule 'ENCRYPTED_VOLUMES' twice"),
        ({"keepDays": 30}, "greater than or equal to 365"),
        (
            {"rules": [{"identifier": "A1", "parameters": [{"name": "a", "value": "b"}] * 2}]},
            "names the parameter 'a' twice",
        ),
    ],
)
def test_what_aws_would_refuse_is_refused_before(settings: dict[str, object], complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        Recording.model_validate_json(json.dumps(settings))
