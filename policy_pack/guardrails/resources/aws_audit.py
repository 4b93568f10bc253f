"""What records and watches: logs, trails, recorders, detectors.

Sources: https://www.pulumi.com/registry/packages/aws/api-docs/ of cloudwatch, cloudtrail, cfg, guardduty.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from guardrails.resources import aws_reading as at

if TYPE_CHECKING:
    from guardrails.resources.reading import Unknown


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class LogGroup(at.AwsResource):
    """A log group; without a number of days it keeps everything for ever."""

    label: ClassVar[str] = "aws:cloudwatch/logGroup:LogGroup"

    name: at.Text = at.text("name")
    retention_days: at.Number = at.number("retentionInDays")
    key: at.Link = at.link("kmsKeyId")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class LogAccess(at.AwsResource):
    """Which services may write to log groups."""

    label: ClassVar[str] = "aws:cloudwatch/logResourcePolicy:LogResourcePolicy"

    policy: at.Policy = at.policy("policyDocument")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class EventSelector(at.Block):
    """Which calls a trail records."""

    kind: at.Text = at.text("readWriteType", "All")
    management: at.Flag = at.flag("includeManagementEvents", default=True)
    left_out: at.Texts = at.texts("excludeManagementEventSources")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class FieldSelector(at.Block):
    """What a field of a call has to be, for a trail to record it."""

    field: at.Text = at.text("field")
    equals: at.Texts = at.texts("equals")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class AdvancedSelector(at.Block):
    """Which calls a trail records, by their fields: all of them have to be so."""

    fields: tuple[FieldSelector, ...] | Unknown = at.blocks("fieldSelectors", FieldSelector)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Trail(at.AwsResource):
    """A record of the account's calls."""

    label: ClassVar[str] = "aws:cloudtrail/trail:Trail"

    bucket: at.Link = at.link("s3BucketName")
    multi_region: at.Flag = at.flag("isMultiRegionTrail")
    global_events: at.Flag = at.flag("includeGlobalServiceEvents", default=True)
    running: at.Flag = at.flag("enableLogging", default=True)
    validated: at.Flag = at.flag("enableLogFileValidation")
    key: at.Link = at.link("kmsKeyId")
    log_group: at.Link = at.link("cloudWatchLogsGroupArn")
    selectors: tuple[EventSelector, ...] | Unknown = at.blocks("eventSelectors", EventSelector)
    advanced: tuple[AdvancedSelector, ...] | Unknown = at.blocks("advancedEventSelectors", AdvancedSelector)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Recorder(at.AwsResource):
    """AWS Config's record of how the account is set up."""

    label: ClassVar[str] = "aws:cfg/recorder:Recorder"

    name: at.Text = at.text("name")
    everything: at.Flag = at.flag("recordingGroup.allSupported", default=True)
    global_types: at.Flag = at.flag("recordingGroup.includeGlobalResourceTypes")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class RecorderStatus(at.AwsResource):
    """Whether a recorder runs."""

    label: ClassVar[str] = "aws:cfg/recorderStatus:RecorderStatus"

    name: at.Link = at.link("name")
    running: at.Flag = at.flag("isEnabled")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class DeliveryChannel(at.AwsResource):
    """Where AWS Config puts its record."""

    label: ClassVar[str] = "aws:cfg/deliveryChannel:DeliveryChannel"

    bucket: at.Link = at.link("s3BucketName")
    key: at.Link = at.link("s3KmsKeyArn")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Detector(at.AwsResource):
    """GuardDuty."""

    label: ClassVar[str] = "aws:guardduty/detector:Detector"

    enabled: at.Flag = at.flag("enable", default=True)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class DetectorFeature(at.AwsResource):
    """A source that GuardDuty looks at."""

    label: ClassVar[str] = "aws:guardduty/detectorFeature:DetectorFeature"

    name: at.Text = at.text("name")
    status: at.Text = at.text("status")


KINDS: Final = at.kinds(
    LogGroup,
    LogAccess,
    Trail,
    Recorder,
    RecorderStatus,
    DeliveryChannel,
    Detector,
    DetectorFeature,
)
"""What each type is read as."""
