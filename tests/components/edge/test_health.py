from __future__ import annotations

from components.edge.health import NameHealth, NameHealthArgs, TargetHealth, TargetHealthArgs
from tests.support.edge import cloud, edge
from tests.support.plan import run

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"


def test_the_name_is_looked_at_from_outside_and_silence_is_an_alarm() -> None:
    def program() -> None:
        args = NameHealthArgs(host="api.cartorio.example", settings=edge().health_check, topic_arn="arn:topic")
        NameHealth("health", args, cloud())

    plan = run(program)[0]
    check = plan.one("aws:route53/healthCheck:HealthCheck").inputs
    assert (check["type"], check["fqdn"], check["port"], check["resourcePath"]) == (
        "HTTPS",
        "api.cartorio.example",
        443,
        "/readyz",
    )
    assert check["enableSni"]
    assert check["regions"] == ["sa-east-1", "us-east-1", "us-west-2"]
    alarm = plan.one(ALARM).inputs
    assert alarm["dimensions"] == {"HealthCheckId": "health-check-id"}
    assert (alarm["metricName"], alarm["threshold"], alarm["comparisonOperator"]) == (
        "HealthCheckStatus",
        1,
        "LessThanThreshold",
    )
    assert (alarm["treatMissingData"], alarm["alarmActions"]) == ("breaching", ["arn:topic"])


def test_nobody_behind_the_load_balancer_is_an_alarm_and_so_are_its_own_errors() -> None:
    def program() -> None:
        args = TargetHealthArgs(balancer="app/edge/1", targets="targetgroup/api/1", topic_arn="arn:topic")
        TargetHealth("targets", args, cloud())

    plan = run(program)[0]
    nobody, refused = plan.one(ALARM, "targets-none").inputs, plan.one(ALARM, "targets-refused").inputs
    assert nobody["dimensions"] == {"LoadBalancer": "app/edge/1", "TargetGroup": "targetgroup/api/1"}
    assert (nobody["metricName"], nobody["treatMissingData"]) == ("HealthyHostCount", "breaching")
    assert (refused["metricName"], refused["treatMissingData"]) == ("HTTPCode_ELB_5XX_Count", "notBreaching")
    assert nobody["alarmActions"] == refused["alarmActions"] == ["arn:topic"]
