from __future__ import annotations

from components.edge.zone import PublicZone, PublicZoneArgs
from tests.support.edge import cloud
from tests.support.plan import Plan, run

NAMES = ("api.cartorio.example", "www.cartorio.example")


def _plan(zone_id: str | None, names: tuple[str, ...] = NAMES) -> Plan:
    def program() -> None:
        PublicZone("zone", PublicZoneArgs(domain="cartorio.example", zone_id=zone_id, names=names), cloud())

    return run(program)[0]


def _authorities(plan: Plan) -> dict[str, list[str]]:
    records = plan.of("aws:route53/record:Record")
    assert all(record.inputs["type"] == "CAA" for record in records)
    return {record.inputs["name"]: record.inputs["records"] for record in records}


def test_a_zone_of_the_stacks_own_leaves_certificates_to_acm_alone() -> None:
    plan = _plan(None)
    zone = plan.one("aws:route53/zone:Zone")
    assert (zone.inputs["name"], zone.inputs["forceDestroy"], zone.protect) == ("cartorio.example", False, True)
    assert _authorities(plan) == {"cartorio.example": ['0 issue "amazon.com"', '0 issuewild ";"']}
    told = plan.outputs[plan.components[0].urn][0]
    assert told["nameServers"] == ["ns-1.example", "ns-2.example"]


def test_in_a_zone_that_is_there_the_stack_speaks_for_its_own_names_only() -> None:
    plan = _plan("ZTHERE")
    assert not plan.of("aws:route53/zone:Zone")
    assert set(_authorities(plan)) == set(NAMES)
    assert all(record.inputs["zoneId"] == "ZTHERE" for record in plan.of("aws:route53/record:Record"))


def test_a_wildcard_is_issued_only_where_there_is_one() -> None:
    plan = _plan("ZTHERE", ("cartorio.example", "*.cartorio.example"))
    assert _authorities(plan) == {"cartorio.example": ['0 issue "amazon.com"', '0 issuewild "amazon.com"']}
