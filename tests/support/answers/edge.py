"""What AWS computes for the edge's types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


def _certificate(name: str, inputs: dict[str, Any]) -> dict[str, Any]:
    del name
    names = [inputs["domainName"], *inputs.get("subjectAlternativeNames", ())]
    return {
        "domainValidationOptions": [
            {
                "domainName": one,
                "resourceRecordName": f"_proof.{one.removeprefix('*.')}.",
                "resourceRecordType": "CNAME",
                "resourceRecordValue": "_value.acm-validations.aws.",
            }
            for one in names
        ]
    }


def _zone(name: str, inputs: dict[str, Any]) -> dict[str, Any]:
    del inputs
    return {"zoneId": f"id-of-{name}", "nameServers": ["ns-1.example", "ns-2.example"]}


def _record(name: str, inputs: dict[str, Any]) -> dict[str, Any]:
    del name
    return {"fqdn": inputs["name"]}


def _balancer(name: str, inputs: dict[str, Any]) -> dict[str, Any]:
    del inputs
    suffix = f"app/{name}/0123456789abcdef"
    return {
        "arn": f"arn:aws:elasticloadbalancing:sa-east-1:123456789012:loadbalancer/{suffix}",
        "arnSuffix": suffix,
        "dnsName": f"{name}.elb.example",
        "zoneId": "ZELB",
    }


def _targets(name: str, inputs: dict[str, Any]) -> dict[str, Any]:
    del inputs
    return {"arnSuffix": f"targetgroup/{name}/0123456789abcdef"}


def _signer(name: str, inputs: dict[str, Any]) -> dict[str, Any]:
    del inputs
    return {"dsRecord": f"2371 13 2 digest-of-{name}"}


ANSWERS: dict[str, Callable[[str, dict[str, Any]], dict[str, Any]]] = {
    "aws:acm/certificate:Certificate": _certificate,
    "aws:lb/loadBalancer:LoadBalancer": _balancer,
    "aws:lb/targetGroup:TargetGroup": _targets,
    "aws:route53/keySigningKey:KeySigningKey": _signer,
    "aws:route53/record:Record": _record,
    "aws:route53/zone:Zone": _zone,
}
