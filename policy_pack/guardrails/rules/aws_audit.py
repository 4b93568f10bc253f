"""What happened can be told later: logs that are kept and encrypted, trails, recorders and detectors that run.

Sources: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/best-practices-security.html and
https://docs.aws.amazon.com/config/latest/developerguide/select-resources.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from guardrails.model import RELAXED_LOCALLY, Example, Finding, OnUnknown, Policy, Profile, Severity
from guardrails.resources.aws_audit import (
    AdvancedSelector,
    DeliveryChannel,
    Detector,
    DetectorFeature,
    LogGroup,
    Recorder,
    RecorderStatus,
    Trail,
)
from guardrails.resources.base import Stack
from guardrails.resources.reading import Unknown
from guardrails.rules._aws import each_with, example, of, of_kind, on, resource, varied
from guardrails.rules._checks import has_own_key, is_given, is_on, rule
from guardrails.rules._containers import unknown
from guardrails.rules._sources import fsbp

if TYPE_CHECKING:
    from collections.abc import Iterator

    from guardrails.model import Context

_LEAST_DAYS: Final = {Profile.LOCAL: 1, Profile.STAGING: 30, Profile.PRODUCAO: 365}


def _kept(group: LogGroup, context: Context) -> tuple[Finding, ...]:
    path, least = "retentionInDays", _LEAST_DAYS[context.profile]
    if isinstance(group.retention_days, Unknown):
        return (unknown(path, "how long the log is kept"),)
    if not group.retention_days:
        return (Finding(path, "the log is kept for ever: nobody decided how long personal data stays in it"),)
    return (Finding(path, f"the log is kept for less than {least} days"),) if group.retention_days < least else ()


def _records_management(trail: Trail) -> Iterator[Finding]:
    """Selectors choose what a trail records; without any it records all that manages the account."""
    what, wrong = "what is recorded", "calls that manage the account go unrecorded, or some of them"
    if isinstance(trail.selectors, Unknown) or isinstance(trail.advanced, Unknown):
        yield unknown("eventSelectors", what)
        return
    if trail.selectors and not any(
        one.management is True and one.kind == "All" and one.left_out == () for one in trail.selectors
    ):
        yield Finding("eventSelectors", wrong)
    if trail.advanced and not any(_is_management(one) for one in trail.advanced):
        yield Finding("advancedEventSelectors", wrong)


def _is_management(selector: AdvancedSelector) -> bool:
    fields = () if isinstance(selector.fields, Unknown) else selector.fields
    return [(one.field, one.equals) for one in fields] == [("eventCategory", ("Management",))]


def _recorders_run(stack: Stack, _context: Context) -> tuple[Finding, ...]:
    statuses = list(of_kind(stack, RecorderStatus))
    found: list[Finding] = []
    for recorder, mine in each_with(stack, Recorder, RecorderStatus, "name", "name"):
        if not mine and not any(isinstance(status.name.value, Unknown) for status in statuses):
            found += of(recorder, [Finding("", "nothing starts the recorder")])
        for status in mine:
            found += of(status, on(status.running, "isEnabled", "whether it records", "the recorder is stopped"))
    return tuple(found)


def _detects(resource: Detector | DetectorFeature, _context: Context) -> tuple[Finding, ...]:
    if isinstance(resource, Detector):
        return tuple(on(resource.enabled, "enable", "whether GuardDuty looks", "GuardDuty is off"))
    value = resource.status if isinstance(resource.status, Unknown) else resource.status == "ENABLED"
    return tuple(on(value, "status", "whether GuardDuty looks there", "GuardDuty does not look there"))


_UNENCRYPTED: Final = "the record is not encrypted with a key of the stack's own"
_GROUP: Final = "aws:cloudwatch/logGroup:LogGroup"
_TRAIL: Final = "aws:cloudtrail/trail:Trail"


_RECORDING: Final = {
    "s3BucketName": "record",
    "isMultiRegionTrail": "true",
    "enableLogFileValidation": "true",
    "kmsKeyId": "key",
    "cloudWatchLogsGroupArn": "log",
}


def _trail(**changes: str) -> Example:
    return example(_TRAIL, varied(_RECORDING, **changes))


_RECORDER: Final = resource(
    "aws:cfg/recorder:Recorder",
    "{name: all, recordingGroup: {allSupported: true, includeGlobalResourceTypes: true}}",
    "all",
)
_STATUS: Final = resource("aws:cfg/recorderStatus:RecorderStatus", "{name: all, isEnabled: true}", "running")
_CHANNEL: Final = "aws:cfg/deliveryChannel:DeliveryChannel"
_FEATURE: Final = "aws:guardduty/detectorFeature:DetectorFeature"

POLICIES: Final = (
    Policy(
        id="aws/log-retention",
        title="Every log group says how long it keeps what it holds, and keeps it long enough",
        severity=Severity.MEDIUM,
        rationale=(
            "An inquiry looks back months: production keeps a year, staging a month. Without a number the log is kept "
            "for ever, and with it personal data that nobody decided to keep."
        ),
        resource_types=(LogGroup,),
        remediation="Set retentionInDays: at least 365 in production, 30 in staging.",
        since="0.3.0",
        rule=_kept,
        passing=example(_GROUP, "{retentionInDays: 365, kmsKeyId: key}"),
        failing=example(_GROUP, "{kmsKeyId: key}"),
    ),
    Policy(
        id="aws/log-encryption",
        title="Every log group is encrypted with a key of the stack's own",
        severity=Severity.MEDIUM,
        rationale="Logs hold names, addresses and what people did. With a key of one's own, reading them can be ended.",
        resource_types=(LogGroup,),
        remediation="Set kmsKeyId to the key of logs, whose policy lets CloudWatch Logs use it.",
        since="0.3.0",
        rule=rule(has_own_key("key", "the log is not encrypted with a key of the stack's own")),
        passing=example(_GROUP, "{retentionInDays: 365, kmsKeyId: key}"),
        failing=example(_GROUP, "{retentionInDays: 365}"),
    ),
    Policy(
        id="aws/trail-everywhere",
        title="A trail records every region, IAM, and all that manages the account",
        severity=Severity.HIGH,
        rationale="Who breaks in works where nobody looks: in a region that is not used.",
        resource_types=(Trail,),
        remediation=(
            "Set isMultiRegionTrail, leave includeGlobalServiceEvents and enableLogging true, and have one selector "
            "that takes all management events."
        ),
        since="0.3.0",
        rule=rule(
            is_on("multi_region", "where calls are recorded", "calls in other regions go unrecorded"),
            is_on("global_events", "what is recorded", "calls to IAM go unrecorded"),
            is_on("running", "whether the trail records", "the trail does not record"),
            _records_management,
        ),
        controls=(fsbp("CloudTrail.1"), fsbp("CloudTrail.3")),
        passing=_trail(),
        failing=_trail(isMultiRegionTrail="false"),
    ),
    Policy(
        id="aws/trail-validation",
        title="A trail signs its record",
        severity=Severity.MEDIUM,
        rationale="Digests that CloudTrail signs show whether a file of the record was changed or removed.",
        resource_types=(Trail,),
        remediation="Set enableLogFileValidation.",
        since="0.3.0",
        rule=rule(
            is_on("validated", "whether the record is signed", "nothing shows whether somebody changed the record")
        ),
        controls=(fsbp("CloudTrail.4"),),
        passing=_trail(),
        failing=_trail(enableLogFileValidation="false"),
    ),
    Policy(
        id="aws/trail-encryption",
        title="A trail encrypts its record with a key of the stack's own",
        severity=Severity.MEDIUM,
        rationale="The record says who uses which keys and documents: a map for an attacker.",
        resource_types=(Trail,),
        remediation="Set kmsKeyId to a key whose policy lets CloudTrail use it.",
        since="0.3.0",
        rule=rule(has_own_key("key", _UNENCRYPTED)),
        controls=(fsbp("CloudTrail.2"),),
        passing=_trail(),
        failing=_trail(kmsKeyId=""),
    ),
    Policy(
        id="aws/trail-log-group",
        title="A trail writes to a log group, where alarms look",
        severity=Severity.MEDIUM,
        rationale="A record in a bucket is read after the fact; from a log group, alarms tell of it within minutes.",
        resource_types=(Trail,),
        remediation="Set cloudWatchLogsGroupArn and cloudWatchLogsRoleArn.",
        since="0.3.0",
        rule=rule(is_given("log_group", "nothing raises an alarm: the trail writes to no log group")),
        controls=(fsbp("CloudTrail.5"),),
        passing=_trail(),
        failing=_trail(cloudWatchLogsGroupArn=""),
    ),
    Policy(
        id="aws/config-everything",
        title="AWS Config records every kind of resource, IAM's included",
        severity=Severity.MEDIUM,
        rationale="A kind that is not recorded is a change that nobody can explain later.",
        resource_types=(Recorder,),
        remediation="Set recordingGroup.allSupported and recordingGroup.includeGlobalResourceTypes.",
        since="0.3.0",
        rule=rule(
            is_on("everything", "what is recorded", "some kinds go unrecorded"),
            is_on("global_types", "what is recorded", "changes of IAM go unrecorded"),
        ),
        controls=(fsbp("Config.1"),),
        passing=Example(_RECORDER),
        failing=Example(_RECORDER.replace("includeGlobalResourceTypes: true", "includeGlobalResourceTypes: false")),
    ),
    Policy(
        id="aws/config-running",
        title="AWS Config's recorder runs",
        severity=Severity.MEDIUM,
        rationale="A recorder is made stopped: without its status as a resource, nothing is ever recorded.",
        resource_types=(Stack,),
        remediation="Declare a RecorderStatus with isEnabled for the recorder.",
        since="0.3.0",
        rule=_recorders_run,
        on_unknown=OnUnknown.WAIT,
        controls=(fsbp("Config.1"),),
        passing=Example(_RECORDER + _STATUS),
        failing=Example(_RECORDER),
    ),
    Policy(
        id="aws/config-encryption",
        title="AWS Config encrypts its record with a key of the stack's own",
        severity=Severity.MEDIUM,
        rationale="The record has every setting of the account, wrong ones first.",
        resource_types=(DeliveryChannel,),
        remediation="Set s3KmsKeyArn.",
        since="0.3.0",
        rule=rule(has_own_key("key", _UNENCRYPTED)),
        passing=example(_CHANNEL, "{s3BucketName: record, s3KmsKeyArn: key}"),
        failing=example(_CHANNEL, "{s3BucketName: record}"),
    ),
    Policy(
        id="aws/guardduty",
        title="GuardDuty is on, and so is what the stack names of it",
        severity=Severity.HIGH,
        rationale="It notices stolen credentials and mining in a cluster; a feature that is off notices nothing.",
        resource_types=(Detector, DetectorFeature),
        remediation="Set enable on the detector and status ENABLED on its features.",
        since="0.3.0",
        rule=_detects,
        controls=(fsbp("GuardDuty.1"), fsbp("GuardDuty.10")),
        enforcement=RELAXED_LOCALLY,
        passing=example(_FEATURE, "{name: S3_DATA_EVENTS, status: ENABLED}"),
        failing=example(_FEATURE, "{name: S3_DATA_EVENTS, status: DISABLED}"),
    ),
)
