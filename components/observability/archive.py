"""Where logs or traces are kept: a bucket that forgets, and the identity of the pods that use it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi

from components.base import Args, Component, Text
from components.cluster.identity import WorkloadIdentity, WorkloadIdentityArgs
from components.data.bucket import Bucket, BucketArgs
from components.labels import NOT_BACKED_UP
from components.observability.places import NAMESPACE
from components.policies import Condition, Statement

if TYPE_CHECKING:
    from components.providers import Account

_BACKSTOP_DAYS = 7


class ArchiveArgs(Args):
    """What an archive is like.

    Attributes:
        stack: the stack's name.
        cluster: the EKS cluster's name; None for a cluster without Pod Identity.
        service_account: of the pods that use it.
        key_arn: the KMS key that encrypts it.
        retention_days: after which what writes to it deletes there.
        protect: whether the engine refuses to delete it.
    """

    stack: str
    cluster: Text | None
    service_account: str
    key_arn: Text
    retention_days: int
    protect: bool = True


class Archive(Component):
    """The bucket and the identity.

    Attributes:
        bucket: its name.
        role: ARN of the role of the pods.
    """

    TYPE = "cartorio:observability:Archive"
    bucket: pulumi.Output[str]
    role: pulumi.Output[str]

    def __init__(self, name: str, args: ArchiveArgs, account: Account, opts: pulumi.ResourceOptions) -> None:
        super().__init__(name, opts)
        bucket = Bucket(
            f"{name}-objects",
            BucketArgs(
                key_arn=args.key_arn,
                protect=args.protect,
                force_destroy=not args.protect,
                # Loki and Tempo delete by their own indexes. This takes what they forgot, and the versions of what they
                # deleted: nothing personal outlives its retention by more than a week.
                expire_days=args.retention_days + _BACKSTOP_DAYS,
                noncurrent_days=_BACKSTOP_DAYS,
                # Records of how the platform ran, for a while: nobody restores them.
                tags=(NOT_BACKED_UP,),
            ),
            self._child(),
        )
        identity = WorkloadIdentity(
            f"{name}-pods",
            WorkloadIdentityArgs(
                stack=args.stack,
                cluster=args.cluster,
                namespace=NAMESPACE,
                service_account=args.service_account,
                statements=_permissions(bucket.arn, args.key_arn, account),
            ),
            account,
            self._child(),
        )
        self.bucket = bucket.bucket
        self.role = identity.role_arn
        self.register_outputs({"bucket": self.bucket, "role": self.role})


def _permissions(bucket: Text, key: Text, account: Account) -> tuple[Statement, ...]:
    objects = pulumi.Output.concat(bucket, "/*")
    through = pulumi.Output.concat("s3.", account.region, ".amazonaws.com")
    return (
        Statement("List", ("s3:ListBucket",), (bucket,)),
        Statement("Use", ("s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:PutObject"), (objects,)),
        Statement(
            "Encrypt",
            ("kms:Decrypt", "kms:GenerateDataKey"),
            (key,),
            conditions=(Condition("StringEquals", "kms:ViaService", (through,)),),
        ),
    )
