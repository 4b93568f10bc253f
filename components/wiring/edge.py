"""Edge: the way in from the internet, and the pods at its end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi

from components.edge.balancer import LoadBalancer, LoadBalancerArgs
from components.edge.certificate import EdgeCertificate, EdgeCertificateArgs
from components.edge.firewall import Firewall, FirewallArgs
from components.edge.health import METRICS_REGION, NameHealth, NameHealthArgs, TargetHealth, TargetHealthArgs
from components.edge.names import PublicNames, PublicNamesArgs
from components.edge.queries import ZoneQueries, ZoneQueriesArgs
from components.edge.recordkey import RecordKey, RecordKeyArgs
from components.edge.shield import Shield, ShieldArgs
from components.edge.signing import ZoneSigning, ZoneSigningArgs
from components.edge.targets import Targets, TargetsArgs
from components.edge.topic import AlarmTopic, AlarmTopicArgs
from components.edge.zone import PublicZone, PublicZoneArgs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from components.base import Text
    from components.cluster.handle import ClusterHandle
    from components.network.vpc import Network
    from components.sections.configuration import Configuration
    from components.site import Site

# The API's service, as the application's chart names it.
_SERVICE, _SERVICE_PORT = "cartorio-api", 80


@dataclass(frozen=True)
class EdgeOutputs:
    """What others and people need to know.

    Attributes:
        address: where the public reaches the API.
        name_servers: what the registrar of the domain has to be told; empty where the zone was there already.
        ds_record: what else the registrar has to be told; None: the zone is not signed.
        vpc_id: where the load balancer is.
        security_group: the load balancer's.
        target_group: what pods are registered in.
        logs_bucket: name of the bucket with the load balancer's logs.
        firewall_log: name of the firewall's log group.
    """

    address: pulumi.Output[str]
    name_servers: pulumi.Output[Sequence[str]]
    ds_record: pulumi.Output[str] | None
    vpc_id: pulumi.Output[str]
    security_group: pulumi.Output[str]
    target_group: pulumi.Output[str]
    logs_bucket: pulumi.Output[str]
    firewall_log: pulumi.Output[str]


def callers(configuration: Configuration) -> tuple[str, ...]:
    """Addresses from which the load balancer calls pods: the public subnets'. None without an edge."""
    if configuration.edge is None or configuration.network is None:
        return ()
    return tuple(zone.public for zone in configuration.network.zones)


def build(site: Site, network: Network | None, logs_key: Text) -> EdgeOutputs | None:
    """Register everything of it that is in AWS, where the stack's file has the section; `network` is then there too.

    Args:
        site: the stack.
        network: the VPC.
        logs_key: ARN of the key of logs and alarms; its policy lets both use it.
    """
    settings, ground = site.configuration.edge, site.configuration.network
    if settings is None or network is None or ground is None:
        return None
    topic = AlarmTopic(
        "edge-alarms", AlarmTopicArgs(key_arn=logs_key, subscriptions=settings.subscriptions), site.account, site.cloud
    )
    zone = PublicZone(
        "edge-zone",
        PublicZoneArgs(domain=settings.domain, zone_id=settings.zone_id, names=settings.names(), protect=site.protect),
        site.cloud,
    )
    certificate = EdgeCertificate(
        "edge-certificate",
        EdgeCertificateArgs(
            names=settings.names(),
            zone_id=zone.zone_id,
            topic_arn=topic.topic_arn,
            alarm_days=settings.certificate_alarm_days,
        ),
        site.cloud,
    )
    balancer = LoadBalancer(
        "edge",
        LoadBalancerArgs(
            settings=settings,
            vpc_id=network.vpc_id,
            subnets=network.public_subnets,
            targets=tuple(zone.private for zone in ground.zones),
            certificate_arn=certificate.arn,
            protect=site.protect,
        ),
        site.account,
        site.cloud,
    )
    firewall = Firewall(
        "edge-firewall",
        FirewallArgs(
            stack=site.stack,
            settings=settings.firewall,
            balancer_arn=balancer.arn,
            key_arn=logs_key,
            topic_arn=topic.topic_arn,
            protect=site.protect,
        ),
        site.account,
        site.cloud,
    )
    TargetHealth(
        "edge-targets-health",
        TargetHealthArgs(balancer=balancer.arn_suffix, targets=balancer.target_group_suffix, topic_arn=topic.topic_arn),
        site.cloud,
    )
    host, ds_record = _named(site, zone, balancer)
    return EdgeOutputs(
        address=pulumi.Output.concat("https://", host),
        name_servers=zone.name_servers,
        ds_record=ds_record,
        vpc_id=network.vpc_id,
        security_group=balancer.security_group,
        target_group=balancer.target_group,
        logs_bucket=balancer.logs_bucket,
        firewall_log=firewall.log_group,
    )


