"""The second copy of a bucket: the role that copies, and what it copies.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication.html. Both buckets have versions, which replication
needs; a locked object is copied with its lock. What was in the bucket before is not copied.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

from components.base import Args, Component, Text
from components.policies import Condition, Principal, Statement, document

if TYPE_CHECKING:
    from components.data.bucket import Bucket
    from components.providers import Account

_MINUTES = 15  # the only time that S3 promises
_READ = (
    "s3:GetObjectLegalHold",
    "s3:GetObjectRetention",
    "s3:GetObjectVersionAcl",
    "s3:GetObjectVersionForReplication",
    "s3:GetObjectVersionTagging",
)
_WRITE = ("s3:ReplicateDelete", "s3:ReplicateObject", "s3:ReplicateTags")


class ReplicationArgs(Args):
    """What is copied.

    Attributes:
        key_arn: the key of the source.
        copy_key_arn: the key of the copy, in its region.
        copy_region: the region of the copy.
        timely: whether S3 promises and measures the copy within 15 minutes.
    """

    key_arn: Text
    copy_key_arn: Text
    copy_region: str
    timely: bool


class Replication(Component):
    """Copies every new version, and every deletion, of one bucket to another.

    Attributes:
        role_arn: ARN of the role that copies.
    """

    TYPE = "cartorio:data:Replication"
    role_arn: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        args: ReplicationArgs,
        source: Bucket,
        copy: Bucket,
        account: Account,
        opts: pulumi.ResourceOptions,
    ) -> None:
        super().__init__(name, opts)
        role = aws.iam.Role(
            f"{name}-role",
            description="S3 copies a bucket to another region with it",
            assume_role_policy=document(_trust(account)),
            opts=self._child(),
        )
        policy = aws.iam.RolePolicy(
            f"{name}-role-policy",
            role=role.name,
            policy=document(*_statements(args, source.arn, copy.arn, account.region)),
            opts=self._child(),
        )
        self._copy(name, args, source, copy, role, policy)
        self.role_arn = role.arn
        self.register_outputs({"roleArn": self.role_arn})

    def _copy(
        self,
        name: str,
        args: ReplicationArgs,
        source: Bucket,
        copy: Bucket,
        role: aws.iam.Role,
        policy: aws.iam.RolePolicy,
    ) -> None:
        destination = aws.s3.BucketReplicationConfigRuleDestinationArgs(
            bucket=copy.arn,
            encryption_configuration=aws.s3.BucketReplicationConfigRuleDestinationEncryptionConfigurationArgs(
                replica_kms_key_id=args.copy_key_arn
            ),
        )
        if args.timely:
            destination.replication_time = aws.s3.BucketReplicationConfigRuleDestinationReplicationTimeArgs(
                status="Enabled",
                time=aws.s3.BucketReplicationConfigRuleDestinationReplicationTimeTimeArgs(minutes=_MINUTES),
            )
            destination.metrics = aws.s3.BucketReplicationConfigRuleDestinationMetricsArgs(
                status="Enabled",
                event_threshold=aws.s3.BucketReplicationConfigRuleDestinationMetricsEventThresholdArgs(
                    minutes=_MINUTES
                ),
            )
        encrypted = aws.s3.BucketReplicationConfigRuleSourceSelectionCriteriaSseKmsEncryptedObjectsArgs(
            status="Enabled"
        )
        aws.s3.BucketReplicationConfig(
            f"{name}-replication",
            bucket=source.bucket,
            role=role.arn,
            rules=[
                aws.s3.BucketReplicationConfigRuleArgs(
                    id="everything",
                    status="Enabled",
                    priority=1,
                    filter=aws.s3.BucketReplicationConfigRuleFilterArgs(prefix=""),
                    delete_marker_replication=aws.s3.BucketReplicationConfigRuleDeleteMarkerReplicationArgs(
                        status="Enabled"
                    ),
                    source_selection_criteria=aws.s3.BucketReplicationConfigRuleSourceSelectionCriteriaArgs(
                        sse_kms_encrypted_objects=encrypted
                    ),
                    destination=destination,
                )
            ],
            # S3 looks at the versioning of both, and tries the role.
            opts=self._child(depends_on=[source, copy, policy]),
        )


def _trust(account: Account) -> Statement:
    return Statement(
        sid="S3",
        principal=Principal("Service", ("s3.amazonaws.com",)),
        actions=("sts:AssumeRole",),
        resources=(),
        conditions=(Condition("StringEquals", "aws:SourceAccount", (account.id,)),),
    )


def _statements(
    args: ReplicationArgs, source: pulumi.Output[str], copy: pulumi.Output[str], region: str
) -> tuple[Statement, ...]:
    return (
        Statement("ReadBucket", ("s3:GetReplicationConfiguration", "s3:ListBucket"), (source,)),
        Statement("ReadObjects", _READ, (pulumi.Output.concat(source, "/*"),)),
        Statement("WriteCopies", _WRITE, (pulumi.Output.concat(copy, "/*"),)),
        Statement("Decrypt", ("kms:Decrypt",), (args.key_arn,), conditions=_for(source, region)),
        Statement(
            "Encrypt",
            ("kms:Encrypt", "kms:GenerateDataKey"),
            (args.copy_key_arn,),
            conditions=_for(copy, args.copy_region),
        ),
    )


def _for(bucket: pulumi.Output[str], region: str) -> tuple[Condition, ...]:
    """Through S3 only, and for this bucket: the context of its encryption is its ARN, or the object's."""
    return (
        Condition("StringEquals", "kms:ViaService", (f"s3.{region}.amazonaws.com",)),
        Condition("StringLike", "kms:EncryptionContext:aws:s3:arn", (bucket, pulumi.Output.concat(bucket, "/*"))),
    )
