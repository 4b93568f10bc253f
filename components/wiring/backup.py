"""Backup: the vault, its copy in another region, the plan and its reports; and what is in the cluster."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi

from components.backup.alerts import BackupAlerts, BackupAlertsArgs
from components.backup.plan import BackupPlan, BackupPlanArgs
from components.backup.reports import BackupReports, BackupReportsArgs
from components.backup.restores import NAME, RestoreTest, RestoreTestArgs
from components.backup.vault import BackupVault, BackupVaultArgs
from components.backup.velero import Velero, VeleroArgs, VeleroCopy
from components.data.bucket import Bucket, BucketArgs, Lock
from components.data.replication import Replication, ReplicationArgs
from components.labels import NOT_BACKED_UP
from components.wiring.data import copy_key

if TYPE_CHECKING:
    from components.base import Text
    from components.cluster.handle import ClusterHandle
    from components.observability.handle import MonitoringHandle
    from components.sections.backup import Backup
    from components.sections.velero import Velero as VeleroSettings
    from components.site import Site


@dataclass(frozen=True)
class BackupOutputs:
    """What others need to know of the backups.

    Attributes:
        vault: name of the vault.
        topic_arn: where every job's end is told.
    """

    vault: pulumi.Output[str]
    topic_arn: pulumi.Output[str]


def build(site: Site, key_arn: Text, topic_key: Text) -> BackupOutputs | None:
    """The backups; `key_arn` encrypts them, `topic_key` the reports about them."""
    settings = site.configuration.backup
    if settings is None:
        return None
    reports = BackupReports(
        "backup-reports",
        BackupReportsArgs(key_arn=topic_key, subscriptions=settings.subscriptions),
        site.account,
        site.cloud,
    )
    vault = BackupVault(
        "backup",
        BackupVaultArgs(
            stack=site.stack, key_arn=key_arn, lock=settings.lock, topic_arn=reports.topic_arn, protect=site.protect
        ),
        site.cloud,
    )
    BackupPlan(
        "backup-plan",
        BackupPlanArgs(
            stack=site.stack,
            settings=settings,
            vault=vault.vault,
            vault_arn=vault.arn,
            copy_vault_arn=_copy(site, settings, settings.copy_region) if settings.copy_region else None,
        ),
        site.account,
        site.cloud,
    )
    return BackupOutputs(vault=vault.vault, topic_arn=reports.topic_arn)


def _copy(site: Site, settings: Backup, region: str) -> pulumi.Output[str]:
    elsewhere = site.elsewhere(region)
    key = copy_key(site, "backup-copy-key", elsewhere)
    args = BackupVaultArgs(stack=site.stack, key_arn=key.arn, lock=settings.lock, protect=site.protect)
    return BackupVault("backup-copy", args, elsewhere).arn


@dataclass(frozen=True)
class VeleroKeys:
    """KMS keys: `bucket` encrypts what Velero writes, `volumes` what it makes snapshots of."""

    bucket: Text
    volumes: Text


def velero(
    site: Site, cluster: ClusterHandle, keys: VeleroKeys, monitoring: MonitoringHandle | None = None
) -> pulumi.Output[str] | None:
    """Velero and the test of its backups, where the stack's file wants them. Returns the name of the bucket."""
    settings = site.configuration.backup.velero if site.configuration.backup is not None else None
    if settings is None:
        return None
    region = site.configuration.backup.copy_region if site.configuration.backup is not None else None
    wanted = _velero_bucket(settings, keys.bucket, protect=site.protect)
    bucket = Bucket("velero-backups", wanted, site.cloud)
    server = Velero(
        "velero",
        VeleroArgs(
            stack=site.stack,
            settings=settings,
            sources=site.sources,
            region=site.region,
            cluster=cluster.name,
            bucket=bucket.bucket,
            bucket_arn=bucket.arn,
            bucket_key_arn=keys.bucket,
            volumes_key_arn=keys.volumes,
            copy_of_bucket=_velero_copy(site, wanted, (bucket, keys.bucket), region) if region else None,
            monitoring=monitoring,
            after=cluster.ready,
            protect=site.protect,
        ),
        site.account,
        pulumi.ResourceOptions(providers=[site.aws, cluster.provider]),
    )
    if settings.restore_test is not None:
        RestoreTest(
            "restore-test",
            RestoreTestArgs(
                stack=site.stack,
                settings=settings.restore_test,
                sources=site.sources,
                velero=server.namespace,
                after=server.ready,
            ),
            cluster.options,
        )
    if monitoring is not None:
        # The kind is there when Prometheus is, whose address says so.
        namespace = pulumi.Output.all(server.namespace, monitoring.prometheus).apply(_first)
        args = BackupAlertsArgs(
            stack=site.stack, namespace=namespace, restore_test=NAME if settings.restore_test else None
        )
        BackupAlerts("velero-alerts", args, cluster.options)
    return bucket.bucket


def _velero_bucket(settings: VeleroSettings, key_arn: Text, *, protect: bool) -> BucketArgs:
    longest = max(schedule.keep_days for schedule in settings.schedules)
    return BucketArgs(
        key_arn=key_arn,
        protect=protect,
        force_destroy=not protect,
        lock=Lock(mode=settings.lock.mode, days=settings.lock.days) if settings.lock else None,
        # Velero deletes what is too old; a version of it ends when nobody would restore it any more.
        noncurrent_days=longest,
        # It is a backup; a copy in another region is the copy's section to ask for.
        tags=(NOT_BACKED_UP,),
    )


def _velero_copy(site: Site, wanted: BucketArgs, source: tuple[Bucket, Text], region: str) -> VeleroCopy:
    bucket, key_arn = source
    elsewhere = site.elsewhere(region)
    key = copy_key(site, "velero-copy-key", elsewhere)
    copy = Bucket("velero-backups-copy", wanted.model_copy(update={"key_arn": key.arn}), elsewhere)
    Replication(
        "velero-backups-replication",
        ReplicationArgs(key_arn=key_arn, copy_key_arn=key.arn, copy_region=region, timely=False),
        bucket,
        copy,
        site.account,
        site.cloud,
    )
    return VeleroCopy(bucket=copy.bucket, arn=copy.arn, region=region, key_arn=key.arn)


def _first(values: list[str]) -> str:
    return values[0]
