"""What the pack says of itself, held to what Pulumi's own SDK would say of the same policies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pulumi.runtime.proto import analyzer_pb2
from pulumi_policy import (
    EnforcementLevel,
    PolicyComplianceFramework,
    PolicyConfigSchema,
    ResourceValidationPolicy,
    Severity,
    StackValidationPolicy,
)
from pulumi_policy import Policy as PulumiPolicy
from pulumi_policy.policy import _PolicyAnalyzerServicer

from guardrails import adapter_messages as messages
from guardrails.catalogue import CATALOGUE
from guardrails.model import Profile

if TYPE_CHECKING:
    from guardrails.model import Policy


def _sdks(policy: Policy, profile: Profile) -> PulumiPolicy:
    """The policy as somebody would write it with Pulumi's own SDK."""
    level = EnforcementLevel(policy.enforcement[profile].value)
    if policy.remedy is not None and level is EnforcementLevel.MANDATORY:
        level = EnforcementLevel.REMEDIATE
    control = policy.controls[0] if policy.controls else None
    made: dict[str, Any] = {
        "name": policy.id,
        "description": policy.title,
        "validate": lambda *_: None,
        "enforcement_level": level,
        "severity": Severity(policy.severity.value),
        "remediation_steps": policy.remediation,
        "config_schema": PolicyConfigSchema(messages.SCHEMA) if policy.id == "pack/readable" else None,
        "framework": control
        and PolicyComplianceFramework(control.framework, control.version, control.ref, control.source_url),
    }
    return StackValidationPolicy(**made) if messages.across(policy) else ResourceValidationPolicy(**made)


@pytest.mark.parametrize("profile", Profile)
def test_the_pack_describes_itself_as_the_sdk_would(profile: Profile) -> None:
    policies = [_sdks(policy, profile) for policy in CATALOGUE]
    theirs: Any = _PolicyAnalyzerServicer(messages.NAME, "0.0.1", policies, EnforcementLevel.ADVISORY)
    expected = theirs.GetAnalyzerInfo(None, None)
    found = messages.info((policy, messages.level(policy, profile)) for policy in CATALOGUE)
    for info in (expected, found):
        info.policies.sort(key=lambda policy: policy.name)
    assert found == expected


def test_a_violation_is_reported_as_the_sdk_reports_it() -> None:
    policy = next(policy for policy in CATALOGUE if policy.id == "image/signed")
    theirs: Any = _PolicyAnalyzerServicer(
        messages.NAME, "0.0.1", [_sdks(policy, Profile.LOCAL)], EnforcementLevel.ADVISORY
    )
    response = analyzer_pb2.AnalyzeResponse()
    severity = Severity(policy.severity.value)
    report = theirs._create_report_violation(response, policy.id, policy.title, EnforcementLevel.MANDATORY, severity)
    said = messages.text("a", "b", "c")
    report(said, "urn:x")
    assert list(response.diagnostics) == [messages.diagnostic(policy, analyzer_pb2.MANDATORY, said, "urn:x")]
