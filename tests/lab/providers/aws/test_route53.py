from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.aws_case import Case, drifts, lives
from tests.support.provider_engine import RefusedError

if TYPE_CHECKING:
    from tests.support.aws_case import Hands
    from tests.support.provider_engine import Engine, Managed

ZONE = "aws:route53/zone:Zone"
RECORD = "aws:route53/record:Record"
CHECK = "aws:route53/healthCheck:HealthCheck"
IN_ZONE = (("zone", ZONE, {"name": "cartorio.example"}),)
ALIAS = {"name": "edge-1.sa-east-1.elb.amazonaws.com", "zoneId": "Z2P70J7EXAMPLE", "evaluateTargetHealth": True}


def _said(hands: Hands, zone: Managed) -> None:
    hands("route53").update_hosted_zone_comment(Id=zone.id, Comment="mine")


def _elsewhere(hands: Hands, record: Managed) -> None:
    hands("route53").change_resource_record_sets(
        HostedZoneId=record.outputs["zoneId"],
        ChangeBatch={
            "Changes": [
                {
                    "Action": "UPSERT",
                    "ResourceRecordSet": {
                        "Name": record.outputs["name"],
                        "Type": "TXT",
                        "TTL": 300,
                        "ResourceRecords": [{"Value": '"hijacked"'}],
                    },
                }
            ]
        },
    )


def _unchecked(hands: Hands, check: Managed) -> None:
    hands("route53").update_health_check(HealthCheckId=check.id, ResourcePath="/")


CASES = (
    Case(
        ZONE,
        {"name": "cartorio.example", "comment": "The public names", "tags": {"a": "b"}},
        updates=({"comment": "Other"}, {"forceDestroy": True}, {"tags": {"c": "d"}}),
        replaces=({"name": "other.example"},),
        spoilt="comment",
        spoil=_said,
    ),
    Case(
        RECORD,
        {
            "zoneId": "$zone.zoneId",
            "name": "api.cartorio.example",
            "type": "TXT",
            "ttl": 300,
            "records": ['"a"'],
            "allowOverwrite": False,
        },
        needs=IN_ZONE,
        updates=(
            {"records": ['"a"', '"b"']},
            {"ttl": 60},
            {"allowOverwrite": True},
            {"records": None, "ttl": None, "aliases": [ALIAS]},
        ),
        replaces=({"name": "other.cartorio.example"}, {"type": "CAA"}, {"zoneId": "ZOTHER"}),
        spoilt="records",
        spoil=_elsewhere,
        told_apart=frozenset({"allowOverwrite"}),
    ),
    Case(
        CHECK,
        {
            "type": "HTTPS",
            "fqdn": "api.cartorio.example",
            "port": 443,
            "resourcePath": "/readyz",
            "requestInterval": 30,
            "measureLatency": True,
            "tags": {"a": "b"},
        },
        updates=(
            {"resourcePath": "/healthz"},
            {"fqdn": "www.cartorio.example"},
            {"port": 8443},
            {"failureThreshold": 5},
            {"enableSni": True},
            {"regions": ["us-east-1", "sa-east-1", "eu-west-1"]},
            {"tags": {"c": "d"}},
        ),
        replaces=({"type": "HTTP"}, {"requestInterval": 10}, {"measureLatency": False}),
        spoilt="resourcePath",
        spoil=_unchecked,
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_lives(engine: Engine, case: Case) -> None:
    lives(engine, case)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_shows_drift(engine: Engine, by_hand: Hands, case: Case) -> None:
    drifts(engine, by_hand, case)


def test_a_zone_tells_its_name_servers(engine: Engine) -> None:
    zone = engine.create(ZONE, "z", {"name": "cartorio.example"})
    assert zone.outputs["primaryNameServer"] in zone.outputs["nameServers"]


def test_a_zone_with_records_goes_only_where_that_is_wanted(engine: Engine, by_hand: Hands) -> None:
    zone = engine.create(ZONE, "z", {"name": "cartorio.example", "forceDestroy": True})
    record = {"name": "a.cartorio.example", "type": "TXT", "ttl": 60, "records": ['"a"'], "zoneId": zone.id}
    engine.create(RECORD, "r", record)
    engine.delete(zone)
    assert not by_hand("route53").list_hosted_zones()["HostedZones"]
    kept = engine.create(ZONE, "z", {"name": "cartorio.example"})
    engine.create(RECORD, "r", {**record, "zoneId": kept.id})
    with pytest.raises(RefusedError):
        engine.delete(kept)


def test_a_record_that_is_there_is_not_taken_over_unasked(engine: Engine) -> None:
    zone = engine.create(ZONE, "z", {"name": "cartorio.example"})
    record = {"name": "a.cartorio.example", "type": "TXT", "ttl": 60, "records": ['"a"'], "zoneId": zone.id}
    engine.create(RECORD, "one", record)
    with pytest.raises(RefusedError, match="already exists"):
        engine.create(RECORD, "two", record)
    engine.create(RECORD, "three", {**record, "allowOverwrite": True})


def test_a_wildcard_is_found_again(engine: Engine) -> None:
    zone = engine.create(ZONE, "z", {"name": "cartorio.example"})
    inputs = {"name": "*.cartorio.example", "type": "CNAME", "ttl": 60, "records": ["a.example"], "zoneId": zone.id}
    record = engine.create(RECORD, "r", inputs)
    assert engine.refresh(record) is not None
