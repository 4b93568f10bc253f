from __future__ import annotations

import pytest

from components.edge.certificate import EdgeCertificate, EdgeCertificateArgs, _asked
from tests.support.edge import cloud
from tests.support.plan import Plan, run


def _plan(*names: str) -> Plan:
    def program() -> None:
        args = EdgeCertificateArgs(names=names, zone_id="ZONE", topic_arn="arn:topic", alarm_days=30)
        EdgeCertificate("certificate", args, cloud())

    return run(program)[0]


def test_dns_proves_every_name_and_the_certificate_is_seen() -> None:
    plan = _plan("api.cartorio.example", "www.cartorio.example")
    certificate = plan.one("aws:acm/certificate:Certificate").inputs
    assert certificate["validationMethod"] == "DNS"
    assert certificate["subjectAlternativeNames"] == ["www.cartorio.example"]
    assert certificate["options"] == {"certificateTransparencyLoggingPreference": "ENABLED"}
    found = plan.of("aws:route53/record:Record")
    records = sorted((record.inputs for record in found), key=lambda inputs: str(inputs["name"]))
    assert [(record["name"], record["type"], record["records"]) for record in records] == [
        ("_proof.api.cartorio.example", "CNAME", ["_value.acm-validations.aws."]),
        ("_proof.www.cartorio.example", "CNAME", ["_value.acm-validations.aws."]),
    ]
    waited = plan.one("aws:acm/certificateValidation:CertificateValidation").inputs
    assert waited["validationRecordFqdns"] == [record["name"] for record in records]


def test_a_wildcard_shares_the_record_of_the_name_below_it() -> None:
    plan = _plan("cartorio.example", "*.cartorio.example")
    assert plan.one("aws:route53/record:Record").inputs["name"] == "_proof.cartorio.example"


def test_a_certificate_that_was_not_renewed_is_an_alarm() -> None:
    alarm = _plan("api.cartorio.example").one("aws:cloudwatch/metricAlarm:MetricAlarm").inputs
    assert (alarm["metricName"], alarm["comparisonOperator"], alarm["threshold"]) == (
        "DaysToExpiry",
        "LessThanThreshold",
        30,
    )
    assert alarm["treatMissingData"] == "breaching"
    assert alarm["alarmActions"] == ["arn:topic"]


def test_a_record_that_acm_does_not_ask_for_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"asks for no record of api\.cartorio\.example"):
        _asked(["api.cartorio.example", []])
