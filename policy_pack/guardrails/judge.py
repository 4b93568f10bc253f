"""Findings -> violations: rules applied to parsed resources, with enforcement, exemptions and precedence.

Pure: whatever the rules need from outside is in the context (`guardrails.examiner` gathers it).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from guardrails.model import Enforcement, Finding, OnUnknown

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from guardrails.exemptions import Exemption
    from guardrails.model import Context, Policy, Profile, Severity
    from guardrails.resources.base import Resource


@dataclass(frozen=True, slots=True, order=True)
class Violation:
    """A finding with everything that a report shows of it.

    Args:
        rule: the policy's id.
        address: the URN at fault; empty for the stack.
        resource: its title.
        path: the property.
        message: the reason.
        remedy: what to do.
        severity: how bad it is.
        enforcement: what it does to the deployment.
        unknown: the rule could not judge.
    """

    rule: str
    address: str
    resource: str
    path: str
    message: str
    remedy: str
    severity: Severity
    enforcement: Enforcement
    unknown: bool = False


@dataclass(frozen=True, slots=True)
class Judgement:
    """What came out, in an order that does not depend on the order of the resources.

    Args:
        violations: what is out of compliance.
        exempted: what would be, were it not for an exemption.
        applied: ids of the policies that had a resource to judge.
        used: exemptions that cover something, also what another rule says already, or what waits for the update.
    """

    violations: tuple[Violation, ...] = ()
    exempted: tuple[tuple[Violation, Exemption], ...] = ()
    applied: frozenset[str] = frozenset()
    used: frozenset[Exemption] = frozenset()


class Rules:
    """Policies as a profile applies them: those that it disables are left out, the others known by what they judge.

    Args:
        policies: the rules.
        profile: how strictly.
    """

    def __init__(self, policies: Iterable[Policy], profile: Profile) -> None:
        levels = [(policy, policy.enforcement[profile]) for policy in policies]
        self.applied = tuple((policy, level) for policy, level in levels if level is not Enforcement.DISABLED)
        self.yields = {policy.id: policy.yields_to for policy, _ in self.applied}
        self._by_type: dict[type[Resource], tuple[tuple[Policy, Enforcement], ...]] = {}

    def of(self, kind: type[Resource]) -> tuple[tuple[Policy, Enforcement], ...]:
        """Those that judge resources of a type, each with what a violation of it does."""
        if kind not in self._by_type:
            self._by_type[kind] = tuple(one for one in self.applied if issubclass(kind, one[0].resource_types))
        return self._by_type[kind]


def judge(
    resources: Sequence[Resource],
    context: Context,
    policies: Iterable[Policy] | Rules,
    exemptions: Sequence[Exemption] = (),
) -> Judgement:
    """Apply policies to resources.

    Args:
        resources: parsed resources; a rule sees those of its types.
        context: what rules may know.
        policies: the rules to apply; those that the profile disables are left out.
        exemptions: valid exemptions.
    """
    rules = policies if isinstance(policies, Rules) else Rules(policies, context.profile)
    found: dict[tuple[Violation, str], Exemption | None] = {}
    used: set[Exemption] = set()
    for resource in resources:
        for policy, enforcement in rules.of(type(resource)):
            for finding in _findings(policy, resource, context):
                violation = _violation(policy, enforcement, resource, finding)
                identity = finding.address or resource.identity
                exemption = next((e for e in exemptions if e.covers(policy.id, identity)), None)
                if exemption is not None:
                    used.add(exemption)
                if not (finding.unknown and policy.on_unknown is OnUnknown.WAIT):
                    found[violation, identity] = exemption
    yields = rules.yields
    decisive = {
        (violation.rule, identity, violation.path)
        for (violation, identity), exemption in found.items()
        if exemption is None and violation.enforcement is Enforcement.MANDATORY
    }
    kept = [
        (violation, exemption)
        for (violation, identity), exemption in found.items()
        if not any((other, identity, violation.path) in decisive for other in yields[violation.rule])
    ]
    return Judgement(
        violations=tuple(sorted(violation for violation, exemption in kept if exemption is None)),
        exempted=tuple(
            sorted(((v, e) for v, e in kept if e is not None), key=lambda pair: (pair[0], pair[1].resource))
        ),
        applied=frozenset(policy.id for kind in {type(one) for one in resources} for policy, _ in rules.of(kind)),
        used=frozenset(used),
    )


def _findings(policy: Policy, resource: Resource, context: Context) -> tuple[Finding, ...]:
    """The rule's findings; a rule that fails is one itself, because nobody knows what it would have said."""
    try:
        return tuple(policy.rule(resource, context))
    except Exception as error:  # noqa: BLE001 - whatever a rule raises, the verdict is "not judged"
        failed = f"the rule failed with {type(error).__name__}, so nobody has judged this"
        remedy = f"Report it with the resource's declaration: a defect of rule {policy.id}, not of the resource."
        return (Finding("", failed, remedy),)


def _violation(policy: Policy, enforcement: Enforcement, resource: Resource, finding: Finding) -> Violation:
    return Violation(
        rule=policy.id,
        address=finding.address or resource.address,
        resource=finding.resource or resource.title,
        path=finding.path,
        message=finding.message,
        remedy=finding.remedy or policy.remediation,
        severity=policy.severity,
        enforcement=enforcement,
        unknown=finding.unknown,
    )
