"""Velero: what is in the cluster, saved on schedules into a bucket that nobody empties, and volumes as snapshots.

It may read and write everything in the cluster, for it has to restore anything; in AWS it may do what its plugin needs
(https://github.com/vmware-tanzu/velero-plugin-for-aws#set-permissions-for-velero), with this bucket, with volumes that
the cluster's driver has made and with snapshots that it made itself. A second location reads the copy of the bucket in
the other region: there a new cluster starts from when the first region is lost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi
from pulumi_kubernetes import apiextensions
from pydantic import InstanceOf

from components import charts
from components.backup.values import METRICS_PORT, SERVICE_ACCOUNT, velero_values
from components.base import Args, Component, Text
from components.cluster.identity import CREDENTIALS, WorkloadIdentity, WorkloadIdentityArgs
from components.cluster.volumes import volume_statements
from components.labels import labels
from components.observability.handle import MonitoringHandle, scraped
from components.observability.scrape import ScrapedPods, ScrapedPodsArgs
from components.policies import Condition, Statement
from components.sections.velero import Schedule
from components.sections.velero import Velero as Settings
from components.sources import Sources
from components.tenancy.room import APIS, Room, RoomArgs
from components.versions import VELERO, VELERO_AWS_IMAGE, VELERO_IMAGE

if TYPE_CHECKING:
    from components.providers import Account

NAMESPACE = "velero"
API_VERSION = "velero.io/v1"
LOCATION, COPY_LOCATION = "default", "copy"
PREFIX = "velero"
_HOURS = 24
# The driver marks its volumes, Velero its snapshots.
_DRIVEN, _SAVED = "aws:ResourceTag/ebs.csi.aws.com/cluster", "aws:ResourceTag/velero.io/backup"


class VeleroCopy(Args):
    """The copy of the bucket: its name, its ARN, its region and the KMS key there."""

    bucket: Text
    arn: Text
    region: str
    key_arn: Text


class VeleroArgs(Args):
    """What Velero needs.

    Attributes:
        stack: the stack's name.
        settings: the section.
        sources: the mirrors.
        region: of the bucket and the volumes.
        cluster: name of the EKS cluster; None for one without Pod Identity.
        bucket: name of the bucket.
        bucket_arn: its ARN.
        bucket_key_arn: the KMS key that encrypts it.
        volumes_key_arn: the KMS key that encrypts volumes, and thereby snapshots.
        copy_of_bucket: in another region; None: there is none.
        monitoring: where Prometheus is; None without one.
        after: what the pods wait for.
        protect: whether the engine refuses to delete the schedules.
    """

    stack: str
    settings: Settings
    sources: Sources
    region: str
    cluster: Text | None
    bucket: Text
    bucket_arn: Text
    bucket_key_arn: Text
    volumes_key_arn: Text
    copy_of_bucket: VeleroCopy | None = None
    monitoring: InstanceOf[MonitoringHandle] | None = None
    after: tuple[pulumi.Resource, ...] = ()
    protect: bool = True


class Velero(Component):
    """Velero in its room, its locations and its schedules.

    Attributes:
        namespace: its own, known once it exists.
        ready: what a test of its backups waits for.
    """

    TYPE = "cartorio:backup:Velero"
    namespace: pulumi.Output[str]
    ready: tuple[pulumi.Resource, ...]

    def __init__(self, name: str, args: VeleroArgs, account: Account, opts: pulumi.ResourceOptions) -> None:
        super().__init__(name, opts)
        self._args = args
        self._labels = labels(args.stack, "backup")
        room = self._enter(name)
        self.namespace = room.namespace
        release = self._install(name, room, account)
        locations = [
            self._bucket_location(name, release),
            self._location(name, "snapshots", "VolumeSnapshotLocation", LOCATION, self._snapshots(), release),
        ]
        if args.copy_of_bucket is not None:
            self._copy_location(name, args.copy_of_bucket, release)
        schedules = [self._schedule(name, schedule, locations) for schedule in args.settings.schedules]
        if args.monitoring is not None:
            ScrapedPods(
                f"{name}-metrics",
                ScrapedPodsArgs(
                    stack=args.stack,
                    component="velero",
                    namespace=self.namespace,
                    pods=(("app.kubernetes.io/name", "velero"),),
                    port=METRICS_PORT,
                    monitoring=args.monitoring,
                ),
                self._child(depends_on=[release]),
            )
        self.ready = (release, *schedules)
        self.register_outputs({"namespace": self.namespace})

    def _enter(self, name: str) -> Room:
        args = self._args
        return Room(
            f"{name}-room",
            RoomArgs(
                stack=args.stack,
                namespace=NAMESPACE,
                component="backup",
                flows=(APIS, CREDENTIALS, *scraped(args.monitoring, METRICS_PORT)),
            ),
            self._child(),
        )

    def _install(self, name: str, room: Room, account: Account) -> pulumi.Resource:
        args = self._args
        identity = WorkloadIdentity(
            f"{name}-server",
            WorkloadIdentityArgs(
                stack=args.stack,
                cluster=args.cluster,
                namespace=NAMESPACE,
                service_account=SERVICE_ACCOUNT,
                statements=statements(args, account.partition),
            ),
            account,
            self._child(),
        )
        return charts.install(
            f"{name}-release",
            VELERO,
            sources=args.sources,
            release="velero",
            namespace=room.namespace,
            values=velero_values(
                args.settings,
                repository=args.sources.repository(VELERO_IMAGE.repository),
                pin=VELERO_IMAGE,
                plugin=args.sources.image(VELERO_AWS_IMAGE),
            ),
            # Pods get the identity when they start.
            opts=self._child(depends_on=[room, identity, *args.after]),
        )

    def _location(
        self, name: str, role: str, kind: str, physical: str, spec: dict[str, object], release: pulumi.Resource
    ) -> apiextensions.CustomResource:
        return apiextensions.CustomResource(
            f"{name}-{role}",
            api_version=API_VERSION,
            kind=kind,
            metadata={"name": physical, "namespace": self.namespace, "labels": self._labels},
            spec=spec,
            opts=self._child(depends_on=[release]),
        )

    def _bucket_location(self, name: str, release: pulumi.Resource) -> apiextensions.CustomResource:
        args = self._args
        spec: dict[str, object] = {
            "provider": "aws",
            "default": True,
            "accessMode": "ReadWrite",
            "objectStorage": {"bucket": args.bucket, "prefix": PREFIX},
            "config": {
                "region": args.region,
                "serverSideEncryption": "aws:kms",
                "kmsKeyId": args.bucket_key_arn,
                # A bucket with a lock wants one.
                "checksumAlgorithm": "CRC32",
            },
        }
        return self._location(name, "location", "BackupStorageLocation", LOCATION, spec, release)

    def _copy_location(self, name: str, copy: VeleroCopy, release: pulumi.Resource) -> None:
        spec: dict[str, object] = {
            "provider": "aws",
            "default": False,
            "accessMode": "ReadOnly",
            "objectStorage": {"bucket": copy.bucket, "prefix": PREFIX},
            "config": {"region": copy.region},
        }
        self._location(name, "copy", "BackupStorageLocation", COPY_LOCATION, spec, release)

    def _snapshots(self) -> dict[str, object]:
        return {"provider": "aws", "config": {"region": self._args.region}}

    def _schedule(
        self, name: str, schedule: Schedule, locations: list[apiextensions.CustomResource]
    ) -> apiextensions.CustomResource:
        return apiextensions.CustomResource(
            f"{name}-{schedule.name}",
            api_version=API_VERSION,
            kind="Schedule",
            metadata={"name": schedule.name, "namespace": self.namespace, "labels": self._labels},
            spec={
                "schedule": schedule.schedule,
                "paused": False,
                "skipImmediately": False,
                # A schedule that is deleted leaves its backups.
                "useOwnerReferencesInBackup": False,
                "template": {
                    "storageLocation": LOCATION,
                    "volumeSnapshotLocations": [LOCATION],
                    "includedNamespaces": list(schedule.namespaces),
                    "snapshotVolumes": schedule.volumes,
                    "defaultVolumesToFsBackup": False,
                    "ttl": f"{schedule.keep_days * _HOURS}h0m0s",
                },
            },
            opts=self._child(protect=self._args.protect, depends_on=locations),
        )


def statements(args: VeleroArgs, partition: Text) -> tuple[Statement, ...]:
    """What Velero may do in AWS."""

    def ec2(resource: str) -> Text:
        return pulumi.Output.concat("arn:", partition, ":ec2:", args.region, resource)

    snapshots, volumes = ec2("::snapshot/*"), ec2(":*:volume/*")
    buckets, objects = [args.bucket_arn], [_below(args.bucket_arn)]
    if args.copy_of_bucket is not None:
        buckets.append(args.copy_of_bucket.arn)
    found = [
        Statement("List", ("s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"), tuple(buckets)),
        Statement(
            "Write",
            # Deleting makes a delete marker: the lock and the bucket's own rules decide when a version ends.
            (
                "s3:AbortMultipartUpload",
                "s3:DeleteObject",
                "s3:GetObject",
                "s3:ListMultipartUploadParts",
                "s3:PutObject",
            ),
            tuple(objects),
        ),
        _with_key("Encrypt", args.bucket_key_arn, args.region, "kms:Decrypt", "kms:GenerateDataKey"),
        Statement("Describe", ("ec2:DescribeSnapshots", "ec2:DescribeVolumes"), ("*",)),
        Statement(
            "SnapshotVolumes",
            ("ec2:CreateSnapshot",),
            (volumes,),
            conditions=(Condition("StringLike", _DRIVEN, ("*",)),),
        ),
        Statement("MakeSnapshots", ("ec2:CreateSnapshot",), (snapshots,)),
        Statement("MakeVolumes", ("ec2:CreateVolume",), (snapshots, volumes)),
        Statement(
            "Tag",
            ("ec2:CreateTags",),
            (snapshots, volumes),
            conditions=(Condition("StringEquals", "ec2:CreateAction", ("CreateSnapshot", "CreateVolume")),),
        ),
        Statement(
            "EndSnapshots",
            ("ec2:DeleteSnapshot",),
            (snapshots,),
            conditions=(Condition("StringLike", _SAVED, ("*",)),),
        ),
        *volume_statements(args.volumes_key_arn, args.region),
    ]
    if args.copy_of_bucket is not None:
        copy = args.copy_of_bucket
        found.append(Statement("ReadCopy", ("s3:GetObject",), (_below(copy.arn),)))
        found.append(_with_key("DecryptCopy", copy.key_arn, copy.region, "kms:Decrypt"))
    return tuple(found)


def _below(bucket: Text) -> Text:
    return pulumi.Output.concat(bucket, f"/{PREFIX}/*")


def _with_key(sid: str, key: Text, region: str, *actions: str) -> Statement:
    through = Condition("StringEquals", "kms:ViaService", (f"s3.{region}.amazonaws.com",))
    return Statement(sid, actions, (key,), conditions=(through,))
