"""A plan as the text of a comment or of a job's summary: what matters most first, and what fits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from delivery.comment import marker, parts
from delivery.comment.markdown import code, text
from delivery.plan.model import Enforcement

if TYPE_CHECKING:
    from collections.abc import Callable

    from delivery.comment.wording import Wording
    from delivery.plan.model import Plan

COMMENT: Final = 65_536
"""GitHub's limit on a comment, in characters; here in bytes of UTF-8, which are never fewer."""
SUMMARY: Final = 1024 * 1024
"""GitHub's limit on a step's summary, in bytes."""
_ROWS: Final = (60, 25, 8, 2)
_RESERVED: Final = 700  # for what is said of what was left out


def settled(plan: Plan) -> bool:
    """Whether there is nothing to say: nothing changes, and nobody objects who could have."""
    return plan.complete and plan.judged and not plan.counts.changed and not plan.findings


def body(plan: Plan, say: Wording, *, limit: int = COMMENT, link: str = "", marked: bool = True) -> str:
    """The text, at most `limit` bytes long.

    Args:
        plan: the plan.
        say: in which language.
        limit: bytes of UTF-8.
        link: where the whole plan is; "" when nobody knows.
        marked: with the hidden lines by which a comment is found again.
    """
    head = ([marker.lines(plan)] if marked else []) + [_title(plan, say)]
    foot = _footer(plan, say, link)
    room = limit - _RESERVED - sum(_size(part) for part in (*head, foot))
    if settled(plan):
        return "\n\n".join((*head, say.resolved, foot)) + "\n"
    chosen: list[str] = []
    for build in _sections(plan, say):
        # The most rows that fit; of the last resort two are told, and how many more there are.
        part = next((built for rows in _ROWS if _size(built := build(rows)) <= room), "")
        if part:
            chosen.append(part)
            room -= _size(part)
    chosen += _components(plan, say, room)
    return "\n\n".join((*head, *chosen, foot)) + "\n"


def _sections(plan: Plan, say: Wording) -> list[Callable[[int], str]]:
    advice = [one for one in plan.findings if one.enforcement is Enforcement.ADVISORY]
    warnings = [one for one in plan.problems if one.severity == "warning"]
    wanted = ((say.incomplete, not plan.complete), (say.unjudged, not plan.judged), (say.lab, plan.origin.lab))
    notes = [note for note, is_so in wanted if is_so]
    sections: list[Callable[[int], str]] = []
    if notes:
        sections.append(lambda _: "> [!IMPORTANT]\n" + "\n>\n".join(f"> {note}" for note in notes))
    if plan.destructive:
        sections.append(lambda rows: parts.destructive(plan.destructive, say, rows))
    if plan.unprotected:
        sections.append(lambda rows: parts.unprotected(plan.unprotected, say, rows))
    if plan.mandatory:
        sections.append(lambda rows: parts.findings(say.mandatory, plan.mandatory, say, rows))
    if plan.failures:
        sections.append(lambda rows: parts.problems(say.errors, plan.failures, say, rows))
    sections.append(lambda _: parts.counts(plan, say))
    if advice:
        sections.append(lambda rows: parts.findings(say.advisory, advice, say, rows))
    if warnings:
        sections.append(lambda rows: parts.problems(say.warnings, warnings, say, rows))
    if plan.images:
        sections.append(lambda rows: parts.images(plan.images, say, rows))
    if plan.exemptions:
        sections.append(lambda rows: parts.exemptions(plan.exemptions, say, rows))
    return sections


def _components(plan: Plan, say: Wording, room: int) -> list[str]:
    """As many components as fit, whole, in their order; and how many do not."""
    groups = parts.components(plan)
    if not groups:
        return []
    shown, left = [f"**{say.details}**"], []
    room -= _size(shown[0])
    for name, changes in groups:
        # A resource takes a line at least, of more than its URN's length: what cannot fit is not even built.
        part = parts.component(name, changes, say) if sum(len(one.name) for one in changes) < room else ""
        if part and _size(part) <= room:
            shown.append(part)
            room -= _size(part)
        else:
            left.append(len(changes))
    if left:
        shown.append(say.left_out.format(count=f"{sum(left):,}", groups=f"{len(left):,}"))
    return shown


def _title(plan: Plan, say: Wording) -> str:
    if plan.mandatory:
        sign, state = "\U0001f6d1", say.refused
    elif not plan.complete:
        sign, state = "\U0001f6d1", say.incomplete
    elif not plan.judged or plan.destructive:
        sign, state = "\u26a0\ufe0f", say.changes.format(count=f"{plan.counts.changed:,}")
    elif plan.counts.changed:
        sign, state = "\U0001f4dd", say.changes.format(count=f"{plan.counts.changed:,}")
    else:
        sign, state = "\u2705", say.nothing
    return f"### {sign} {code(plan.stack)}: {state}"


def _footer(plan: Plan, say: Wording, link: str) -> str:
    origin = plan.origin
    told = say.footer.format(at=f"{origin.at:%Y-%m-%d %H:%M} UTC", by=code(origin.by), engine=text(origin.engine))
    commit = f", {code(origin.commit[:12])}" if origin.commit else ""
    whole = f" · [{say.whole}]({_address(link)})" if link else ""
    return f"<sub>{told}{commit} · {say.digest} {code(plan.digest)}{whole}</sub>"


def _address(link: str) -> str:
    """An address that ends neither the link nor the line it stands in."""
    from urllib.parse import quote

    return quote(link, safe=":/?#@!$&*+,;=%~-._")


def _size(part: str) -> int:
    return len(part.encode("utf-8", "replace")) + 2
