"""Data: the buckets that outlive the platform, and their copies in another region."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from components.data.bucket import Bucket, BucketArgs, Lock
from components.data.copykey import CopyKey, CopyKeyArgs
from components.data.replication import Replication, ReplicationArgs
from components.data.storage import DatabaseStorage, DatabaseStorageArgs
from components.labels import BACKED_UP

if TYPE_CHECKING:
    import pulumi

    from components.base import Text
    from components.cluster.handle import ClusterHandle
    from components.sections.data import Documents, Evidence
    from components.sections.data import Replication as ReplicationSettings
    from components.site import Site


@dataclass(frozen=True)
class DataOutputs:
    """What others need to know of the data.

    Attributes:
        evidence_bucket: name of the bucket of evidence.
        documents_bucket: name of the bucket of documents; None: there is none.
        bucket_arns: ARNs of all of them.
    """

    evidence_bucket: pulumi.Output[str]
    documents_bucket: pulumi.Output[str] | None
    bucket_arns: tuple[pulumi.Output[str], ...]


def build(site: Site, key_arn: Text) -> DataOutputs:
    """The buckets; `key_arn` encrypts them."""
    settings = site.configuration.data
    wanted = {"evidence": evidence_args(settings.evidence, key_arn, protect=site.protect)}
    if settings.documents is not None:
        wanted["documents"] = _documents_args(settings.documents, key_arn, protect=site.protect)
    buckets = {name: Bucket(name, args, site.cloud) for name, args in wanted.items()}
    if settings.replication is not None:
        _replicate(site, settings.replication, wanted, buckets, key_arn)
    documents = buckets.get("documents")
    return DataOutputs(
        evidence_bucket=buckets["evidence"].bucket,
        documents_bucket=documents.bucket if documents else None,
        bucket_arns=tuple(bucket.arn for bucket in buckets.values()),
    )


def storage(site: Site, cluster: ClusterHandle, key_arn: Text) -> pulumi.Output[str] | None:
    """Name of the class of database volumes, which `key_arn` encrypts; None where the cluster has no EBS."""
    if cluster.name is None:
        return None
    args = DatabaseStorageArgs(stack=site.stack, key_arn=key_arn)
    return DatabaseStorage("storage", args, cluster.options).storage_class


def copy_key(site: Site, name: str, elsewhere: pulumi.ResourceOptions, contents: str | None = None) -> CopyKey:
    """The key of the copies in another region; `contents` says of what, if not of data and backups."""
    keys = site.configuration.keys
    args = CopyKeyArgs(
        deletion_window_days=keys.deletion_window_days,
        rotation_period_days=keys.rotation_period_days,
        administrators=keys.administrators,
        protect=site.protect,
        **({"contents": contents} if contents else {}),
    )
    return CopyKey(name, args, site.account, elsewhere)


def evidence_args(settings: Evidence, key_arn: Text, *, protect: bool) -> BucketArgs:
    """What the bucket of evidence is like."""
    return BucketArgs(
        key_arn=key_arn,
        protect=protect,
        force_destroy=settings.force_destroy,
        lock=Lock(mode=settings.lock_mode, days=settings.lock_days),
        cold_after_days=settings.cold_after_days,
        noncurrent_days=settings.noncurrent_days,
        tags=(BACKED_UP,),
    )


def _documents_args(settings: Documents, key_arn: Text, *, protect: bool) -> BucketArgs:
    return BucketArgs(
        key_arn=key_arn,
        protect=protect,
        force_destroy=settings.force_destroy,
        cold_after_days=settings.cold_after_days,
        noncurrent_days=settings.noncurrent_days,
        tags=(BACKED_UP,),
    )


def _replicate(
    site: Site,
    settings: ReplicationSettings,
    wanted: dict[str, BucketArgs],
    buckets: dict[str, Bucket],
    key_arn: Text,
) -> None:
    elsewhere = site.elsewhere(settings.region)
    key = copy_key(site, "copies", elsewhere)
    for name, args in wanted.items():
        # The copy is not backed up: it is the backup.
        copy = Bucket(f"{name}-copy", args.model_copy(update={"key_arn": key.arn, "tags": ()}), elsewhere)
        Replication(
            f"{name}-replication",
            ReplicationArgs(
                key_arn=key_arn,
                copy_key_arn=key.arn,
                copy_region=settings.region,
                timely=settings.within_fifteen_minutes,
            ),
            buckets[name],
            copy,
            site.account,
            site.cloud,
        )
