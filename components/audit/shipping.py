"""Kubernetes' audit on its way to where nothing can be changed: from the log by Firehose to the account's record.

How CloudWatch Logs hands entries over:
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html#FirehoseExample; what Firehose may do:
https://docs.aws.amazon.com/firehose/latest/dev/controlling-access.html#using-iam-s3. Entries are kept in the log group
as well, so that nothing is lost while a delivery fails; the alarm on the age of what waits tells of that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

from components.audit.calls import AUDIT
from components.base import Args, Component, Text
from components.naming import physical_name
from components.policies import Condition, Principal, Statement, document

if TYPE_CHECKING:
    from components.providers import Account

_ROLE_LIMIT = 64  # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
_STREAM_LIMIT = 64
_PREFIX = "kubernetes/"
_FAILED = "kubernetes-failed/"
# The largest that Firehose has, for the fewest objects.
_BUFFER_MIB = 128
# Firehose tries for a day; what waits four times as long as it should is not just slow.
_LATE = 4
_FIVE_MINUTES = 300


def shipper_role_name(stack: str) -> str:
    """Physical name of Firehose's role: the policy of the record's key names it before it exists."""
    return physical_name("cartorio", stack, "kubernetes-audit", limit=_ROLE_LIMIT)


class KubernetesAuditArgs(Args):
    """What is shipped where.

    Attributes:
        stack: the stack's name.
        log_group: name of the control plane's log group.
        bucket_arn: the bucket of the account's record.
        key_arn: the key that encrypts it, under way and there.
        topic_arn: where it is told that entries do not arrive.
        buffer_seconds: how long entries are gathered before they are written.
    """

    stack: str
    log_group: Text
    bucket_arn: Text
    key_arn: Text
    topic_arn: Text
    buffer_seconds: int


class KubernetesAudit(Component):
    """The subscription, the stream, their roles, and the alarm on entries that do not arrive.

    Attributes:
        stream_arn: the stream.
    """

    TYPE = "cartorio:audit:KubernetesAudit"
    stream_arn: pulumi.Output[str]

    def __init__(self, name: str, args: KubernetesAuditArgs, account: Account, opts: pulumi.ResourceOptions) -> None:
        super().__init__(name, opts)
        self._name, self._args, self._account = name, args, account
        stream = self._stream()
        self.stream_arn = stream.arn
        self._subscription(stream)
        aws.cloudwatch.MetricAlarm(
            f"{name}-late-alarm",
            alarm_description="Kubernetes' audit does not arrive in the bucket of the account's record",
            namespace="AWS/Firehose",
            metric_name="DeliveryToS3.DataFreshness",
            dimensions={"DeliveryStreamName": stream.name},
            statistic="Maximum",
            period=_FIVE_MINUTES,
            evaluation_periods=1,
            comparison_operator="GreaterThanThreshold",
            threshold=_LATE * args.buffer_seconds,
            # Without entries there is nothing to wait for.
            treat_missing_data="notBreaching",
            alarm_actions=[args.topic_arn],
            ok_actions=[args.topic_arn],
            opts=self._child(),
        )
        self.register_outputs({"streamArn": self.stream_arn})

    def _stream(self) -> aws.kinesis.FirehoseDeliveryStream:
        name, args = self._name, self._args
        role, permissions = self._shipper()
        return aws.kinesis.FirehoseDeliveryStream(
            f"{name}-stream",
            # Named: the role of CloudWatch Logs says it before the stream exists.
            name=physical_name("cartorio", args.stack, "kubernetes-audit", limit=_STREAM_LIMIT),
            destination="extended_s3",
            server_side_encryption=aws.kinesis.FirehoseDeliveryStreamServerSideEncryptionArgs(
                enabled=True, key_type="CUSTOMER_MANAGED_CMK", key_arn=args.key_arn
            ),
            extended_s3_configuration=aws.kinesis.FirehoseDeliveryStreamExtendedS3ConfigurationArgs(
                role_arn=role.arn,
                bucket_arn=args.bucket_arn,
                kms_key_arn=args.key_arn,
                prefix=_PREFIX,
                error_output_prefix=_FAILED,
                buffering_interval=args.buffer_seconds,
                buffering_size=_BUFFER_MIB,
                # As CloudWatch Logs hands them over: compressed, and with the stream of the log that each is from.
                compression_format="UNCOMPRESSED",
            ),
            # Firehose tries to write when it is created.
            opts=self._child(depends_on=[permissions]),
        )

    def _shipper(self) -> tuple[aws.iam.Role, aws.iam.RolePolicy]:
        name, args, account = self._name, self._args, self._account
        role = aws.iam.Role(
            f"{name}-shipper",
            name=shipper_role_name(args.stack),
            description="Firehose writes Kubernetes' audit into the bucket of the account's record",
            assume_role_policy=document(_trust("firehose.amazonaws.com", "aws:SourceAccount", account.id)),
            opts=self._child(),
        )
        through = Condition("StringEquals", "kms:ViaService", (f"s3.{account.region}.amazonaws.com",))
        policy = aws.iam.RolePolicy(
            f"{name}-shipper-policy",
            role=role.name,
            policy=document(
                Statement(
                    "Look",
                    ("s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"),
                    (args.bucket_arn,),
                ),
                Statement(
                    "Write",
                    ("s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"),
                    tuple(pulumi.Output.concat(args.bucket_arn, f"/{prefix}*") for prefix in (_PREFIX, _FAILED)),
                ),
                Statement("Encrypt", ("kms:Decrypt", "kms:GenerateDataKey"), (args.key_arn,), conditions=(through,)),
            ),
            opts=self._child(),
        )
        return role, policy

    def _subscription(self, stream: aws.kinesis.FirehoseDeliveryStream) -> None:
        name, args, account = self._name, self._args, self._account
        role = aws.iam.Role(
            f"{name}-sender",
            description="CloudWatch Logs hands Kubernetes' audit to Firehose",
            assume_role_policy=document(
                # As AWS documents it: the log groups of this account and region.
                _trust(
                    "logs.amazonaws.com",
                    "aws:SourceArn",
                    pulumi.Output.concat("arn:", account.partition, f":logs:{account.region}:", account.id, ":*"),
                )
            ),
            opts=self._child(),
        )
        policy = aws.iam.RolePolicy(
            f"{name}-sender-policy",
            role=role.name,
            policy=document(Statement("Send", ("firehose:PutRecord", "firehose:PutRecordBatch"), (stream.arn,))),
            opts=self._child(),
        )
        aws.cloudwatch.LogSubscriptionFilter(
            f"{name}-subscription",
            log_group=args.log_group,
            filter_pattern=AUDIT,
            destination_arn=stream.arn,
            role_arn=role.arn,
            # CloudWatch Logs sends a message to try the way when it is created.
            opts=self._child(depends_on=[policy]),
        )


def _trust(service: str, key: str, value: Text) -> Statement:
    return Statement(
        sid="Assume",
        principal=Principal("Service", (service,)),
        actions=("sts:AssumeRole",),
        resources=(),
        conditions=(Condition("StringLike", key, (value,)),),
    )
