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


class KubernetesAudit(Section):
    """Kubernetes' audit: every call of the cluster's API, in the bucket of the trail, and the alarms on it."""

    buffer_seconds: Annotated[int, Field(ge=60, le=900)] = 300
    """Seconds that entries are gathered before they are written to the bucket."""
    refusals: Annotated[int, Field(ge=1, le=1_000_000)] = 50
    """Refused calls within five minutes that are an alarm."""


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
    alarm_severity: Annotated[int, Field(ge=1, le=9)] = 4
    """Findings of this severity and more are told to the trail's `subscriptions`: 4 is medium, 7 is high."""

    @field_validator("features")
    @classmethod
    def _once(cls, value: tuple[Feature, ...]) -> tuple[Feature, ...]:
        return unique(value, "the feature")


class RuleParameter(Section):
    """One parameter of a rule."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_]+$", max_length=128)]
    """Its name, as AWS documents it."""
    value: Annotated[str, Field(min_length=1, max_length=1024)]
    """Its value."""


class ConfigRule(Section):
    """A rule that AWS manages: https://docs.aws.amazon.com/config/latest/developerguide/managed-rules-by-aws-config.html."""

    identifier: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]+$", max_length=128)]
    """AWS's identifier, such as `ENCRYPTED_VOLUMES`."""
    parameters: tuple[RuleParameter, ...] = ()
    """What it is told."""

    @field_validator("parameters")
    @classmethod
    def _parameters(cls, value: tuple[RuleParameter, ...]) -> tuple[RuleParameter, ...]:
        unique(tuple(parameter.name for parameter in value), "the parameter")
        return value


_RULES = (
    "CLOUD_TRAIL_ENCRYPTION_ENABLED",
    "CLOUD_TRAIL_LOG_FILE_VALIDATION_ENABLED",
    "CMK_BACKING_KEY_ROTATION_ENABLED",
    "EC2_IMDSV2_CHECK",
    "EC2_VOLUME_INUSE_CHECK",
    "EKS_ENDPOINT_NO_PUBLIC_ACCESS",
    "EKS_SECRETS_ENCRYPTED",
    "ENCRYPTED_VOLUMES",
    "GUARDDUTY_ENABLED_CENTRALIZED",
    "IAM_POLICY_NO_STATEMENTS_WITH_ADMIN_ACCESS",
    "IAM_ROOT_ACCESS_KEY_CHECK",
    "INCOMING_SSH_DISABLED",
    "KMS_CMK_NOT_SCHEDULED_FOR_DELETION",
    "MFA_ENABLED_FOR_IAM_CONSOLE_ACCESS",
    "MULTI_REGION_CLOUD_TRAIL_ENABLED",
    "ROOT_ACCOUNT_MFA_ENABLED",
    "S3_BUCKET_LEVEL_PUBLIC_ACCESS_PROHIBITED",
    "S3_BUCKET_SSL_REQUESTS_ONLY",
    "S3_BUCKET_VERSIONING_ENABLED",
    "VPC_DEFAULT_SECURITY_GROUP_CLOSED",
    "VPC_FLOW_LOGS_ENABLED",
)


class Recording(Section):
    """AWS Config: how everything in the account is set up, every change of it, and rules that it is held to.

    An account has one recorder a region. AWS Config does not deliver to a bucket with a default retention, so that its
    record is in a bucket of its own beside the trail's, with versions and without a lock.
    """

    rules: tuple[ConfigRule, ...] | None = None
    """What the account is held to; absent: a list that follows the CIS benchmarks."""
    keep_days: Annotated[int, Field(ge=365, le=36500)] = 2557
    """Days that the record is kept."""

    @field_validator("rules")
    @classmethod
    def _once(cls, value: tuple[ConfigRule, ...] | None) -> tuple[ConfigRule, ...] | None:
        unique(tuple(rule.identifier for rule in value or ()), "the rule")
        return value

    @property
    def held_to(self) -> tuple[ConfigRule, ...]:
        """The rules of the settings, or the list."""
        return tuple(ConfigRule(identifier=name) for name in _RULES) if self.rules is None else self.rules


class Audit(Section):
    """The audit trail."""

    retention_days: RetentionDays
    """Days that log entries are kept."""
    trail: TrailSettings | None = None
    """The record of what is done in the account, and the alarms on it. Without it there is none."""
    kubernetes: KubernetesAudit | None = None
    """Every call of the cluster's API, in the same bucket, and the alarms on it. Needs `trail` and an EKS cluster."""
    recording: Recording | None = None
    """How the account is set up, recorded and held to rules. Without it nothing is."""
    detection: Detection | None = None
    """Who looks for intruders. Without it nobody does."""

    @field_validator("kubernetes")
    @classmethod
    def _with_trail(cls, value: KubernetesAudit | None, info: ValidationInfo) -> KubernetesAudit | None:
        if value is not None and "trail" in info.data and info.data["trail"] is None:
            raise PydanticCustomError(
                "needs", "needs trail: its bucket is where entries go, its topic where alarms do", {}
            )
        return value
