"""How the account is set up, and every change of it: AWS Config, and the rules that it holds everything to.

The record is in a bucket of its own: AWS Config does not deliver to one whose objects are locked by default.
https://docs.aws.amazon.com/config/latest/developerguide/manage-delivery-channel.html
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

from components.base import Args, Component, Text
from components.data.bucket import Bucket, BucketArgs
from components.naming import physical_name
from components.policies import Condition, Principal, Statement, document
from components.sections.audit import ConfigRule, Recording

if TYPE_CHECKING:
    from components.providers import Account

_ROLE_LIMIT = 64
_MANAGED = "service-role/AWS_ConfigRole"
_SNAPSHOTS = "TwentyFour_Hours"


def recorder_role_name(stack: str) -> str:
    """Physical name of the recorder's role: the key's policy names it before it exists."""
    return physical_name("cartorio", stack, "config", limit=_ROLE_LIMIT)


class AccountRecordingArgs(Args):
    """What the recorder needs.

    Attributes:
        stack: the stack's name.
        settings: the recorder's.
        key_arn: the key that encrypts the record; its policy lets the recorder's role use it.
        protect: whether the engine refuses to delete the bucket; where it does not, the record goes with it.
    """

    stack: str
    settings: Recording
    key_arn: Text
    protect: bool = True


class AccountRecording(Component):
    """The recorder, its role, its bucket, and the rules.

    Attributes:
        bucket: name of the bucket with the record.
    """

    TYPE = "cartorio:audit:AccountRecording"
    bucket: pulumi.Output[str]

    def __init__(self, name: str, args: AccountRecordingArgs, account: Account, opts: pulumi.ResourceOptions) -> None:
        super().__init__(name, opts)
        bucket = Bucket(
            f"{name}-record",
            BucketArgs(
                key_arn=args.key_arn,
                protect=args.protect,
                force_destroy=not args.protect,
                noncurrent_days=args.settings.keep_days,
                expire_days=args.settings.keep_days,
            ),
            self._child(),
        )
        role, permissions = self._role(name, args, account, bucket)
        recorder = aws.cfg.Recorder(
            f"{name}-recorder",
            role_arn=role.arn,
            recording_group=aws.cfg.RecorderRecordingGroupArgs(all_supported=True, include_global_resource_types=True),
            opts=self._child(depends_on=permissions),
        )
        channel = aws.cfg.DeliveryChannel(
            f"{name}-channel",
            s3_bucket_name=bucket.bucket,
            s3_kms_key_arn=args.key_arn,
            snapshot_delivery_properties=aws.cfg.DeliveryChannelSnapshotDeliveryPropertiesArgs(
                delivery_frequency=_SNAPSHOTS
            ),
            # AWS tries to write when it is created.
            opts=self._child(depends_on=[recorder, bucket]),
        )
        running = aws.cfg.RecorderStatus(
            f"{name}-running", name=recorder.name, is_enabled=True, opts=self._child(depends_on=[channel])
        )
        for rule in args.settings.held_to:
            self._rule(name, rule, running)
        self.bucket = bucket.bucket
        self.register_outputs({"bucket": self.bucket})

    def _role(
        self, name: str, args: AccountRecordingArgs, account: Account, bucket: Bucket
    ) -> tuple[aws.iam.Role, list[pulumi.Resource]]:
        trust = Statement(
            sid="Config",
            principal=Principal("Service", ("config.amazonaws.com",)),
            actions=("sts:AssumeRole",),
            resources=(),
            conditions=(Condition("StringEquals", "aws:SourceAccount", (account.id,)),),
        )
        role = aws.iam.Role(
            f"{name}-role",
            name=recorder_role_name(args.stack),
            description="AWS Config looks at how the account is set up, and writes it down",
            assume_role_policy=document(trust),
            opts=self._child(),
        )
        managed = aws.iam.RolePolicyAttachment(
            f"{name}-role-managed",
            role=role.name,
            policy_arn=pulumi.Output.concat("arn:", account.partition, ":iam::aws:policy/", _MANAGED),
            opts=self._child(),
        )
        written = pulumi.Output.concat(bucket.arn, "/AWSLogs/", account.id, "/*")
        through = Condition("StringEquals", "kms:ViaService", (f"s3.{account.region}.amazonaws.com",))
        own = aws.iam.RolePolicy(
            f"{name}-role-policy",
            role=role.name,
            policy=document(
                Statement("Look", ("s3:GetBucketAcl", "s3:ListBucket"), (bucket.arn,)),
                Statement("Write", ("s3:PutObject", "s3:PutObjectAcl"), (written,)),
                Statement("Encrypt", ("kms:Decrypt", "kms:GenerateDataKey"), (args.key_arn,), conditions=(through,)),
            ),
            opts=self._child(),
        )
        return role, [managed, own]

    def _rule(self, name: str, rule: ConfigRule, running: pulumi.Resource) -> None:
        parameters = {parameter.name: parameter.value for parameter in rule.parameters}
        aws.cfg.Rule(
            f"{name}-{rule.identifier.lower().replace('_', '-')}",
            source=aws.cfg.RuleSourceArgs(owner="AWS", source_identifier=rule.identifier),
            input_parameters=json.dumps(parameters) if parameters else None,
            # A rule without a running recorder is refused.
            opts=self._child(depends_on=[running]),
        )
