"""AWS's records: logs, trails, recorders, detectors."""

from __future__ import annotations

from typing import Final

from tests.support.mutations import Mutation, dropping, removing, setting

_GROUP: Final = "aws:cloudwatch/logGroup:LogGroup"
_TRAIL: Final = "aws:cloudtrail/trail:Trail"
_RECORDER: Final = "aws:cfg/recorder:Recorder"

MUTATIONS: Final = (
    Mutation(
        "aws/trail-everywhere",
        "who manages the account goes unrecorded",
        removing("aws:cloudtrail/trail:Trail", "account-trail-trail", "advancedEventSelectors[0]"),
    ),
    Mutation("aws/log-retention", "a log for ever", removing(_GROUP, "edge-firewall-log", "retentionInDays")),
    Mutation("aws/log-retention", "a log for a month", setting(_GROUP, "cluster-plane-log", "retentionInDays", 30)),
    Mutation("aws/log-encryption", "a log that AWS can read", removing(_GROUP, "audit-log", "kmsKeyId")),
    Mutation(
        "aws/trail-everywhere",
        "one region only",
        setting(_TRAIL, "account-trail-trail", "isMultiRegionTrail", value=False),
    ),
    Mutation(
        "aws/trail-everywhere", "a stopped trail", setting(_TRAIL, "account-trail-trail", "enableLogging", value=False)
    ),
    Mutation(
        "aws/trail-validation",
        "a record without digests",
        removing(_TRAIL, "account-trail-trail", "enableLogFileValidation"),
    ),
    Mutation("aws/trail-encryption", "a record that AWS can read", removing(_TRAIL, "account-trail-trail", "kmsKeyId")),
    Mutation(
        "aws/trail-log-group",
        "nothing for alarms to look at",
        removing(_TRAIL, "account-trail-trail", "cloudWatchLogsGroupArn"),
    ),
    Mutation(
        "aws/config-everything",
        "IAM goes unrecorded",
        setting(_RECORDER, "config-recorder", "recordingGroup.includeGlobalResourceTypes", value=False),
    ),
    Mutation(
        "aws/config-running",
        "a recorder that nothing starts",
        dropping("aws:cfg/recorderStatus:RecorderStatus", "config-running"),
    ),
    Mutation(
        "aws/config-encryption",
        "a record in clear",
        removing("aws:cfg/deliveryChannel:DeliveryChannel", "config-channel", "s3KmsKeyArn"),
    ),
    Mutation(
        "aws/guardduty",
        "GuardDuty is off",
        setting("aws:guardduty/detector:Detector", "detection-detector", "enable", value=False),
    ),
    Mutation(
        "aws/guardduty",
        "nobody looks at the buckets",
        setting("aws:guardduty/detectorFeature:DetectorFeature", "detection-s3-data-events", "status", "DISABLED"),
    ),
)
