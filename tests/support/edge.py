"""An edge's settings for tests: good ones, and what is laid over them."""

from __future__ import annotations

import json
from typing import Any

import pulumi
import pulumi_aws as aws

from components.sections.edge import Edge

FIREWALL: dict[str, Any] = {"rateLimit": {"requests": 2000}, "logRetentionDays": 365}
EDGE: dict[str, Any] = {
    "domain": "cartorio.example",
    "host": "api.cartorio.example",
    "logRetentionDays": 400,
    "firewall": FIREWALL,
    "subscriptions": [{"protocol": "email", "endpoint": "plantao@cartorio.example"}],
}


def edge(**changes: object) -> Edge:
    """The settings with `changes` laid over them."""
    return Edge.model_validate_json(json.dumps({**EDGE, **changes}))


def cloud() -> pulumi.ResourceOptions:
    """Options of a component in AWS; call it inside a program."""
    return pulumi.ResourceOptions(providers=[aws.Provider("aws", region="sa-east-1")])
