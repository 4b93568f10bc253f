"""AWS resources for tests of rules: declared in a line, judged by one rule, alone or as a stack."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from guardrails.catalogue import CATALOGUE
from guardrails.model import Context, Profile
from guardrails.resources.base import Declared, Stack
from guardrails.resources.parse import parse
from tests.support.policies import NOW, Manifests

if TYPE_CHECKING:
    from collections.abc import Mapping

    from guardrails.model import Policy

_POLICIES: dict[str, Policy] = {policy.id: policy for policy in CATALOGUE}


def aws(kind: str, name: str = "x", /, **inputs: Any) -> Declared:  # noqa: ANN401 - raw properties
    """A resource of a type, as `s3/bucket:Bucket`.

    Args:
        kind: its type.
        name: its name.
        inputs: its properties; besides them `protect` (it is, unless told otherwise), and `links`, which names the
            resource that each property comes from.
    """
    protect = inputs.pop("protect", True)
    dependencies = {key: (f"urn:{other}",) for key, other in (inputs.pop("links", None) or {}).items()}
    return Declared(f"aws:{kind}", name, f"urn:{name}", inputs, dependencies, protect)


def document(*statements: Mapping[str, Any]) -> str:
    """A policy document."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action: Any, resource: Any = "arn:aws:s3:::deeds/*", **more: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    """A statement that allows."""
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def found(rule: str, *declared: Declared, profile: Profile = Profile.PRODUCAO, **context: Any) -> list[str]:  # noqa: ANN401 - the context's own
    """Where one rule finds something, as `name: path`, with a `?` behind what is not known yet."""
    policy = _POLICIES[rule]
    given = Context(profile, NOW, **context)
    parsed = tuple(one for each in declared for one in parse(each, Manifests()))
    stack = Stack("", "", "the stack", parsed, declared)
    judged = (stack,) if Stack in policy.resource_types else parsed
    findings = [
        (one.address or resource.address, one)
        for resource in judged
        if isinstance(resource, policy.resource_types)
        for one in policy.rule(resource, given)
    ]
    return [f"{address.removeprefix('urn:')}: {one.path}{'?' if one.unknown else ''}" for address, one in findings]
