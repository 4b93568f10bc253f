"""Objects in, findings out: the catalogue's rules over what was read, with the same judge that a preview has."""

from __future__ import annotations

import fnmatch
from dataclasses import replace
from typing import TYPE_CHECKING

from delivery.policy.lines import Lines
from delivery.policy.model import Found, Item, Material, Result
from guardrails.examiner import Examiner
from guardrails.mask import Mask
from guardrails.model import Enforcement
from lab.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from guardrails.examiner import Surroundings
    from guardrails.exemptions import Exemption
    from guardrails.judge import Violation
    from guardrails.model import Policy, Profile

# Whatever else is asked for: what could not be judged must not look like what was found to be fine.
_ALWAYS = frozenset({"pack/readable", "pack/rendered"})


def select(catalogue: Sequence[Policy], only: Sequence[str], skip: Sequence[str]) -> tuple[Policy, ...]:
    """The rules that are asked for.

    Args:
        catalogue: all of them.
        only: patterns of ids, with `*` and `?`; empty for all.
        skip: patterns of ids to leave out.

    Raises:
        UsageError: a pattern that no rule has.
    """
    ids = [policy.id for policy in catalogue]
    for pattern in (*only, *skip):
        if not fnmatch.filter(ids, pattern):
            raise UsageError(
                f"there is no rule {pattern!r}", remedy="`cartorio policy list` names them; `*` and `?` are wildcards"
            )
    wanted = {one for pattern in only or ["*"] for one in fnmatch.filter(ids, pattern)} | _ALWAYS
    left_out = {one for pattern in skip for one in fnmatch.filter(ids, pattern)}
    return tuple(policy for policy in catalogue if policy.id in wanted - left_out)


def check(
    material: Material,
    policies: tuple[Policy, ...],
    profile: Profile,
    outside: Surroundings,
    told: Callable[[int], None] = lambda _count: None,
) -> Result:
    """Judge everything that was read.

    Args:
        material: what was read.
        policies: the rules to apply.
        profile: how strictly.
        outside: what the pack knows from outside.
        told: told how many objects are judged.
    """
    reporter = _Reporter(material)
    examiner = Examiner(policies, profile, outside)
    for count, item in enumerate(material.items, 1):
        judgement = examiner.examine(item.declared)
        reporter.add(judgement.violations, judgement.exempted, {item.declared.address: item}.get)
        told(count)
    for group in sorted({item.group for item in material.items}) or [""]:
        items = [item for item in material.items if item.group == group]
        by_address = {item.declared.address: item for item in reversed(items)}
        judgement = examiner.examine_stack(item.after or item.declared for item in items)
        reporter.add(judgement.violations, judgement.exempted, by_address.get)
    return Result(
        checked=len(material.items),
        profile=profile,
        findings=tuple(sorted(set(reporter.findings))),
        exempted=tuple(sorted(set(reporter.exempted), key=lambda pair: pair[0])),
        unread=tuple(sorted(material.unread)),
        policies=tuple(policy for policy in policies if policy.enforcement[profile] is not Enforcement.DISABLED),
    )


class _Reporter:
    """Makes findings of violations: where they are, and nothing in them that is secret."""

    def __init__(self, material: Material) -> None:
        self.findings: list[Found] = []
        self.exempted: list[tuple[Found, Exemption]] = []
        self._lines = Lines(material.texts)
        self._mask = Mask()
        self._mask.learn(material.secrets)

    def add(
        self,
        violations: Iterable[Violation],
        exempted: Iterable[tuple[Violation, Exemption]],
        find: Callable[[str], Item | None],
    ) -> None:
        """Note what a judgement has.

        Args:
            violations: what is out of compliance.
            exempted: what is exempt.
            find: the object at an address.
        """
        self.findings += [self._found(violation, find(violation.address)) for violation in violations]
        self.exempted += [(self._found(one, find(one.address)), exemption) for one, exemption in exempted]

    def _found(self, violation: Violation, item: Item | None) -> Found:
        hide = self._mask.hide
        found = Found(
            file=item.file if item else "",
            document=item.document if item else 0,
            resource=hide(violation.resource),
            rule=violation.rule,
            path=hide(violation.path),
            message=hide(violation.message),
            severity=violation.severity,
            enforcement=violation.enforcement,
            remedy=hide(violation.remedy),
        )
        if item is None:
            return found
        if item.after is not None:
            # A resource of a stack's state is not a document of the file, but an entry of its list.
            return replace(found, line=self._lines.line(item.file, 1, item.within, violation.path))
        return replace(found, line=self._lines.line(item.file, item.document, item.within, violation.path))