def _named(
    site: Site, zone: PublicZone, balancer: LoadBalancer
) -> tuple[pulumi.Output[str], pulumi.Output[str] | None]:
    """The names, whether they answer, and who judges attacks by that; the API's own name, and the zone's DS record."""
    settings = site.configuration.edge
    if settings is None:
        raise ValueError("there is no edge to name")
    names = PublicNames(
        "edge-names",
        PublicNamesArgs(
            names=settings.names(),
            zone_id=zone.zone_id,
            balancer_name=balancer.dns_name,
            balancer_zone_id=balancer.zone_id,
        ),
        site.cloud,
    )
    elsewhere = site.elsewhere(METRICS_REGION)
    key = _record_key(site, elsewhere)
    told = AlarmTopic(
        "edge-health-alarms",
        AlarmTopicArgs(key_arn=key, subscriptions=settings.subscriptions),
        site.account,
        elsewhere,
    )
    health = NameHealth(
        "edge-health",
        NameHealthArgs(host=names.host, settings=settings.health_check, topic_arn=told.topic_arn),
        elsewhere,
    )
    if settings.shield is not None:
        Shield(
            "edge-shield",
            ShieldArgs(
                stack=site.stack, settings=settings.shield, balancer_arn=balancer.arn, check_arn=health.check_arn
            ),
            site.cloud,
        )
    return names.host, _zone_extras(site, zone, told.topic_arn, key, elsewhere)


def _record_key(site: Site, elsewhere: pulumi.ResourceOptions) -> Text:
    """What encrypts the edge's records in Route 53's own region."""
    keys = site.configuration.keys
    args = RecordKeyArgs(
        deletion_window_days=keys.deletion_window_days,
        rotation_period_days=keys.rotation_period_days,
        administrators=keys.administrators,
        protect=site.protect,
    )
    return RecordKey("edge-records", args, site.account.within(METRICS_REGION), elsewhere).arn


def _zone_extras(
    site: Site, zone: PublicZone, topic_arn: Text, key_arn: Text, elsewhere: pulumi.ResourceOptions
) -> pulumi.Output[str] | None:
    """What is wanted of the zone besides names, in Route 53's own region; the DS record of a signed one."""
    settings = site.configuration.edge
    if settings is None:
        return None
    account = site.account.within(METRICS_REGION)
    if settings.query_log_retention_days is not None:
        ZoneQueries(
            "edge-queries",
            ZoneQueriesArgs(
                stack=site.stack,
                domain=settings.domain,
                zone_id=zone.zone_id,
                retention_days=settings.query_log_retention_days,
                key_arn=key_arn,
                protect=site.protect,
            ),
            account,
            elsewhere,
        )
    if not settings.dnssec:
        return None
    return ZoneSigning(
        "edge-signing",
        ZoneSigningArgs(
            zone_id=zone.zone_id,
            topic_arn=topic_arn,
            deletion_window_days=site.configuration.keys.deletion_window_days,
            protect=site.protect,
        ),
        account,
        elsewhere,
    ).ds_record


def bind(site: Site, cluster: ClusterHandle, edge: EdgeOutputs, namespace: Text) -> None:
    """Register what puts the API's pods behind the load balancer; `namespace` is theirs."""
    settings = site.configuration.edge
    if settings is None:
        return
    Targets(
        "edge-targets",
        TargetsArgs(
            stack=site.stack,
            sources=site.sources,
            region=site.region,
            vpc_id=edge.vpc_id,
            cluster=cluster.name,
            identifier=site.configuration.cluster.identifier,
            cluster_group=cluster.security_group,
            balancer_group=edge.security_group,
            target_group=edge.target_group,
            namespace=namespace,
            service=_SERVICE,
            service_port=_SERVICE_PORT,
            port=settings.target.port,
            after=cluster.ready,
        ),
        site.account,
        pulumi.ResourceOptions(providers=[site.aws, cluster.provider]),
    )
