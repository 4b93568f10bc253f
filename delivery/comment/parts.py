"""The parts of a comment: what is destructive, what policies say, what changes, each as Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from delivery.comment.markdown import code, details, fence, table, text
from delivery.plan.model import Operation, PropertyKind, ValueState

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from delivery.comment.wording import Wording
    from delivery.plan.model import Change, ExemptionUse, Finding, Image, Plan, Problem, Property, Value

_SIGNS: Final = {
    Operation.CREATE: "+",
    Operation.UPDATE: "!",
    Operation.REPLACE: "-+",
    Operation.DELETE: "-",
    Operation.IMPORT: "=",
}
_ORDER: Final = (Operation.REPLACE, Operation.DELETE, Operation.UPDATE, Operation.IMPORT, Operation.CREATE)
_LONGEST: Final = 160  # characters of a value, a name or a reason in one line
_LONGEST_TEXT: Final = 600
_PROPERTIES: Final = 12  # of one resource


def destructive(changes: Sequence[Change], say: Wording, rows: int) -> str:
    """A warning that cannot be overlooked, and why each is deleted or replaced."""
    told = [(_operation(change, say), _resource(change), _why(change, say)) for change in changes[:rows]]
    caution = f"> [!CAUTION]\n> **{say.destructive.format(count=len(changes))}**"
    return f"{caution}\n\n{table((say.operation, say.resource, say.why), told)}{_more(changes, rows, say)}"


def unprotected(changes: Sequence[Change], say: Wording, rows: int) -> str:
    """What loses its protection."""
    told = [(_resource(change), say.unprotected_why) for change in changes[:rows]]
    warning = f"> [!WARNING]\n> **{say.unprotected.format(count=len(changes))}**"
    return f"{warning}\n\n{table((say.resource, say.why), told)}{_more(changes, rows, say)}"


def findings(title: str, found: Sequence[Finding], say: Wording, rows: int) -> str:
    """What policies say, with what to do and where."""
    headings = (say.rule, say.resource, say.reason, say.remedy, say.source)
    told = [
        (
            f"{code(one.rule)} {text(one.severity.value)}",
            f"{text(_short(one.resource))}{f'<br>{code(_short(one.path))}' if one.path else ''}",
            text(_short(one.message, _LONGEST_TEXT)),
            text(_short(one.remedy, _LONGEST_TEXT)),
            code(f"{one.source.file}:{one.source.line}") if one.source else "",
        )
        for one in found[:rows]
    ]
    return f"**{title.format(count=len(found))}**\n\n{table(headings, told)}{_more(found, rows, say)}"


def problems(title: str, found: Sequence[Problem], say: Wording, rows: int) -> str:
    """Errors or warnings."""
    told = [
        (code(_short(one.urn.rpartition("::")[2])) if one.urn else "", text(_short(one.message, _LONGEST_TEXT)))
        for one in found[:rows]
    ]
    return f"**{title.format(count=len(found))}**\n\n{table((say.resource, say.reason), told)}{_more(found, rows, say)}"


def counts(plan: Plan, say: Wording) -> str:
    """How many resources, by what is done to them."""
    told = plan.counts
    numbers = (told.create, told.update, told.replace, told.delete, told.imported, told.unchanged)
    names = (Operation.CREATE, Operation.UPDATE, Operation.REPLACE, Operation.DELETE, Operation.IMPORT)
    return table([*(say.operations[name] for name in names), say.unchanged], [[f"{number:,}" for number in numbers]])


def images(found: Sequence[Image], say: Wording, rows: int) -> str:
    """The images, with who signed them."""
    told = [
        (code(_short(one.reference)), text(one.outcome), text(_short(", ".join(one.signers)))) for one in found[:rows]
    ]
    inner = f"{table((say.image, say.verdict, say.signers), told)}{_more(found, rows, say)}"
    return details(say.images.format(count=len(found)), inner)


def exemptions(found: Sequence[ExemptionUse], say: Wording, rows: int) -> str:
    """The exemptions that were used."""
    told = [
        (
            code(one.rule),
            text(_short(one.resource)),
            text(_short(one.reason, _LONGEST_TEXT)),
            f"{text(_short(one.owner))} ({text(_short(one.ticket))})",
            text(one.expires),
        )
        for one in found[:rows]
    ]
    headings = (say.rule, say.resource, say.reason, say.owner, say.expires)
    inner = f"{table(headings, told)}{_more(found, rows, say)}"
    return details(say.exemptions.format(count=len(found)), inner)


def components(plan: Plan) -> list[tuple[str, list[Change]]]:
    """The changes by the component they are in, those with something destructive first, then the larger operations."""
    groups: dict[str, list[Change]] = {}
    for change in plan.changes:
        groups.setdefault(_component(change), []).append(change)
    for group in groups.values():
        group.sort(key=lambda change: (_ORDER.index(change.operation), change.urn))
    return sorted(groups.items(), key=lambda group: (_ORDER.index(group[1][0].operation), group[0]))


def component(name: str, changes: Sequence[Change], say: Wording) -> str:
    """One component's changes, as a diff."""
    lines = [line for change in changes for line in _diff(change, say)]
    return details(f"{code(_short(name))} ({len(changes):,})", fence(lines))


def _diff(change: Change, say: Wording) -> Iterator[str]:
    yield f"{_SIGNS[change.operation]} {_short(change.type)} {_short(change.name)} ({say.operations[change.operation]})"
    for one in change.properties[:_PROPERTIES]:
        yield from _property(one, say)
    if (rest := len(change.properties) - _PROPERTIES) > 0:
        yield f"    ... {say.more_rows.format(count=rest)}"


def _property(one: Property, say: Wording) -> Iterator[str]:
    path = _short(one.path)
    mark = " (!)" if one.replaces else ""
    if one.kind is not PropertyKind.ADD:
        yield f"-   {path}: {_value(one.before, say)}{mark}"
    if one.kind is not PropertyKind.DELETE:
        yield f"+   {path}: {_value(one.after, say)}{mark}"


def _value(value: Value | None, say: Wording) -> str:
    if value is None:
        return ""
    if value.state is ValueState.SECRET:
        return say.secret
    return say.unknown if value.state is ValueState.UNKNOWN else _short(value.text)


def _resource(change: Change) -> str:
    return f"{code(_short(change.name))} {text(_short(change.type))}"


def _operation(change: Change, say: Wording) -> str:
    return f"**{say.operations[change.operation].upper()}**"


def _why(change: Change, say: Wording) -> str:
    if change.operation is Operation.DELETE:
        why = say.gone
    elif change.replace_keys:
        why = say.because.format(keys=", ".join(code(_short(key)) for key in change.replace_keys[:5]))
    else:
        why = say.depends
    return f"{why}; {say.protected}" if change.protected else why


def _component(change: Change) -> str:
    """The outermost component around a resource, by its type; of one in none, what kind it is."""
    types = change.urn.split("::", 3)[2] if change.urn.count("::") >= 3 else change.type  # noqa: PLR2004 - a URN's joints
    return types.partition("$")[0] if "$" in types else change.type.partition(":")[0]


def _short(words: str, longest: int = _LONGEST) -> str:
    return words if len(words) <= longest else f"{words[: longest - 1]}…"


def _more(found: Sequence[object], rows: int, say: Wording) -> str:
    return f"\n\n{say.more_rows.format(count=len(found) - rows)}" if len(found) > rows else ""
