"""Whether the public name answers, and whether there are pods behind it; and the alarms of both.

Route 53 tells its metrics in us-east-1 only:
https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/monitoring-health-checks.html; the load balancer's metrics:
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pulumi_aws as aws

from components.base import Args, Component, Text
from components.sections.edge import PublicCheck

if TYPE_CHECKING:
    import pulumi

METRICS_REGION: Final = "us-east-1"
"""Where Route 53 tells its metrics."""
_PORT = 443
_INTERVAL_SECONDS = 30
_MINUTE = 60
_MINUTES = 3


class NameHealthArgs(Args):
    """What is looked at.

    Attributes:
        host: the public name.
        settings: how it is looked at.
        topic_arn: where the alarm goes: a topic in `METRICS_REGION`.
    """

    host: Text
    settings: PublicCheck
    topic_arn: Text


class NameHealth(Component):
    """The check of the public name and its alarm; in `METRICS_REGION`.

    Attributes:
        check_arn: the check's ARN.
    """

    TYPE = "cartorio:edge:NameHealth"
    check_arn: pulumi.Output[str]

    def __init__(self, name: str, args: NameHealthArgs, opts: pulumi.ResourceOptions) -> None:
        super().__init__(name, opts)
        check = aws.route53.HealthCheck(
            f"{name}-check",
            type="HTTPS",
            fqdn=args.host,
            port=_PORT,
            resource_path=args.settings.path,
            enable_sni=True,
            request_interval=_INTERVAL_SECONDS,
            failure_threshold=args.settings.failures,
            measure_latency=True,
            regions=[region.value for region in args.settings.regions],
            tags={"Name": f"cartorio-{name}"},
            opts=self._child(),
        )
        aws.cloudwatch.MetricAlarm(
            f"{name}-alarm",
            alarm_description="The public name does not answer from outside",
            namespace="AWS/Route53",
            metric_name="HealthCheckStatus",
            dimensions={"HealthCheckId": check.id},
            statistic="Minimum",
            period=_MINUTE,
            evaluation_periods=1,
            comparison_operator="LessThanThreshold",
            threshold=1,
            # Who is not told anything does not know that all is well.
            treat_missing_data="breaching",
            alarm_actions=[args.topic_arn],
            ok_actions=[args.topic_arn],
            opts=self._child(),
        )
        self.check_arn = check.arn
        self.register_outputs({"checkArn": self.check_arn})


class TargetHealthArgs(Args):
    """What is looked at.

    Attributes:
        balancer: the load balancer, as CloudWatch names it.
        targets: the group of its targets, as CloudWatch names it.
        topic_arn: where alarms go.
    """

    balancer: Text
    targets: Text
    topic_arn: Text


class TargetHealth(Component):
    """The alarms of the load balancer: nobody behind it, and answers that are none.

    Attributes:
        alarms: their ARNs.
    """

    TYPE = "cartorio:edge:TargetHealth"
    alarms: tuple[pulumi.Output[str], ...]

    def __init__(self, name: str, args: TargetHealthArgs, opts: pulumi.ResourceOptions) -> None:
        super().__init__(name, opts)
        self._args = args
        nobody = self._alarm(
            f"{name}-none",
            "No pod behind the load balancer is healthy",
            metric="HealthyHostCount",
            statistic="Maximum",
            comparison="LessThanThreshold",
            # Of targets that nobody registered it tells nothing: that is none, too.
            missing="breaching",
            dimensions={"LoadBalancer": args.balancer, "TargetGroup": args.targets},
        )
        refused = self._alarm(
            f"{name}-refused",
            "The load balancer itself answers with errors: it does not reach the pods",
            metric="HTTPCode_ELB_5XX_Count",
            statistic="Sum",
            comparison="GreaterThanOrEqualToThreshold",
            missing="notBreaching",
            dimensions={"LoadBalancer": args.balancer},
        )
        self.alarms = (nobody, refused)
        self.register_outputs({"alarms": list(self.alarms)})

    def _alarm(
        self,
        name: str,
        what: str,
        *,
        metric: str,
        statistic: str,
        comparison: str,
        missing: str,
        dimensions: dict[str, Text],
    ) -> pulumi.Output[str]:
        return aws.cloudwatch.MetricAlarm(
            name,
            alarm_description=what,
            namespace="AWS/ApplicationELB",
            metric_name=metric,
            dimensions=dimensions,
            statistic=statistic,
            period=_MINUTE,
            evaluation_periods=_MINUTES,
            comparison_operator=comparison,
            threshold=1,
            treat_missing_data=missing,
            alarm_actions=[self._args.topic_arn],
            ok_actions=[self._args.topic_arn],
            opts=self._child(),
        ).arn
