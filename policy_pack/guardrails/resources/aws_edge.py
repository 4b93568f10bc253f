"""The way in from the internet: load balancers, firewalls, certificates, zones.

Sources: https://www.pulumi.com/registry/packages/aws/api-docs/ of lb, wafv2, acm, route53, apigateway.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from guardrails.resources import aws_reading as at

if TYPE_CHECKING:
    from guardrails.resources.reading import Unknown


def _of_load_balancing(token: str) -> tuple[str, ...]:
    """A type by all the names that the provider's versions have for its service."""
    return tuple(
        f"aws:{service}/{token}" for service in ("lb", "alb", "elasticloadbalancingv2", "applicationloadbalancing")
    )


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class LoadBalancer(at.AwsResource):
    """A load balancer; absent properties have AWS's defaults."""

    label: ClassVar[str] = "aws:lb/loadBalancer:LoadBalancer"
    types: ClassVar[tuple[str, ...]] = _of_load_balancing("loadBalancer:LoadBalancer")

    arn: at.Text = at.text("arn")
    kind: at.Text = at.text("loadBalancerType", "application")
    internal: at.Flag = at.flag("internal")
    drops_invalid_headers: at.Flag = at.flag("dropInvalidHeaderFields")
    desync: at.Text = at.text("desyncMitigationMode", "defensive")
    refuses_deletion: at.Flag = at.flag("enableDeletionProtection")
    logs_on: at.Flag = at.flag("accessLogs.enabled")
    logs_bucket: at.Link = at.link("accessLogs.bucket")
    groups: at.Texts = at.texts("securityGroups")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Action(at.Block):
    """What a listener does with a call."""

    kind: at.Text = at.text("type")
    redirect_protocol: at.Text = at.text("redirect.protocol", "#{protocol}")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Listener(at.AwsResource):
    """A port of a load balancer."""

    label: ClassVar[str] = "aws:lb/listener:Listener"
    types: ClassVar[tuple[str, ...]] = _of_load_balancing("listener:Listener")

    port: at.Number = at.number("port")
    protocol: at.Text = at.text("protocol", "HTTP")
    tls_policy: at.Text = at.text("sslPolicy")
    arn: at.Text = at.text("arn")
    actions: tuple[Action, ...] | Unknown = at.blocks("defaultActions", Action)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ListenerRule(at.AwsResource):
    """What a port answers some calls with."""

    label: ClassVar[str] = "aws:lb/listenerRule:ListenerRule"
    types: ClassVar[tuple[str, ...]] = _of_load_balancing("listenerRule:ListenerRule")

    listener: at.Link = at.link("listenerArn")
    actions: tuple[Action, ...] | Unknown = at.blocks("actions", Action)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class WebAclRule(at.Block):
    """A rule of a firewall; `counts`: it only counts what it would block."""

    name: at.Text = at.text("name")
    managed: at.Text = at.text("statement.managedRuleGroupStatement.name")
    rate: at.Flag = at.named("statement.rateBasedStatement")
    blocks: at.Flag = at.named("action.block")
    counts: at.Flag = at.named("overrideAction.count")
    allows: at.Flag = at.named("action.allow")
    priority: at.Number = at.number("priority")
    narrowed: at.Flag = at.named("statement.managedRuleGroupStatement.scopeDownStatement")
    rate_narrowed: at.Flag = at.named("statement.rateBasedStatement.scopeDownStatement")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class WebAcl(at.AwsResource):
    """A firewall."""

    label: ClassVar[str] = "aws:wafv2/webAcl:WebAcl"

    arn: at.Text = at.text("arn")
    rules: tuple[WebAclRule, ...] | Unknown = at.blocks("rules", WebAclRule)
    metrics: at.Flag = at.flag("visibilityConfig.cloudwatchMetricsEnabled")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class WebAclAssociation(at.AwsResource):
    """What a firewall stands before."""

    label: ClassVar[str] = "aws:wafv2/webAclAssociation:WebAclAssociation"

    subject: at.Link = at.link("resourceArn")
    acl: at.Link = at.link("webAclArn")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class WebAclLogging(at.AwsResource):
    """Where a firewall writes what it did."""

    label: ClassVar[str] = "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration"

    acl: at.Link = at.link("resourceArn")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Certificate(at.AwsResource):
    """A certificate of ACM."""

    label: ClassVar[str] = "aws:acm/certificate:Certificate"

    validation: at.Text = at.text("validationMethod")
    algorithm: at.Text = at.text("keyAlgorithm", "RSA_2048")
    transparency: at.Text = at.text("options.certificateTransparencyLoggingPreference", "ENABLED")
    imported: at.Flag = at.present("certificateBody")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ZoneVpc(at.Block):
    """A network in which a zone is private."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Zone(at.AwsResource):
    """A zone of names; public unless it is some network's."""

    label: ClassVar[str] = "aws:route53/zone:Zone"

    name: at.Text = at.text("name")
    zone_id: at.Text = at.text("zoneId")
    networks: tuple[ZoneVpc, ...] | Unknown = at.blocks("vpcs", ZoneVpc)
    deletes_contents: at.Flag = at.flag("forceDestroy")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Record(at.AwsResource):
    """A record of a zone."""

    label: ClassVar[str] = "aws:route53/record:Record"

    zone: at.Link = at.link("zoneId")
    kind: at.Text = at.text("type")
    name: at.Text = at.text("name")
    records: at.Texts = at.texts("records")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Distribution(at.AwsResource):
    """A distribution of CloudFront, always on the internet."""

    label: ClassVar[str] = "aws:cloudfront/distribution:Distribution"

    web_acl: at.Link = at.link("webAclId")


KINDS: Final = at.kinds(
    LoadBalancer,
    Listener,
    ListenerRule,
    WebAcl,
    WebAclAssociation,
    WebAclLogging,
    Distribution,
    Certificate,
    Zone,
    Record,
)
"""What each type is read as."""
