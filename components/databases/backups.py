"""What a database's backups need in AWS: a bucket of its own, and the role of the pods that write them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi

from components.base import Args, Component, Text
from components.cluster.identity import WorkloadIdentity, WorkloadIdentityArgs
from components.data.bucket import Bucket, BucketArgs, Lock
from components.labels import BACKED_UP
from components.policies import Condition, Statement
from components.sections.databases import DatabaseBackups

if TYPE_CHECKING:
    from components.providers import Account


class BackupStoreArgs(Args):
    """What it is like.

    Attributes:
        stack: the stack's name.
        settings: how long backups are kept.
        cluster: name of the EKS cluster; None for one without Pod Identity.
        namespace: of the pods.
        service_account: of the pods.
        key_arn: the KMS key that encrypts.
        region: of the key and the bucket.
        may_delete: whether the pods themselves end what is kept for long enough; otherwise the bucket does.
        protect: whether the engine refuses to delete the bucket.
    """

    stack: str
    settings: DatabaseBackups
    cluster: Text | None
    namespace: str
    service_account: str
    key_arn: Text
    region: str
    may_delete: bool
    protect: bool = True


class BackupStore(Component):
    """The bucket and the role. The backup plan copies the bucket, wherever it copies to.

    Attributes:
        bucket: name of the bucket.
        role_arn: of the role, known once it has its permissions.
    """

    TYPE = "cartorio:databases:BackupStore"
    bucket: pulumi.Output[str]
    role_arn: pulumi.Output[str]

    def __init__(self, name: str, args: BackupStoreArgs, account: Account, opts: pulumi.ResourceOptions) -> None:
        super().__init__(name, opts)
        settings = args.settings
        store = Bucket(
            f"{name}-store",
            BucketArgs(
                key_arn=args.key_arn,
                protect=args.protect,
                force_destroy=not args.protect,
                lock=Lock(mode=settings.lock.mode, days=settings.lock.days) if settings.lock else None,
                expire_days=None if args.may_delete else settings.retention_days,
                # What a pod deletes can be had back for as long as it would have been kept.
                noncurrent_days=settings.retention_days,
                tags=(BACKED_UP,),
            ),
            self._child(),
        )
        identity = WorkloadIdentity(
            f"{name}-writer",
            WorkloadIdentityArgs(
                stack=args.stack,
                cluster=args.cluster,
                namespace=args.namespace,
                service_account=args.service_account,
                statements=_statements(args, store.arn),
            ),
            account,
            self._child(),
        )
        self.bucket = store.bucket
        self.role_arn = identity.role_arn
        self.register_outputs({"bucket": self.bucket, "roleArn": self.role_arn})


def _statements(args: BackupStoreArgs, bucket: pulumi.Output[str]) -> tuple[Statement, ...]:
    """Read and write; deleting makes a delete marker, never ends a version."""
    objects = pulumi.Output.concat(bucket, f"/{args.namespace}/*")
    actions = ["s3:AbortMultipartUpload", "s3:GetObject", "s3:ListMultipartUploadParts", "s3:PutObject"]
    if args.may_delete:
        actions.append("s3:DeleteObject")
    return (
        Statement("List", ("s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"), (bucket,)),
        Statement("Write", tuple(sorted(actions)), (objects,)),
        Statement(
            "Encrypt",
            ("kms:Decrypt", "kms:GenerateDataKey"),
            (args.key_arn,),
            conditions=(Condition("StringEquals", "kms:ViaService", (f"s3.{args.region}.amazonaws.com",)),),
        ),
    )
