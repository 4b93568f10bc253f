"""Whether an update may be done: by what the plan does, what was approved, and what the stack's file demands."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import yaml

from guardrails.model import Profile
from lab.errors import LabError, UsageError
from lab.rehearsal.project import stack_file

if TYPE_CHECKING:
    from pathlib import Path

    from delivery.plan.model import Change, Plan

_PROFILE: Final = "cartorio:profile"
_TOLD: Final = 5


class RefusedError(LabError):
    """The update is not done; nothing was changed."""

    exit_code = 1


class Ask(StrEnum):
    """What a person still has to say."""

    NOTHING = "nothing"
    YES = "yes"
    NAME = "name"  # the stack's, letter by letter: something goes away


@dataclass(frozen=True)
class Approval:
    """What was approved: a plan that somebody has read, or its digest; neither when nobody did.

    Attributes:
        plan: the plan.
        digest: the digest that it must have.
    """

    plan: Plan | None = None
    digest: str | None = None

    @property
    def given(self) -> str | None:
        """The digest of what was approved.

        Raises:
            UsageError: plan and digest are not of the same thing.
        """
        if self.plan and self.digest and self.plan.digest != self.digest:
            raise UsageError(
                f"the plan has the digest {self.plan.digest}, not {self.digest}",
                where="--plan, --digest",
                remedy="give the plan that was approved",
            )
        return self.plan.digest if self.plan else self.digest


def needs_approval(project: Path, stack: str) -> bool:
    """Whether the stack is production: by its profile, as the policy pack reads it (an absent one is production).

    Raises:
        UsageError: there is no such stack, or its file cannot be read.
    """
    file = stack_file(project, stack)
    try:
        config = (yaml.safe_load(file.read_text("utf-8")) or {}).get("config") or {}
        named = config.get(_PROFILE)
    except (OSError, yaml.YAMLError, AttributeError) as error:
        raise UsageError("no readable stack file", where=str(file), remedy="mend its YAML") from error
    return Profile.parse(named if isinstance(named, str) else None) is Profile.PRODUCAO


def judge(plan: Plan, approval: Approval, *, demanded: bool) -> None:
    """Refuse what may not be done, whatever a person says now.

    Args:
        plan: what would be done, previewed a moment ago.
        approval: what was approved.
        demanded: the stack is updated by an approved plan only.

    Raises:
        RefusedError: it may not be done.
        UsageError: what was approved is of something else.
    """
    if plan.mandatory:
        raise RefusedError(
            f"policies refuse the update: {len(plan.mandatory)} mandatory findings", where=f"stack {plan.stack}",
            remedy="do what each of them says",
        )  # fmt: skip
    if not plan.complete:
        raise LabError("the preview did not come to its end, so nobody knows what would be done", where=plan.stack)
    if demanded and not plan.judged:
        raise RefusedError(
            "no policy pack has judged the update", where=f"stack {plan.stack}",
            remedy="have policy_pack/ in the project's folder, or name the pack by PULUMI_OPTION_POLICY_PACK",
        )  # fmt: skip
    approved, given = approval.plan, approval.given
    if approved and (approved.project, approved.stack) != (plan.project, plan.stack):
        raise UsageError(f"the approved plan is of {approved.project}/{approved.stack}", where="--plan")
    if approved and approved.origin.lab:
        raise UsageError(
            "the approved plan was made in the lab, from nothing", where="--plan", remedy="preview the stack"
        )
    if approved and not approved.complete:
        raise UsageError("the approved plan is not whole: its preview did not come to its end", where="--plan")
    if given is None and demanded:
        raise RefusedError(
            f"{plan.stack} is updated by an approved plan only",
            where=f"Pulumi.{plan.stack}.yaml: {_PROFILE}",
            remedy=f"cartorio preview {plan.stack} --output plan.json, have it read, "
            f"then cartorio up {plan.stack} --plan plan.json",
        )
    if given is not None and given != plan.digest:
        raise RefusedError(
            f"the plan has changed since it was approved: {plan.digest}, not {given}{_difference(plan, approved)}",
            where=f"stack {plan.stack}",
            remedy="have the new plan read and approved",
        )


def ask(plan: Plan, approval: Approval, *, yes: bool, yes_destroy: bool) -> Ask:
    """What a person still has to say, after `judge`."""
    if approval.given is not None:
        return Ask.NOTHING
    if plan.destructive or plan.unprotected:
        return Ask.NOTHING if yes_destroy else Ask.NAME
    return Ask.NOTHING if yes or yes_destroy else Ask.YES


def _difference(plan: Plan, approved: Plan | None) -> str:
    if approved is None:
        return ""
    now, then = _by_urn(plan), _by_urn(approved)
    different = sorted(urn for urn in now.keys() | then.keys() if now.get(urn) != then.get(urn))
    named = ", ".join(urn.rpartition("::")[2] for urn in different[:_TOLD])
    more = f" and {len(different) - _TOLD} more" if len(different) > _TOLD else ""
    return f" (other than approved: {named}{more})" if different else ""


def _by_urn(plan: Plan) -> dict[str, Change]:
    return {change.urn: change for change in plan.changes}
