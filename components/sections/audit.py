"""The section about the audit trail."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from components.sections.base import RetentionDays, Section, unique
from components.sections.data import LockMode


class Insight(StrEnum):
    """What CloudTrail finds unusual: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-insights-events-with-cloudtrail.html."""

    CALL_RATE = "ApiCallRateInsight"
    ERROR_RATE = "ApiErrorRateInsight"


class Protocol(StrEnum):
    """How somebody is told."""

    EMAIL = "email"
    HTTPS = "https"


class Subscription(Section):
    """Somebody who is told of alarms."""

    protocol: Protocol
    """How."""
    endpoint: Annotated[str, Field(min_length=3, max_length=2048)]
    """Where: an e-mail address, or an `https://` URL."""

    @field_validator("endpoint")
    @classmethod
    def _fitting(cls, value: str, info: ValidationInfo) -> str:
        protocol = info.data.get("protocol")
        if protocol is Protocol.EMAIL and re.fullmatch(r"[^@\s,:/]+@[^@\s,:/]+\.[^@\s,:/]+", value) is None:
            raise PydanticCustomError("endpoint", "must be an e-mail address for protocol 'email'", {})
        if protocol is Protocol.HTTPS and not value.startswith("https://"):
            raise PydanticCustomError("endpoint", "must begin with https:// for protocol 'https'", {})
        return value


class TrailSettings(Section):
    """CloudTrail, of all regions, in a bucket in which nothing can be changed."""

    lock_mode: LockMode
    """Who may shorten the retention of the record."""
    lock_days: Annotated[int, Field(ge=1, le=36500)]
    """Days that the record can be neither changed nor deleted."""
    cold_after_days: Annotated[int, Field(ge=30, le=36500)] = 90
    """Days after which the record moves to the cheaper class GLACIER_IR."""
    insights: tuple[Insight, ...] = ()
    """What CloudTrail looks for that is unusual; it bills for that."""
    subscriptions: tuple[Subscription, ...] = ()
    """Who is told of alarms."""

    @field_validator("insights")
    @classmethod
    def _insights(cls, value: tuple[Insight, ...]) -> tuple[Insight, ...]:
        return unique(value, "the entry")

    @field_validator("subscriptions")
    @classmethod
    def _subscriptions(cls, value: tuple[Subscription, ...]) -> tuple[Subscription, ...]:
        unique(tuple(subscription.endpoint for subscription in value), "the endpoint")
        return value


class Feature(StrEnum):
    """What GuardDuty looks at, besides the calls, flows and names that it always looks at."""

    EKS_AUDIT_LOGS = "EKS_AUDIT_LOGS"
    MALWARE = "EBS_MALWARE_PROTECTION"
    RUNTIME = "RUNTIME_MONITORING"
    S3 = "S3_DATA_EVENTS"


class Detection(Section):
    """GuardDuty; an account has one detector a region."""

    features: tuple[Feature, ...] = (Feature.EKS_AUDIT_LOGS, Feature.RUNTIME, Feature.S3)
    """What it looks at, besides the calls, flows and names that it always looks at; each is billed."""

    @field_validator("features")
    @classmethod
    def _once(cls, value: tuple[Feature, ...]) -> tuple[Feature, ...]:
        return unique(value, "the feature")


class Audit(Section):
    """The audit trail."""

    retention_days: RetentionDays
    """Days that log entries are kept."""
    trail: TrailSettings | None = None
    """The record of what is done in the account, and the alarms on it. Without it there is none."""
    detection: Detection | None = None
    """Who looks for intruders. Without it nobody does."""
