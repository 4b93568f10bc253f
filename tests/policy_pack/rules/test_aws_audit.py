from __future__ import annotations

from typing import Any

import pytest

from guardrails.model import Profile
from guardrails.resources.reading import UNKNOWN
from tests.support.cloud import aws, found

TRAIL = {"isMultiRegionTrail": True, "enableLogFileValidation": True, "kmsKeyId": "k", "cloudWatchLogsGroupArn": "g"}


@pytest.mark.parametrize(
    ("days", "profile", "where"),
    [
        (365, Profile.PRODUCAO, []),
        (364, Profile.PRODUCAO, ["x: retentionInDays"]),
        (30, Profile.STAGING, []),
        (1, Profile.LOCAL, []),
        (0, Profile.LOCAL, ["x: retentionInDays"]),
        (None, Profile.LOCAL, ["x: retentionInDays"]),
        (UNKNOWN, Profile.LOCAL, ["x: retentionInDays?"]),
    ],
)
def test_a_log_is_kept_long_enough_and_not_for_ever(days: object, profile: Profile, where: list[str]) -> None:
    assert (
        found("aws/log-retention", aws("cloudwatch/logGroup:LogGroup", retentionInDays=days), profile=profile) == where
    )


@pytest.mark.parametrize(
    ("rule", "kind", "key"),
    [
        ("log-encryption", "cloudwatch/logGroup:LogGroup", "kmsKeyId"),
        ("trail-encryption", "cloudtrail/trail:Trail", "kmsKeyId"),
        ("trail-log-group", "cloudtrail/trail:Trail", "cloudWatchLogsGroupArn"),
        ("config-encryption", "cfg/deliveryChannel:DeliveryChannel", "s3KmsKeyArn"),
    ],
)
def test_what_has_to_be_named_is(rule: str, kind: str, key: str) -> None:
    assert found(f"aws/{rule}", aws(kind, **{key: "k"})) == []
    assert found(f"aws/{rule}", aws(kind, **{key: UNKNOWN})) == []
    assert found(f"aws/{rule}", aws(kind)) == [f"x: {key}"]


@pytest.mark.parametrize(
    ("rule", "kind", "good", "key", "bad"),
    [
        ("trail-everywhere", "cloudtrail/trail:Trail", TRAIL, "isMultiRegionTrail", False),
        ("trail-everywhere", "cloudtrail/trail:Trail", TRAIL, "includeGlobalServiceEvents", False),
        ("trail-everywhere", "cloudtrail/trail:Trail", TRAIL, "enableLogging", False),
        ("trail-validation", "cloudtrail/trail:Trail", TRAIL, "enableLogFileValidation", None),
        ("guardduty", "guardduty/detector:Detector", {}, "enable", False),
        ("guardduty", "guardduty/detectorFeature:DetectorFeature", {"status": "ENABLED"}, "status", "DISABLED"),
    ],
)
def test_what_has_to_be_on_is(rule: str, kind: str, good: dict[str, Any], key: str, bad: object) -> None:
    assert found(f"aws/{rule}", aws(kind, **good)) == []
    assert found(f"aws/{rule}", aws(kind, **{**good, key: bad})) == [f"x: {key}"]
    assert found(f"aws/{rule}", aws(kind, **{**good, key: UNKNOWN})) == [f"x: {key}?"]


def test_config_records_everything() -> None:
    group = {"allSupported": True, "includeGlobalResourceTypes": True}
    assert found("aws/config-everything", aws("cfg/recorder:Recorder", recordingGroup=group)) == []
    assert found(
        "aws/config-everything", aws("cfg/recorder:Recorder", recordingGroup={**group, "allSupported": False})
    ) == ["x: recordingGroup.allSupported"]
    assert found("aws/config-everything", aws("cfg/recorder:Recorder")) == [
        "x: recordingGroup.includeGlobalResourceTypes"
    ]


def test_a_recorder_is_started() -> None:
    recorder, kind = aws("cfg/recorder:Recorder", "r", name="all"), "cfg/recorderStatus:RecorderStatus"
    assert found("aws/config-running", recorder) == ["r: "]
    assert found("aws/config-running", recorder, aws(kind, "s", name="all", isEnabled=True)) == []
    assert found("aws/config-running", recorder, aws(kind, "s", name="all", isEnabled=False)) == ["s: isEnabled"]
    assert found("aws/config-running", recorder, aws(kind, "s", name="other", isEnabled=True)) == ["r: "]
    linked = aws(kind, "s", name=UNKNOWN, isEnabled=True, links={"name": "r"})
    assert found("aws/config-running", recorder, linked) == []


MANAGEMENT = {"fieldSelectors": [{"field": "eventCategory", "equals": ["Management"]}]}
DATA = {"fieldSelectors": [{"field": "eventCategory", "equals": ["Data"]}]}
READ_ONLY = {"fieldSelectors": [*MANAGEMENT["fieldSelectors"], {"field": "readOnly", "equals": ["true"]}]}


@pytest.mark.parametrize(
    ("inputs", "where"),
    [
        ({"eventSelectors": [{"readWriteType": "All"}]}, []),
        ({"eventSelectors": [{"readWriteType": "WriteOnly"}]}, ["eventSelectors"]),
        ({"eventSelectors": [{"includeManagementEvents": False}]}, ["eventSelectors"]),
        ({"eventSelectors": [{"includeManagementEvents": False}, {}]}, []),
        ({"eventSelectors": [{"excludeManagementEventSources": ["kms.amazonaws.com"]}]}, ["eventSelectors"]),
        ({"eventSelectors": UNKNOWN}, ["eventSelectors?"]),
        ({"advancedEventSelectors": [DATA, MANAGEMENT]}, []),
        ({"advancedEventSelectors": [DATA]}, ["advancedEventSelectors"]),
        ({"advancedEventSelectors": [READ_ONLY]}, ["advancedEventSelectors"]),
    ],
)
def test_a_trail_records_all_that_manages_the_account(inputs: dict[str, Any], where: list[str]) -> None:
    trail = aws("cloudtrail/trail:Trail", **TRAIL, **inputs)
    assert found("aws/trail-everywhere", trail) == [f"x: {path}" for path in where]
