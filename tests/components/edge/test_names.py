from __future__ import annotations

from components.edge.names import PublicNames, PublicNamesArgs
from tests.support.edge import cloud
from tests.support.plan import run


def test_every_name_leads_to_the_load_balancer() -> None:
    def program() -> None:
        args = PublicNamesArgs(
            names=("api.cartorio.example", "www.cartorio.example"),
            zone_id="ZONE",
            balancer_name="edge.elb.example",
            balancer_zone_id="ZELB",
        )
        PublicNames("names", args, cloud())

    plan = run(program)[0]
    records = [record.inputs for record in plan.of("aws:route53/record:Record")]
    assert [record["name"] for record in records] == ["api.cartorio.example", "www.cartorio.example"]
    for record in records:
        assert (record["zoneId"], record["type"]) == ("ZONE", "A")
        assert record["aliases"] == [{"name": "edge.elb.example", "zoneId": "ZELB", "evaluateTargetHealth": True}]
    assert plan.outputs[plan.components[0].urn][0]["host"] == "api.cartorio.example"
