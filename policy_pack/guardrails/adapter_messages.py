"""Policies and violations in the engine's messages: what it shows people, and what it checks a configuration by.

The messages: https://github.com/pulumi/pulumi/blob/v3.259.0/proto/pulumi/analyzer.proto. The texts of violations are
read again by `cartorio`: `where`, `why` and `remedy` are an interface.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

from pulumi.runtime.proto import analyzer_pb2

from guardrails.model import Enforcement
from guardrails.resources.base import Stack

if TYPE_CHECKING:
    from collections.abc import Iterable

    from guardrails.model import Policy, Profile

Level: TypeAlias = "analyzer_pb2.EnforcementLevel.ValueType"

NAME: Final = "cartorio-guardrails"
"""The pack's name, which the engine shows."""

VERSION: Final = "0.0.1"
"""Where the engine has no other: it takes PulumiPolicy.yaml's."""

FRONT: Final = "pack/readable"
"""The policy that has the pack's configuration, and says what the pack could not judge."""

REGISTRIES: Final = "registries"
"""The one key of that configuration."""

SCHEMA: Final[dict[str, Any]] = {
    REGISTRIES: {
        "type": "array",
        "items": {"type": "string", "minLength": 1},
        "description": "Repositories that images may come from, each with everything below it, for every profile; "
        "without it, those of settings.yaml for the stack's profile.",
    }
}
_LEVELS: Final = {
    Enforcement.DISABLED: analyzer_pb2.DISABLED,
    Enforcement.ADVISORY: analyzer_pb2.ADVISORY,
    Enforcement.MANDATORY: analyzer_pb2.MANDATORY,
}


def across(policy: Policy) -> bool:
    """Whether a policy is about the stack, not about single resources."""
    return Stack in policy.resource_types


def level(policy: Policy, profile: Profile) -> Level:
    """What a violation does under a profile, as long as nobody configures it otherwise."""
    found = _LEVELS[policy.enforcement[profile]]
    return analyzer_pb2.REMEDIATE if policy.remedy is not None and found == analyzer_pb2.MANDATORY else found


def info(policies: Iterable[tuple[Policy, Level]]) -> analyzer_pb2.AnalyzerInfo:
    """The pack, with its policies and their levels."""
    described = [_described(policy, of_it) for policy, of_it in policies]
    return analyzer_pb2.AnalyzerInfo(name=NAME, version=VERSION, supportsConfig=True, policies=described)


def text(where: str, why: str, remedy: str) -> str:
    """What a violation says beside its policy's title."""
    return f"where:  {where}\nwhy:    {why}\nremedy: {remedy}"


def diagnostic(policy: Policy, of_it: Level, said: str, urn: str) -> analyzer_pb2.AnalyzeDiagnostic:
    """A violation.

    Args:
        policy: the policy.
        of_it: its level.
        said: the `text`.
        urn: the resource's; empty for the stack.
    """
    return analyzer_pb2.AnalyzeDiagnostic(
        policyName=policy.id,
        policyPackName=NAME,
        policyPackVersion=VERSION,
        description=policy.title,
        message=f"{policy.title}\n{said}",
        enforcementLevel=of_it,
        urn=urn,
        severity=_severity(policy),
    )


def _severity(policy: Policy) -> analyzer_pb2.PolicySeverity.ValueType:
    return analyzer_pb2.PolicySeverity.Value(f"POLICY_SEVERITY_{policy.severity.name}")


def _described(policy: Policy, of_it: Level) -> analyzer_pb2.PolicyInfo:
    found = analyzer_pb2.PolicyInfo(
        name=policy.id,
        description=policy.title,
        enforcementLevel=of_it,
        policy_type=analyzer_pb2.POLICY_TYPE_STACK if across(policy) else analyzer_pb2.POLICY_TYPE_RESOURCE,
        severity=_severity(policy),
        remediation_steps=policy.remediation,
    )
    if policy.id == FRONT:
        found.configSchema.properties.update(SCHEMA)
    if policy.controls:
        control = policy.controls[0]
        found.framework.name, found.framework.version = control.framework, control.version
        found.framework.reference, found.framework.specification = control.ref, control.source_url
    return found
