"""The log of the VPC's traffic: who spoke to whom, refused or not, in an encrypted log group.

https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

from components.base import Args, Component, Text
from components.policies import Condition, Principal, Statement, document

if TYPE_CHECKING:
    from components.providers import Account

_SERVICE = "vpc-flow-logs.amazonaws.com"
_INTERVAL_SECONDS = 60  # the shortest there is: an incident is told by the minute


class FlowLogArgs(Args):
    """What is recorded and for how long.

    Attributes:
        vpc_id: the VPC of which the traffic is recorded.
        key_arn: the key that encrypts the log.
        retention_days: days that the log is kept.
        protect: whether the engine refuses to delete the log.
    """

    vpc_id: Text
    key_arn: Text
    retention_days: int
    protect: bool = True


class FlowLog(Component):
    """The log group and the role that fills it.

    Attributes:
        log_group: its name.
    """

    TYPE = "cartorio:network:FlowLog"
    log_group: pulumi.Output[str]

    def __init__(self, name: str, args: FlowLogArgs, account: Account, opts: pulumi.ResourceOptions) -> None:
        super().__init__(name, opts)
        group = aws.cloudwatch.LogGroup(
            f"{name}-log",
            kms_key_id=args.key_arn,
            retention_in_days=args.retention_days,
            opts=self._child(protect=args.protect),
        )
        role = aws.iam.Role(
            f"{name}-role",
            description="Writes the log of the VPC's traffic",
            assume_role_policy=document(_trust(account)),
            opts=self._child(),
        )
        policy = aws.iam.RolePolicy(
            f"{name}-policy",
            role=role.name,
            policy=document(
                Statement(
                    sid="Write",
                    actions=("logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"),
                    resources=(group.arn, pulumi.Output.concat(group.arn, ":*")),
                )
            ),
            opts=self._child(),
        )
        aws.ec2.FlowLog(
            f"{name}-flow",
            vpc_id=args.vpc_id,
            traffic_type="ALL",
            log_destination_type="cloud-watch-logs",
            log_destination=group.arn,
            iam_role_arn=role.arn,
            max_aggregation_interval=_INTERVAL_SECONDS,
            tags={"Name": name},
            opts=self._child(depends_on=[policy]),
        )
        self.log_group = group.name
        self.register_outputs({"logGroup": self.log_group})


def _trust(account: Account) -> Statement:
    flow_logs = pulumi.Output.concat(
        "arn:", account.partition, f":ec2:{account.region}:", account.id, ":vpc-flow-log/*"
    )
    return Statement(
        sid="Assume",
        principal=Principal("Service", (_SERVICE,)),
        actions=("sts:AssumeRole",),
        resources=(),
        # The service works for many accounts: only for this one's own flow logs does it get the role.
        conditions=(
            Condition("StringEquals", "aws:SourceAccount", (account.id,)),
            Condition("ArnLike", "aws:SourceArn", (flow_logs,)),
        ),
    )
