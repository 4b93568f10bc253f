from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.aws_case import Case, drifts, lives

if TYPE_CHECKING:
    from tests.support.aws_case import Hands
    from tests.support.provider_engine import Engine, Managed

RECORDER = "aws:cfg/recorder:Recorder"
CHANNEL = "aws:cfg/deliveryChannel:DeliveryChannel"
STATUS = "aws:cfg/recorderStatus:RecorderStatus"
RULE = "aws:cfg/rule:Rule"
ROLE = "arn:aws:iam::123456789012:role/config"
NEEDED = ("recorder", RECORDER, {"name": "default", "roleArn": ROLE})
DELIVERED = ("channel", CHANNEL, {"name": "default", "s3BucketName": "config"})


def _other_role(hands: Hands, recorder: Managed) -> None:
    config = hands("config")
    found = config.describe_configuration_recorders(ConfigurationRecorderNames=[recorder.id])
    changed = {**found["ConfigurationRecorders"][0], "roleARN": f"{ROLE}-of-mine"}
    config.put_configuration_recorder(ConfigurationRecorder=changed)


def _other_bucket(hands: Hands, channel: Managed) -> None:
    config = hands("config")
    found = config.describe_delivery_channels(DeliveryChannelNames=[channel.id])["DeliveryChannels"][0]
    config.put_delivery_channel(DeliveryChannel={**found, "s3BucketName": "mine"})


def _stopped(hands: Hands, status: Managed) -> None:
    hands("config").stop_configuration_recorder(ConfigurationRecorderName=status.id)


def _other_rule(hands: Hands, rule: Managed) -> None:
    source = {"Owner": "AWS", "SourceIdentifier": "ENCRYPTED_VOLUMES"}
    tags = [{"Key": "component", "Value": "audit"}]  # the lab's cloud takes a rule's tags for the whole of them
    hands("config").put_config_rule(ConfigRule={"ConfigRuleName": rule.id, "Source": source}, Tags=tags)


CASES = (
    Case(
        RECORDER,
        {
            "name": "default",
            "roleArn": ROLE,
            "recordingGroup": {"allSupported": True, "includeGlobalResourceTypes": True},
        },
        updates=(
            {"roleArn": f"{ROLE}-2"},
            {"recordingGroup": {"allSupported": False, "resourceTypes": ["AWS::S3::Bucket"]}},
        ),
        replaces=({"name": "other"}, {"region": "us-east-1"}),
        spoilt="roleArn",
        spoil=_other_role,
    ),
    Case(
        CHANNEL,
        {
            "name": "default",
            "s3BucketName": "config",
            "s3KmsKeyArn": "arn:aws:kms:sa-east-1:123456789012:key/one",
            "snapshotDeliveryProperties": {"deliveryFrequency": "TwentyFour_Hours"},
        },
        needs=(NEEDED,),
        updates=(
            {"s3KeyPrefix": "config", "s3KmsKeyArn": None},
            {"s3BucketName": "other"},
            {"snapshotDeliveryProperties": {"deliveryFrequency": "One_Hour"}},
            {"snsTopicArn": "arn:aws:sns:sa-east-1:123456789012:config"},
        ),
        replaces=({"name": "other"}, {"region": "us-east-1"}),
        spoilt="s3BucketName",
        spoil=_other_bucket,
    ),
    Case(
        STATUS,
        {"name": "$recorder.name", "isEnabled": True},
        needs=(NEEDED, DELIVERED),
        updates=({"isEnabled": False},),
        replaces=({"name": "other"}, {"region": "us-east-1"}),
        spoilt="isEnabled",
        spoil=_stopped,
        stays=True,
    ),
    Case(
        RULE,
        {
            "name": "encrypted-volumes",
            "source": {"owner": "AWS", "sourceIdentifier": "S3_BUCKET_PUBLIC_READ_PROHIBITED"},
            "tags": {"component": "audit"},
        },
        needs=(NEEDED,),
        updates=(
            {"description": "Said so"},
            {"tags": {"owner": "audit"}},
            {"source": {"owner": "AWS", "sourceIdentifier": "IAM_PASSWORD_POLICY"}},
            {"inputParameters": '{"MaxPasswordAge":"60"}', "maximumExecutionFrequency": "One_Hour"},
        ),
        replaces=({"name": "other"}, {"region": "us-east-1"}),
        spoilt="source",
        spoil=_other_rule,
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_lives(engine: Engine, case: Case) -> None:
    lives(engine, case)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_shows_drift(engine: Engine, by_hand: Hands, case: Case) -> None:
    drifts(engine, by_hand, case)
