"""Audit: the log group of the trail and, where it is asked for, the account's record and its alarms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from components.audit.account import AccountTrail, AccountTrailArgs
from components.audit.alarms import SecurityAlarms, SecurityAlarmsArgs, WatchedLog
from components.audit.calls import calls
from components.audit.detection import IntrusionDetection, IntrusionDetectionArgs
from components.audit.events import ACCOUNT
from components.audit.recording import AccountRecording, AccountRecordingArgs
from components.audit.shipping import KubernetesAudit, KubernetesAuditArgs
from components.audit.trail import AuditTrail, AuditTrailArgs
from components.sections.supply import GithubAccess
from components.supply.github import github_role_name

if TYPE_CHECKING:
    import pulumi

    from components.base import Text
    from components.sections.audit import TrailSettings
    from components.site import Site


@dataclass(frozen=True)
class AuditOutputs:
    """What a person needs to know.

    Attributes:
        log_group: name of the log group.
        bucket: name of the bucket with the account's record; None without a trail.
        alarms_topic: ARN of the topic that alarms go to; None without a trail.
    """

    log_group: pulumi.Output[str]
    bucket: pulumi.Output[str] | None = None
    alarms_topic: pulumi.Output[str] | None = None


def build(
    site: Site,
    group_key: Text,
    trail_key: Text,
    data_buckets: tuple[Text, ...],
    cluster_log: Text | None = None,
) -> AuditOutputs:
    """Register the audit.

    Args:
        site: the stack's ground.
        group_key: ARN of the key of the log group.
        trail_key: ARN of the key of the record and the topic; its policy lets CloudTrail and alarms use it.
        data_buckets: ARNs of the buckets of which every use of an object is recorded.
        cluster_log: name of the log group of EKS's control plane; None: the cluster is not the stack's own.
    """
    settings = site.configuration.audit
    group = AuditTrail("audit", AuditTrailArgs(settings=settings, key_arn=group_key, protect=site.protect), site.cloud)
    if settings.detection is not None:
        IntrusionDetection("detection", IntrusionDetectionArgs(settings=settings.detection), site.cloud)
    if settings.recording is not None:
        AccountRecording(
            "config",
            AccountRecordingArgs(
                stack=site.stack, settings=settings.recording, key_arn=trail_key, protect=site.protect
            ),
            site.account,
            site.cloud,
        )
    if settings.trail is None:
        return AuditOutputs(group.log_group)
    record = AccountTrail(
        "account-trail",
        AccountTrailArgs(
            stack=site.stack,
            settings=settings.trail,
            key_arn=trail_key,
            log_group=group.log_group,
            data_buckets=data_buckets,
            protect=site.protect,
        ),
        site.account,
        site.cloud,
    )
    alarms = _alarms(site, settings.trail, group.log_group, trail_key, cluster_log)
    if settings.kubernetes is not None and cluster_log is not None:
        KubernetesAudit(
            "kubernetes-audit",
            KubernetesAuditArgs(
                stack=site.stack,
                log_group=cluster_log,
                bucket_arn=record.bucket_arn,
                key_arn=trail_key,
                topic_arn=alarms.topic_arn,
                buffer_seconds=settings.kubernetes.buffer_seconds,
            ),
            site.account,
            site.cloud,
        )
    return AuditOutputs(group.log_group, record.bucket, alarms.topic_arn)


def _alarms(
    site: Site, settings: TrailSettings, trail_log: Text, key: Text, cluster_log: Text | None
) -> SecurityAlarms:
    """The alarms on the account's entries and, where they are shipped, on Kubernetes'; and on what GuardDuty finds."""
    kubernetes, detection = site.configuration.audit.kubernetes, site.configuration.audit.detection
    logs = [WatchedLog(log_group=trail_log, events=ACCOUNT)]
    if kubernetes is not None and cluster_log is not None:
        github = site.configuration.supply.github
        deployers = tuple(
            github_role_name(site.stack, role.name)
            for role in (github.roles if github else ())
            if role.access is GithubAccess.DEPLOY
        )
        logs.append(WatchedLog(log_group=cluster_log, events=calls(deployers, kubernetes.refusals)))
    return SecurityAlarms(
        "security",
        SecurityAlarmsArgs(
            logs=tuple(logs),
            key_arn=key,
            subscriptions=settings.subscriptions,
            severity=detection.alarm_severity if detection else None,
        ),
        site.account,
        site.cloud,
    )
