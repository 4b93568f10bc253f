"""Which names of the zone are asked for, from where: what an attack or a mistake with names is seen by.

Route 53 writes to log groups of us-east-1 whose names begin with `/aws/route53/`:
https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/query-logs.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

from components.base import Args, Component, Text
from components.naming import physical_name
from components.policies import Condition, Principal, Statement, document

if TYPE_CHECKING:
    from components.providers import Account

_POLICY_LIMIT = 128


class ZoneQueriesArgs(Args):
    """What is written down.

    Attributes:
        stack: the stack's name.
        domain: the zone's name.
        zone_id: the zone.
        retention_days: how long it is kept.
        key_arn: the key that encrypts it, of that region.
        protect: whether the engine refuses to delete it.
    """

    stack: str
    domain: str
    zone_id: Text
    retention_days: int
    key_arn: Text
    protect: bool = True


class ZoneQueries(Component):
    """The log group, who may write there, and the zone's order to do so; in us-east-1.

    Attributes:
        log_group: its name.
    """

    TYPE = "cartorio:edge:ZoneQueries"
    log_group: pulumi.Output[str]

    def __init__(self, name: str, args: ZoneQueriesArgs, account: Account, opts: pulumi.ResourceOptions) -> None:
        super().__init__(name, opts)
        group = aws.cloudwatch.LogGroup(
            f"{name}-log",
            name=f"/aws/route53/{args.domain}",
            retention_in_days=args.retention_days,
            kms_key_id=args.key_arn,
            opts=self._child(protect=args.protect),
        )
        zone = pulumi.Output.concat("arn:", account.partition, ":route53:::hostedzone/", args.zone_id)
        written = Statement(
            sid="WriteByRoute53",
            principal=Principal("Service", ("route53.amazonaws.com",)),
            actions=("logs:CreateLogStream", "logs:PutLogEvents"),
            resources=(pulumi.Output.concat(group.arn, ":*"),),
            conditions=(
                Condition("ArnEquals", "aws:SourceArn", (zone,)),
                Condition("StringEquals", "aws:SourceAccount", (account.id,)),
            ),
        )
        policy = aws.cloudwatch.LogResourcePolicy(
            f"{name}-policy",
            policy_name=physical_name("cartorio", args.stack, "dns-queries", limit=_POLICY_LIMIT),
            policy_document=document(written),
            opts=self._child(),
        )
        aws.route53.QueryLog(
            f"{name}-order",
            zone_id=args.zone_id,
            cloudwatch_log_group_arn=group.arn,
            # Route 53 tries to write when it is told to.
            opts=self._child(depends_on=[policy]),
        )
        self.log_group = group.name
        self.register_outputs({"logGroup": self.log_group})
