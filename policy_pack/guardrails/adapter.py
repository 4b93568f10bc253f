"""The only place that knows CrossGuard, with `handed_over.py`: the catalogue as Pulumi policies.

Facts about `pulumi_policy` 1.21 (its `policy.py`, `proxy.py`, `secret.py`) that shape this module:

- A read of an unknown value raises `UnknownValueError`, and the SDK then downgrades the rule to advisory. So properties
  are copied first, each unknown becoming `UNKNOWN`, and the rules decide.
- An exception in a policy ends the preview with a traceback. So nothing may escape from here: a failure is a violation.
- Validations get secrets as plain values. Remediations get them marked, and the engine runs those first for every
  resource: `pack/readable` has the level REMEDIATE (which a validation reports as mandatory) only to learn which values
  are secret. It changes nothing, and no message quotes what it learned.
- A rule that has a remedy and is mandatory has the level REMEDIATE, too: its remedy is applied before anything is
  judged, the engine shows it, and what is left is a mandatory violation. A remedy names values; secrets and unknowns
  around them go back as they came.
- The SDK copies all properties again for each policy that says it has a validation. So the first policy judges for all,
  and the others say that they have one only where they applied. For the stack it copies all resources for each policy
  that is not disabled: those without anything to report say that they are, once the first has judged.
"""

from __future__ import annotations

import json
import os
import threading
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pulumi
from pulumi_policy import (
    EnforcementLevel,
    PolicyComplianceFramework,
    PolicyConfigSchema,
    ResourceValidationPolicy,
    Secret,
    StackValidationPolicy,
)
from pulumi_policy import Policy as PulumiPolicy
from pulumi_policy import Severity as PulumiSeverity

from guardrails.examiner import Examiner, surroundings
from guardrails.handed_over import plain, remedied, secrets_in
from guardrails.judge import Judgement, Violation
from guardrails.mask import Mask
from guardrails.model import Enforcement, Policy, Profile
from guardrails.record import Record
from guardrails.resources.aws_tags import default_tags
from guardrails.resources.base import Declared, Stack
from guardrails.settings import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from pulumi_policy import PolicyResource, ReportViolation, ResourceValidationArgs, StackValidationArgs

_FRONT: Final = "pack/readable"
_PROFILE_KEY: Final = "cartorio:profile"
_INDENT: Final = "\n        "
_REGISTRIES: Final = "registries"
_SCHEMA: Final = PolicyConfigSchema(
    {
        _REGISTRIES: {
            "type": "array",
            "items": {"type": "string", "minLength": 1},
            "description": "Repositories that images may come from, each with everything below it, for every profile; "
            "without it, those of settings.yaml for the stack's profile.",
        }
    }
)
_LEVELS: Final = {
    Enforcement.DISABLED: EnforcementLevel.DISABLED,
    Enforcement.ADVISORY: EnforcementLevel.ADVISORY,
    Enforcement.MANDATORY: EnforcementLevel.MANDATORY,
}


def adapt(catalogue: Sequence[Policy]) -> list[PulumiPolicy]:
    """The catalogue as Pulumi policies, under the profile of the stack that the engine is working on.

    Args:
        catalogue: the policies.
    """
    profile = profile_of(os.environ)
    pack = Path(__file__).resolve().parent.parent
    root = Path(os.environ.get("CARTORIO_PROJECT_ROOT") or pack.parent)
    try:
        outside = surroundings(pack, root, catalogue, profile, datetime.now(UTC))
    except SettingsError as error:
        return assemble(catalogue, profile, None, f"the pack's settings cannot be used: {error}")
    return assemble(catalogue, profile, Examiner(catalogue, profile, outside), secrets=_config_secrets(os.environ))


def assemble(
    catalogue: Sequence[Policy],
    profile: Profile,
    examiner: Examiner | None,
    problem: str = "",
    secrets: Iterable[str] = (),
) -> list[PulumiPolicy]:
    """The catalogue as Pulumi policies that ask one examiner.

    Args:
        catalogue: the policies; `pack/readable` must be among them.
        profile: decides each policy's enforcement.
        examiner: judges; None when the pack itself is broken.
        problem: what is broken then.
        secrets: texts that no message may show.
    """
    session = _Session(catalogue, profile, examiner, problem)
    session.learn_secrets([Secret(secret) for secret in secrets])
    front = [policy for policy in catalogue if policy.id == _FRONT]
    others = [policy for policy in catalogue if policy.id != _FRONT]
    resource_rules: list[PulumiPolicy] = [_ResourceRule(p, session) for p in front + others if not _across(p)]
    return resource_rules + [_StackRule(p, session) for p in others if _across(p)]


