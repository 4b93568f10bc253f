"""The load balancer: HTTPS from the internet, nothing but a redirection over HTTP, and a log of every call.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/; who writes the logs, and that only S3's own keys
can encrypt them:
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

from components.base import Args, Component, Text
from components.data.bucket import Bucket, BucketArgs
from components.policies import Condition, Principal, Statement
from components.sections.edge import Edge, Target

if TYPE_CHECKING:
    from components.providers import Account

_ANYWHERE = "0.0.0.0/0"
_HTTP, _HTTPS = 80, 443
_LOG_WRITER = Principal("Service", ("logdelivery.elasticloadbalancing.amazonaws.com",))
_ACCESS, _CONNECTIONS = "access", "connections"
_CHECK_SECONDS, _CHECK_TIMEOUT_SECONDS = 10, 5
_HEALTHY_AFTER, _UNHEALTHY_AFTER = 2, 3


class LoadBalancerArgs(Args):
    """What it is like.

    Attributes:
        settings: the edge's.
        vpc_id: where it is.
        subnets: the public ones, one a zone.
        targets: addresses of the subnets that pods are in.
        certificate_arn: of the public names.
        protect: whether neither the engine nor AWS deletes it, and the engine not its logs.
    """

    settings: Edge
    vpc_id: Text
    subnets: tuple[Text, ...]
    targets: tuple[str, ...]
    certificate_arn: Text
    protect: bool = True


class LoadBalancer(Component):
    """The load balancer, what it listens to, where it sends calls, and its logs.

    Attributes:
        arn: its ARN.
        arn_suffix: how CloudWatch names it.
        dns_name: how AWS names it.
        zone_id: the zone of that name, for aliases.
        security_group: its group.
        target_group: ARN of what pods are registered in.
        target_group_suffix: how CloudWatch names that.
        logs_bucket: name of the bucket with its logs.
    """

    TYPE = "cartorio:edge:LoadBalancer"
    arn: pulumi.Output[str]
    arn_suffix: pulumi.Output[str]
    dns_name: pulumi.Output[str]
    zone_id: pulumi.Output[str]
    security_group: pulumi.Output[str]
    target_group: pulumi.Output[str]
    target_group_suffix: pulumi.Output[str]
    logs_bucket: pulumi.Output[str]

    def __init__(self, name: str, args: LoadBalancerArgs, account: Account, opts: pulumi.ResourceOptions) -> None:
        super().__init__(name, opts)
        settings = args.settings
        logs = self._logs(name, args, account)
        self.logs_bucket = logs.bucket
        self.security_group = self._group(name, args)
        balancer = aws.lb.LoadBalancer(
            f"{name}-balancer",
            load_balancer_type="application",
            internal=False,
            ip_address_type="ipv4",  # the VPC has no other addresses
            security_groups=[self.security_group],
            subnets=list(args.subnets),
            # A request that could mean one thing here and another in the application is refused.
            desync_mitigation_mode="strictest",
            drop_invalid_header_fields=True,
            preserve_host_header=True,
            idle_timeout=settings.idle_timeout_seconds,
            enable_deletion_protection=args.protect,
            access_logs=aws.lb.LoadBalancerAccessLogsArgs(bucket=logs.bucket, prefix=_ACCESS, enabled=True),
            connection_logs=aws.lb.LoadBalancerConnectionLogsArgs(
                bucket=logs.bucket, prefix=_CONNECTIONS, enabled=True
            ),
            # The service tries to write as soon as it is told to.
            opts=self._child(protect=args.protect, depends_on=[logs]),
        )
        group = self._targets(name, args, settings.target)
        self._listen(name, args, balancer.arn, group.arn)
        self.arn, self.arn_suffix = balancer.arn, balancer.arn_suffix
        self.dns_name, self.zone_id = balancer.dns_name, balancer.zone_id
        self.target_group, self.target_group_suffix = group.arn, group.arn_suffix
        self.register_outputs(
            {
                "arn": self.arn,
                "dnsName": self.dns_name,
                "securityGroup": self.security_group,
                "targetGroup": self.target_group,
                "logsBucket": self.logs_bucket,
            }
        )

    def _logs(self, name: str, args: LoadBalancerArgs, account: Account) -> Bucket:
        ours = pulumi.Output.concat(
            "arn:", account.partition, f":elasticloadbalancing:{account.region}:", account.id, ":loadbalancer/*"
        )

        def written(bucket: pulumi.Output[str]) -> tuple[Statement, ...]:
            return (
                Statement(
                    sid="WriteLogs",
                    principal=_LOG_WRITER,
                    actions=("s3:PutObject",),
                    resources=tuple(
                        pulumi.Output.concat(bucket, f"/{prefix}/AWSLogs/", account.id, "/*")
                        for prefix in (_ACCESS, _CONNECTIONS)
                    ),
                    conditions=(Condition("ArnLike", "aws:SourceArn", (ours,)),),
                ),
            )

        days = args.settings.log_retention_days
        return Bucket(
            f"{name}-logs",
            BucketArgs(
                key_arn=None,  # the service cannot write with a KMS key
                protect=args.protect,
                force_destroy=not args.protect,
                expire_days=days,
                noncurrent_days=days,
                grants=written,
            ),
            self._child(),
        )

    def _group(self, name: str, args: LoadBalancerArgs) -> pulumi.Output[str]:
        group = aws.ec2.SecurityGroup(
            f"{name}-group",
            vpc_id=args.vpc_id,
            description="The load balancer: HTTP and HTTPS from the internet, to pods",
            tags={"Name": f"{name}-group"},
            opts=self._child(),
        )
        for role, port in (("http", _HTTP), ("https", _HTTPS)):
            aws.vpc.SecurityGroupIngressRule(
                f"{name}-{role}",
                security_group_id=group.id,
                cidr_ipv4=_ANYWHERE,
                ip_protocol="tcp",
                from_port=port,
                to_port=port,
                description=f"{role.upper()} from the internet",
                opts=self._child(),
            )
        port = args.settings.target.port
        for number, cidr in enumerate(args.targets, start=1):
            aws.vpc.SecurityGroupEgressRule(
                f"{name}-pods-{number}",
                security_group_id=group.id,
                cidr_ipv4=cidr,
                ip_protocol="tcp",
                from_port=port,
                to_port=port,
                description="Calls to pods",
                opts=self._child(),
            )
        return group.id

    def _targets(self, name: str, args: LoadBalancerArgs, target: Target) -> aws.lb.TargetGroup:
        return aws.lb.TargetGroup(
            f"{name}-api",
            vpc_id=args.vpc_id,
            target_type="ip",
            port=target.port,
            protocol="HTTP",
            protocol_version="HTTP1",
            deregistration_delay=target.drain_seconds,
            load_balancing_algorithm_type="least_outstanding_requests",
            health_check=aws.lb.TargetGroupHealthCheckArgs(
                path=target.health_path,
                port="traffic-port",
                protocol="HTTP",
                matcher="200",
                interval=_CHECK_SECONDS,
                timeout=_CHECK_TIMEOUT_SECONDS,
                healthy_threshold=_HEALTHY_AFTER,
                unhealthy_threshold=_UNHEALTHY_AFTER,
            ),
            opts=self._child(),
        )

    def _listen(
        self, name: str, args: LoadBalancerArgs, balancer: pulumi.Output[str], group: pulumi.Output[str]
    ) -> None:
        aws.lb.Listener(
            f"{name}-to-https",
            load_balancer_arn=balancer,
            port=_HTTP,
            protocol="HTTP",
            default_actions=[
                aws.lb.ListenerDefaultActionArgs(
                    type="redirect",
                    redirect=aws.lb.ListenerDefaultActionRedirectArgs(
                        port=str(_HTTPS), protocol="HTTPS", status_code="HTTP_301"
                    ),
                )
            ],
            opts=self._child(),
        )
        aws.lb.Listener(
            f"{name}-tls",
            load_balancer_arn=balancer,
            port=_HTTPS,
            protocol="HTTPS",
            ssl_policy=args.settings.tls_policy.value,
            certificate_arn=args.certificate_arn,
            default_actions=[aws.lb.ListenerDefaultActionArgs(type="forward", target_group_arn=group)],
            routing_http_response_strict_transport_security_header_value=args.settings.hsts.header(),
            routing_http_response_x_content_type_options_header_value="nosniff",
            routing_http_response_x_frame_options_header_value="DENY",
            routing_http_response_server_enabled=False,
            opts=self._child(),
        )
