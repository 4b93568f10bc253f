"""A database's ground for the tests of both."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as kubernetes

from components.databases.mongodb import DatabaseArgs
from components.observability.handle import MonitoringHandle
from components.sections.databases import Databases
from components.sources import Sources

if TYPE_CHECKING:
    from tests.support.plan import Plan, Registered

KEY = "arn:aws:kms:sa-east-1:123456789012:key/backup"
RESOURCES = {"requests": {"cpu": "1", "memory": "4Gi"}, "limits": {"cpu": "2", "memory": "4Gi"}}
DATABASE: dict[str, Any] = {
    "storage": "20Gi",
    "resources": RESOURCES,
    "clients": ["cartorio"],
    "backups": {"everyHours": 6, "retentionDays": 14},
}
LICENSED = {**DATABASE, "acceptLicense": True}


def databases(**declared: object) -> Databases:
    """The section, with what is declared."""
    return Databases.model_validate_json(json.dumps({"storageClass": "databases", **declared}))


def args(section: Databases, *, protect: bool = True, monitored: bool = False) -> DatabaseArgs:
    """What a database of the section needs; call it inside a program."""
    return DatabaseArgs(
        stack="local",
        databases=section,
        sources=Sources(),
        region="sa-east-1",
        cluster="cartorio",
        issuer="cartorio-internal",
        key_arn=KEY,
        callers=("vault",),
        monitoring=MonitoringHandle("observability", "http://prometheus") if monitored else None,
        protect=protect,
    )


def providers() -> pulumi.ResourceOptions:
    """Both providers; call it inside a program."""
    return pulumi.ResourceOptions(
        providers=[aws.Provider("aws", region="sa-east-1"), kubernetes.Provider("kubernetes")]
    )


def waits_for(resource: Registered, plan: Plan) -> set[str]:
    """Names of what a resource waits for."""
    return {plan.urns()[urn].name for urn in resource.depends_on if urn in plan.urns()}


def allowed(plan: Plan, role: str) -> list[dict[str, Any]]:
    """The rules of the network policy of a room that has this role in its resource's name."""
    (found,) = [one for one in plan.of("kubernetes:networking.k8s.io/v1:NetworkPolicy") if one.name.endswith(role)]
    spec = found.inputs["spec"]
    rules = spec.get("ingress", []) + spec.get("egress", [])
    assert isinstance(rules, list)
    return rules