def profile_of(environment: Mapping[str, str]) -> Profile:
    """The profile that the stack's configuration names; production when it names none that exists."""
    config = _json(environment, "PULUMI_CONFIG")
    named = config.get(_PROFILE_KEY) if isinstance(config, dict) else None
    return Profile.parse(named if isinstance(named, str) else None)


def _config_secrets(environment: Mapping[str, str]) -> list[str]:
    """The values of the stack's configuration that are encrypted in its file."""
    config, keys = _json(environment, "PULUMI_CONFIG"), _json(environment, "PULUMI_CONFIG_SECRET_KEYS")
    if not isinstance(config, dict) or not isinstance(keys, list):
        return []
    return [config[key] for key in keys if isinstance(key, str) and isinstance(config.get(key), str)]


def _json(environment: Mapping[str, str], name: str) -> object:
    try:
        return json.loads(environment.get(name) or "null")
    except ValueError:
        return None


class _Session:
    """What the policies of one pack process share. Calls come from the SDK's threads, each request in one of them."""

    def __init__(self, catalogue: Sequence[Policy], profile: Profile, examiner: Examiner | None, problem: str) -> None:
        self.profile = profile
        self._front = next(policy for policy in catalogue if policy.id == _FRONT)
        applied = (policy for policy in catalogue if policy.enforcement[profile] is not Enforcement.DISABLED)
        self._first_stack_rule = next((policy.id for policy in applied if _across(policy)), "")
        self._examiner = examiner
        self._problem = problem
        self._mask = Mask()
        self._now = threading.local()
        self._inputs: dict[str, Mapping[str, Any]] = {}
        self._record = Record(os.environ, self.mask)

    def concerns(self, rule: str) -> bool:
        """Whether a rule applied to the resource at hand; yes when the front policy is disabled and nobody knows."""
        judgement: Judgement | None = getattr(self._now, "judgement", None)
        return rule == _FRONT or judgement is None or rule in judgement.applied

    def judge_resource(self, rule: str, args: ResourceValidationArgs) -> Judgement:
        """All rules' judgement on a resource: the front policy's call makes it, the others' reuse it."""
        judgement: Judgement | None = getattr(self._now, "judgement", None)
        if rule == _FRONT or judgement is None:
            registries = (args.get_config() or {}).get(_REGISTRIES) if rule == _FRONT else None
            judgement = self._guard(
                args.urn,
                f"{args.resource_type} {args.name}",
                lambda examiner: examiner.examine(self._asked_for(args), registries and tuple(registries)),
            )
        if rule == _FRONT:
            self._now.judgement = judgement
        return judgement

    def judge_stack(self, rule: str, args: StackValidationArgs) -> Judgement:
        """All rules' judgement on the stack: the first stack policy's call makes it, the others' reuse it."""
        judgement: Judgement | None = getattr(self._now, "stack", None)
        if rule == self._first_stack_rule or judgement is None:
            judgement = self._guard(
                "", "the stack", lambda examiner: examiner.examine_stack(map(self._final, args.resources))
            )
            if self._front.id in {violation.rule for violation in judgement.violations}:
                # No rule judged the stack: the first one says so, because the front policy is not asked here.
                judgement = replace(judgement, violations=tuple(replace(v, rule=rule) for v in judgement.violations))
        if rule == self._first_stack_rule:
            self._now.stack = judgement
        return judgement

    def _asked_for(self, args: ResourceValidationArgs) -> Declared:
        """A resource as the program asks for it, which is remembered."""
        declared = _declared(args)
        self._inputs[args.urn] = declared.properties
        return declared

    def _final(self, resource: PolicyResource) -> Declared:
        """A resource as the update leaves it: its outputs, or its inputs while its provider cannot be asked yet."""
        declared = _declared(resource)
        if declared.properties:
            return declared
        return replace(declared, properties=self._inputs.get(resource.urn, {}))

    def nothing_left(self, rule: str) -> bool:
        """Whether the stack has been judged, and a rule other than the first has nothing to say of it."""
        judgement: Judgement | None = getattr(self._now, "stack", None)
        if judgement is None or rule == self._first_stack_rule:
            return False
        return rule not in {violation.rule for violation in judgement.violations}

    def learn_secrets(self, properties: object) -> None:
        """Remember what is marked secret, to keep it out of messages."""
        self._mask.learn(secrets_in(properties))

    def mask(self, text: str) -> str:
        """The text without any known secret."""
        return self._mask.hide(text)

    def _guard(self, urn: str, title: str, examine: Callable[[Examiner], Judgement]) -> Judgement:
        problem = self._problem
        if self._examiner is not None:
            try:
                judgement = examine(self._examiner)
                self._record.add(judgement, self._examiner.verdicts)
            except Exception as error:  # noqa: BLE001 - whatever failed, the verdict is "not judged"
                problem = f"the pack failed with {type(error).__name__}, so nobody has judged this"
            else:
                return judgement
        violation = Violation(
            rule=_FRONT,
            address=urn,
            resource=title,
            path="",
            message=problem,
            remedy="Correct the pack; nothing is deployed while it cannot judge.",
            severity=self._front.severity,
            enforcement=Enforcement.MANDATORY,
        )
        return Judgement(violations=(violation,))


