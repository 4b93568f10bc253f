"""Objects in, findings out: the catalogue's rules over what was read, with the same judge that a preview has."""

from __future__ import annotations

import fnmatch
from dataclasses import replace
from typing import TYPE_CHECKING

from delivery.policy.lines import Lines
from delivery.policy.model import Found, Result
from guardrails.examiner import Examiner
from guardrails.mask import Mask
from guardrails.model import Enforcement
from lab.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from delivery.policy.model import Item, Material
    from guardrails.examiner import Surroundings
    from guardrails.exemptions import Exemption
    from guardrails.judge import Judgement, Violation
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


class Checker:
    """Judges objects one by one as they are read, and all together at the end.

    Args:
        policies: the rules to apply.
        profile: how strictly.
        outside: what the pack knows from outside.
    """

    def __init__(self, policies: tuple[Policy, ...], profile: Profile, outside: Surroundings) -> None:
        self._policies = policies
        self._profile = profile
        self._examiner = Examiner(policies, profile, outside)
        self._items: list[Item] = []
        self._violations: list[tuple[Violation, Item | None]] = []
        self._exempted: list[tuple[Violation, Exemption, Item | None]] = []

    def judge(self, item: Item) -> int:
        """Judge one object by the rules about single resources; how many there are so far."""
        self._items.append(item)
        self._note(self._examiner.examine(item.declared), {item.declared.address: item})
        return len(self._items)

    def result(self, material: Material) -> Result:
        """Judge what belongs together by the rules across resources, and say what all of it comes to.

        Args:
            material: what there is beside the objects.
        """
        groups: dict[str, list[Item]] = {}
        for item in self._items:
            groups.setdefault(item.group, []).append(item)
        for _, items in sorted(groups.items()) or [("", [])]:
            judgement = self._examiner.examine_stack(item.after or item.declared for item in items)
            self._note(judgement, {item.declared.address: item for item in reversed(items)})
        reporter = _Reporter(material)
        findings = {reporter.found(violation, item) for violation, item in self._violations}
        exempted = {(reporter.found(violation, item), exemption) for violation, exemption, item in self._exempted}
        return Result(
            checked=len(self._items),
            profile=self._profile,
            findings=tuple(sorted(findings)),
            exempted=tuple(sorted(exempted, key=lambda pair: pair[0])),
            unread=tuple(sorted(material.unread)),
            policies=tuple(p for p in self._policies if p.enforcement[self._profile] is not Enforcement.DISABLED),
        )

    def _note(self, judgement: Judgement, items: Mapping[str, Item]) -> None:
        self._violations += [(one, items.get(one.address)) for one in judgement.violations]
        self._exempted += [(one, exemption, items.get(one.address)) for one, exemption in judgement.exempted]


class _Reporter:
    """Makes findings of violations: where they are, and nothing in them that is secret."""

    def __init__(self, material: Material) -> None:
        self._lines = Lines(material.texts)
        self._mask = Mask()
        self._mask.learn(material.secrets)

    def found(self, violation: Violation, item: Item | None) -> Found:
        """The finding that a violation by an object is."""
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
