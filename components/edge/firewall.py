"""The firewall in front of the load balancer, the log of what it decided, and the alarm of an attack.

WAF writes to log groups whose names begin with `aws-waf-logs-`:
https://docs.aws.amazon.com/waf/latest/developerguide/logging-cw-logs.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

from components.base import Args, Component, Text
from components.edge.rules import rules
from components.naming import physical_name
from components.policies import Condition, Principal, Statement, document
from components.sections.edge import Firewall as Settings

if TYPE_CHECKING:
    from components.providers import Account

_NAME_LIMIT = 128
_FIVE_MINUTES = 300


class FirewallArgs(Args):
    """What it is like.

    Attributes:
        stack: the stack's name.
        settings: the firewall's.
        balancer_arn: what it protects.
        key_arn: the key that encrypts the log; its policy lets CloudWatch Logs use it.
        topic_arn: where alarms go.
        protect: whether the engine refuses to delete the log.
    """

    stack: str
    settings: Settings
    balancer_arn: Text
    key_arn: Text
    topic_arn: Text
    protect: bool = True


class Firewall(Component):
    """The web ACL, tied to the load balancer; its log; its alarm.

    Attributes:
        arn: the web ACL's ARN.
        log_group: name of the log group.
    """

    TYPE = "cartorio:edge:Firewall"
    arn: pulumi.Output[str]
    log_group: pulumi.Output[str]

    def __init__(self, name: str, args: FirewallArgs, account: Account, opts: pulumi.ResourceOptions) -> None:
        super().__init__(name, opts)
        # Named: CloudWatch's metrics are found by it, whether as the web ACL's name or as its metric's.
        known_as = physical_name("cartorio", args.stack, "edge", limit=_NAME_LIMIT)
        acl = aws.wafv2.WebAcl(
            f"{name}-acl",
            name=known_as,
            scope="REGIONAL",
            description="What is let through to the load balancer",
            default_action=aws.wafv2.WebAclDefaultActionArgs(allow=aws.wafv2.WebAclDefaultActionAllowArgs()),
            rules=rules(args.settings),
            visibility_config=aws.wafv2.WebAclVisibilityConfigArgs(
                cloudwatch_metrics_enabled=True, metric_name=known_as, sampled_requests_enabled=True
            ),
            opts=self._child(),
        )
        logging = self._log(name, args, acl.arn, account)
        aws.wafv2.WebAclAssociation(
            f"{name}-association",
            web_acl_arn=acl.arn,
            resource_arn=args.balancer_arn,
            # Nothing is decided that is not written down.
            opts=self._child(depends_on=[logging]),
        )
        aws.cloudwatch.MetricAlarm(
            f"{name}-blocked",
            alarm_description="Far more calls than usual are blocked: an attack, or a rule that hits the wrong ones",
            namespace="AWS/WAFV2",
            metric_name="BlockedRequests",
            dimensions={"WebACL": known_as, "Region": account.region, "Rule": "ALL"},
            statistic="Sum",
            period=_FIVE_MINUTES,
            evaluation_periods=1,
            comparison_operator="GreaterThanOrEqualToThreshold",
            threshold=args.settings.alarm_blocked,
            # Nothing blocked, nothing told.
            treat_missing_data="notBreaching",
            alarm_actions=[args.topic_arn],
            ok_actions=[args.topic_arn],
            opts=self._child(),
        )
        self.arn = acl.arn
        self.register_outputs({"arn": self.arn, "logGroup": self.log_group})

    def _log(
        self, name: str, args: FirewallArgs, acl: pulumi.Output[str], account: Account
    ) -> aws.wafv2.WebAclLoggingConfiguration:
        group = aws.cloudwatch.LogGroup(
            f"{name}-log",
            name=physical_name("aws-waf-logs-cartorio", args.stack, limit=_NAME_LIMIT),
            kms_key_id=args.key_arn,
            retention_in_days=args.settings.log_retention_days,
            opts=self._child(protect=args.protect),
        )
        self.log_group = group.name
        delivery = Statement(
            sid="WriteByWaf",
            principal=Principal("Service", ("delivery.logs.amazonaws.com",)),
            actions=("logs:CreateLogStream", "logs:PutLogEvents"),
            resources=(pulumi.Output.concat(group.arn, ":*"),),
            conditions=(
                Condition("StringEquals", "aws:SourceAccount", (account.id,)),
                Condition(
                    "ArnLike",
                    "aws:SourceArn",
                    (pulumi.Output.concat("arn:", account.partition, f":logs:{account.region}:", account.id, ":*"),),
                ),
            ),
        )
        policy = aws.cloudwatch.LogResourcePolicy(
            f"{name}-log-policy",
            policy_name=physical_name("cartorio", args.stack, "waf", limit=_NAME_LIMIT),
            policy_document=document(delivery),
            opts=self._child(),
        )
        return aws.wafv2.WebAclLoggingConfiguration(
            f"{name}-logging",
            resource_arn=acl,
            log_destination_configs=[group.arn],
            redacted_fields=[
                aws.wafv2.WebAclLoggingConfigurationRedactedFieldArgs(
                    single_header=aws.wafv2.WebAclLoggingConfigurationRedactedFieldSingleHeaderArgs(name=header)
                )
                for header in args.settings.redacted_headers
            ]
            or None,
            opts=self._child(depends_on=[policy]),
        )