class _ResourceRule(ResourceValidationPolicy):
    """A policy about single resources."""

    def __init__(self, policy: Policy, session: _Session) -> None:
        super().__init__(**_metadata(policy, session.profile))
        self._policy = policy
        self._session = session

    def has_validation(self) -> bool:
        return self._session.concerns(self.name)

    def validate(self, args: ResourceValidationArgs, report_violation: ReportViolation) -> None:
        _report(self._policy, self._session.judge_resource(self.name, args), self._session, report_violation)

    def has_remediation(self) -> bool:
        return self.name == _FRONT or self._policy.remedy is not None

    def remediate(self, args: ResourceValidationArgs) -> Any:  # noqa: ANN401 - the SDK takes what is not awaited, too
        try:
            if self.name == _FRONT:
                self._session.learn_secrets(args.props)
            if self._policy.remedy is not None and (fixes := self._policy.remedy(_declared(args))):
                return remedied(args.props, fixes)
        except Exception as error:  # noqa: BLE001 - a traceback would end the preview; what is wrong is judged anyway
            pulumi.log.warn(f"{self.name} could not look at {args.urn} before it is judged: {type(error).__name__}")
        return None


class _StackRule(StackValidationPolicy):
    """A policy across resources."""

    def __init__(self, policy: Policy, session: _Session) -> None:
        self._policy = policy
        self._session = session
        super().__init__(**_metadata(policy, session.profile))

    @property
    def enforcement_level(self) -> EnforcementLevel | None:
        return EnforcementLevel.DISABLED if self._session.nothing_left(self.name) else self._level

    @enforcement_level.setter
    def enforcement_level(self, level: EnforcementLevel | None) -> None:
        self._level = level

    def validate(self, args: StackValidationArgs, report_violation: ReportViolation) -> None:
        _report(self._policy, self._session.judge_stack(self.name, args), self._session, report_violation)


def _across(policy: Policy) -> bool:
    return Stack in policy.resource_types


def _metadata(policy: Policy, profile: Profile) -> dict[str, Any]:
    level = _LEVELS[policy.enforcement[profile]]
    if policy.id == _FRONT or (policy.remedy is not None and level is EnforcementLevel.MANDATORY):
        level = EnforcementLevel.REMEDIATE
    control = policy.controls[0] if policy.controls else None
    return {
        "name": policy.id,
        "description": policy.title,
        "enforcement_level": level,
        "severity": PulumiSeverity(policy.severity.value),
        "remediation_steps": policy.remediation,
        "config_schema": _SCHEMA if policy.id == _FRONT else None,
        "framework": control
        and PolicyComplianceFramework(control.framework, control.version, control.ref, control.source_url),
    }


def _report(policy: Policy, judgement: Judgement, session: _Session, report_violation: ReportViolation) -> None:
    """Report the policy's violations, those of one object with one remedy together."""
    together: dict[tuple[str, str, str], list[Violation]] = {}
    for violation in judgement.violations:
        if violation.rule == policy.id:
            together.setdefault((violation.address, violation.resource, violation.remedy), []).append(violation)
    for (address, resource, remedy), violations in together.items():
        reasons = [f"{v.message} ({v.path})" if v.path else v.message for v in violations]
        # The catalogue's own words hold no secret; a short secret must not black them out.
        shown = remedy if remedy == policy.remediation else session.mask(remedy)
        message = f"where:  {session.mask(resource)}\nwhy:    {session.mask(_INDENT.join(reasons))}\nremedy: {shown}"
        report_violation(message, address or None)


def _declared(args: ResourceValidationArgs | PolicyResource) -> Declared:
    dependencies: Mapping[str, Iterable[PolicyResource]] = getattr(args, "property_dependencies", {})
    return Declared(
        type=args.resource_type,
        name=args.name,
        address=args.urn,
        properties=plain(args.props),
        dependencies={key: tuple(other.urn for other in others) for key, others in dependencies.items()},
        protect=bool(args.opts.protect),
        ignored=tuple(args.opts.ignore_changes),
        default_tags=default_tags(plain(args.provider.props)) if args.provider else {},
    )
