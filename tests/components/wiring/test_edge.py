from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from components.errors import SettingsError
from components.wiring import edge, network
from tests.support.edge import EDGE
from tests.support.plan import Plan, run
from tests.support.site import cluster, site

if TYPE_CHECKING:
    from tests.support.stackfiles import Project


def _built(project: Project, settings: dict[str, Any] | None) -> tuple[Plan, edge.EdgeOutputs | None]:
    project.config.pop("cartorio:edge", None)
    if settings is not None:
        project.config["cartorio:edge"] = settings
    read = project.settings()

    def program() -> edge.EdgeOutputs | None:
        ground = site(read)
        built = edge.build(ground, network.build(ground, "arn:logs"), "arn:logs")
        if built is not None:
            edge.bind(ground, cluster(), built, "cartorio")
        return built

    return run(program)


def test_no_section_no_edge(project: Project) -> None:
    plan, outputs = _built(project, None)
    assert outputs is None
    assert not [component for component in plan.components if component.type.startswith("cartorio:edge:")]
    assert edge.callers(project.settings().configuration) == ()


def test_the_way_in_is_whole(project: Project) -> None:
    plan, outputs = _built(project, EDGE)
    assert outputs is not None
    kinds = {component.type.rpartition(":")[2] for component in plan.components if ":edge:" in component.type}
    assert kinds == {
        "AlarmTopic",
        "EdgeCertificate",
        "Firewall",
        "LoadBalancer",
        "NameHealth",
        "PublicNames",
        "PublicZone",
        "RecordKey",
        "TargetHealth",
        "Targets",
    }
    balancer = plan.one("aws:lb/loadBalancer:LoadBalancer").inputs
    assert len(balancer["subnets"]) == 3
    assert plan.one("aws:sns/topic:Topic", "edge-alarms-topic").inputs["kmsMasterKeyId"] == "arn:logs"


def test_what_route_53_measures_is_told_in_its_region(project: Project) -> None:
    plan, _ = _built(project, EDGE)
    there = {resource.name for resource in plan.resources if resource.provider_name == "aws-us-east-1"}
    assert {"edge-health-alarm", "edge-health-alarms-topic", "edge-health-check", "edge-records-key"} <= there
    key = plan.one("aws:sns/topic:Topic", "edge-health-alarms-topic").inputs["kmsMasterKeyId"]
    assert key.endswith(":edge-records-key")
    assert plan.one("pulumi:providers:aws", "aws-us-east-1").inputs["region"] == "us-east-1"
    alarm = plan.one("aws:cloudwatch/metricAlarm:MetricAlarm", "edge-health-alarm").inputs
    assert alarm["alarmActions"][0].endswith(":edge-health-alarms-policy")


def test_the_zone_is_watched_and_signed_only_when_it_is_asked_for(project: Project) -> None:
    plan, plain = _built(project, EDGE)
    assert plain is not None
    assert plain.ds_record is None
    assert not plan.of("aws:route53/queryLog:QueryLog") + plan.of("aws:route53/keySigningKey:KeySigningKey")
    plan, signed = _built(project, {**EDGE, "queryLogRetentionDays": 400, "dnssec": True})
    assert signed is not None
    assert signed.ds_record is not None
    # Route 53 takes a log and a key of that region only.
    for kind, name in (
        ("aws:cloudwatch/logGroup:LogGroup", "edge-queries-log"),
        ("aws:kms/key:Key", "edge-signing-key"),
        ("aws:route53/queryLog:QueryLog", "edge-queries-order"),
    ):
        assert plan.one(kind, name).provider_name == "aws-us-east-1"
    alarm = plan.one("aws:cloudwatch/metricAlarm:MetricAlarm", "edge-signing-DNSSECInternalFailure").inputs
    assert alarm["alarmActions"][0].endswith(":edge-health-alarms-policy")


def test_shield_advanced_is_there_only_when_it_is_asked_for(project: Project) -> None:
    plan, _ = _built(project, {**EDGE, "shield": {}})
    assert plan.one("aws:shield/protection:Protection").inputs["resourceArn"].endswith("edge-balancer/0123456789abcdef")
    assert not plan.of("aws:shield/subscription:Subscription")


def test_pods_let_in_the_public_subnets_of_the_load_balancer(project: Project) -> None:
    project.config["cartorio:edge"] = EDGE
    configuration = project.settings().configuration
    assert configuration.network is not None
    assert edge.callers(configuration) == tuple(zone.public for zone in configuration.network.zones)


def test_without_a_network_there_is_no_place_for_it(project: Project) -> None:
    project.config["cartorio:edge"] = EDGE
    del project.config["cartorio:network"]
    with pytest.raises(SettingsError, match=r"cartorio:edge.*needs cartorio:network"):
        project.settings()
