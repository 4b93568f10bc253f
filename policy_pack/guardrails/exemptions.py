"""Exemptions: which rule a resource may break, why, by whose decision and until when.

The file's format is documented in `policy_pack/exemptions.yaml`. Nothing here is lenient: an entry that is not exactly
right exempts nothing and becomes a problem, which `pack/exemptions` reports.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from guardrails import strict_yaml
from guardrails.model import Problem

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

_LONGEST: Final = timedelta(days=90)
_MIN_NAMED: Final = 3
_URN: Final = "urn:pulumi:"
_PREFIXES: Final = (_URN, "file:")
_JOINT_OF_ENGINE: Final = "::pulumi:"  # of the stack itself and of providers, which not every engine shows
_FILE: Final = "exemptions.yaml"
_FILES: Final = "file:"
_JOINTS: Final = 3  # of a URN


@dataclass(frozen=True, slots=True)
class Exemption:
    """An entry of the file; see there for the meaning of each field."""

    rule: str
    resource: str
    reason: str
    owner: str
    ticket: str
    expires: date

    def covers(self, rule: str, identity: str) -> bool:
        """Whether it exempts that resource (`Resource.identity`) from that rule."""
        return rule == self.rule and _expression(self.resource).fullmatch(identity) is not None

    def __str__(self) -> str:
        """What a report says of it."""
        return f"{self.reason} ({self.owner}, {self.ticket}, until {self.expires})"


_FIELDS: Final = tuple(field.name for field in fields(Exemption))


def read_exemptions(
    text: str, today: date, rules: Collection[str]
) -> tuple[tuple[Exemption, ...], tuple[Problem, ...]]:
    """The valid entries of an exemptions file, and a problem for each other one.

    Args:
        text: the file's content.
        today: the day (UTC) on which they should hold.
        rules: the ids that exist.
    """
    try:
        content = strict_yaml.document(text)
    except strict_yaml.StrictYamlError as error:
        return (), (Problem(_FILE, f"the file is not valid YAML: {error}", "Correct the file."),)
    entries = content.get("exemptions") if isinstance(content, Mapping) else None
    if not isinstance(content, Mapping) or set(content) != {"exemptions"} or not isinstance(entries, list):
        what = "the file must hold a list under `exemptions` and nothing else"
        return (), (Problem(_FILE, what, "Follow the comment at the file's top; an empty list is `exemptions: []`."),)
    valid: list[Exemption] = []
    problems: list[Problem] = []
    for index, entry in enumerate(entries):
        where = f"exemptions[{index}]"
        found = _read(entry, where)
        if isinstance(found, Problem):
            problems.append(found)
        elif complaints := _complaints(found, where, today, rules):
            problems.extend(complaints)
        else:
            valid.append(found)
    return tuple(valid), tuple(problems)


def unused(
    exemptions: Iterable[Exemption], used: Collection[Exemption], judged: Collection[str], declared: Collection[str]
) -> tuple[Problem, ...]:
    """A problem for each exemption that nothing in a run needed, as far as the run can tell.

    One that names another stack, or any, is that stack's business; so is one of a resource that a run of a part
    (`--target`) left out.

    Args:
        exemptions: the valid ones, of rules that were applied.
        used: those that something needed.
        judged: identities of what was judged.
        declared: URNs of everything in the stack.
    """
    stack = next((urn.split("::")[:2] for urn in sorted(declared) if urn.startswith(_URN)), None)
    whole = all(urn in judged for urn in declared if _JOINT_OF_ENGINE not in urn)
    problems: list[Problem] = []
    for exemption in exemptions:
        if exemption in used:
            continue
        if any(exemption.covers(exemption.rule, identity) for identity in judged):
            what = f"{exemption.resource} keeps {exemption.rule}: nothing has to be exempted"
        elif whole and exemption.resource.split("::")[:2] == stack:
            what = f"the stack has no resource {exemption.resource}"
        else:
            continue
        where = f"exemption of {exemption.resource} from {exemption.rule}"
        problems.append(Problem(where, what, f"Delete the entry ({exemption.owner}, {exemption.ticket})."))
    return tuple(problems)


def _read(entry: object, where: str) -> Exemption | Problem:
    remedy = f"Give exactly these keys, each a text: {', '.join(_FIELDS)}."
    if not isinstance(entry, Mapping):
        return Problem(where, "the entry is not an object", remedy)
    if missing := [name for name in _FIELDS if name not in entry]:
        return Problem(where, f"missing: {', '.join(missing)}", remedy)
    if extra := sorted(str(key) for key in entry if key not in _FIELDS):
        return Problem(where, f"not known: {', '.join(extra)}", remedy)
    if blank := [name for name in _FIELDS if not isinstance(entry[name], str) or not entry[name].strip()]:
        return Problem(where, f"must be a text that says something: {', '.join(blank)}", remedy)
    try:
        expires = date.fromisoformat(entry["expires"])
    except ValueError:
        return Problem(f"{where}.expires", "not a date", "Write it as 2026-12-31.")
    return Exemption(**{**{name: entry[name] for name in _FIELDS}, "expires": expires})


def _complaints(entry: Exemption, where: str, today: date, rules: Collection[str]) -> list[Problem]:
    problems: list[Problem] = []
    if entry.rule not in rules:
        problems.append(
            Problem(f"{where}.rule", f"there is no rule {entry.rule!r}", "Name one rule of docs/policies.md.")
        )
    elif entry.rule.startswith("pack/"):
        problems.append(
            Problem(f"{where}.rule", f"{entry.rule} cannot be exempted", "Correct what the pack complains about.")
        )
    if entry.expires < today:
        problems.append(
            Problem(
                f"{where}.expires",
                f"the exemption of {entry.resource} from {entry.rule} expired on {entry.expires}",
                f"Fix the resource and delete the entry, or have {entry.owner} decide again ({entry.ticket}).",
            )
        )
    elif entry.expires - today > _LONGEST:
        problems.append(
            Problem(
                f"{where}.expires",
                f"{entry.expires} is more than {_LONGEST.days} days ahead",
                f"Choose {today + _LONGEST} or earlier.",
            )
        )
    if not entry.resource.startswith(_PREFIXES) or _named(entry.resource) < _MIN_NAMED:
        problems.append(
            Problem(
                f"{where}.resource",
                f"{entry.resource!r} covers too much",
                f"Begin with {' or '.join(_PREFIXES)} and name the resource in the last segment.",
            )
        )
    return problems


def _named(pattern: str) -> int:
    """How many characters of the last segment are no wildcards."""
    last = re.split(r"::|#", pattern)[-1]
    # Behind `#` the kind says nothing about which object: the name has to.
    last = last.rpartition("/")[2] if "#" in pattern else last
    complete = "#" in pattern if pattern.startswith(_FILES) else pattern.count("::") >= _JOINTS
    return len(re.sub(r"[*?]", "", last)) if complete else 0


@lru_cache(maxsize=1024)
def _expression(pattern: str) -> re.Pattern[str]:
    """Only `*` and `?` are special: brackets occur in URNs. Wildcards stay within a segment of the URN."""
    escaped = re.escape(pattern).replace(r"\*", r"[^:#]*").replace(r"\?", r"[^:#]")
    return re.compile(escaped)
