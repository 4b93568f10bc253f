"""The longest chain of steps, each of which waits for the one before: no machine brings the stack up faster. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from lab.engine.state import Resource


@dataclass(frozen=True)
class Link:
    """One step of the chain: which resource, its type, and the seconds that it took by itself."""

    name: str
    type: str
    seconds: float


def longest(seconds: Mapping[str, float], resources: Iterable[Resource]) -> tuple[Link, ...]:
    """The chain with the most seconds, its first step first.

    Args:
        seconds: what each step took, by URN; a resource that took none counts nothing.
        resources: of the stack's state: there, what is needed comes before who needs it. Components, which have no id,
            take as long as all that is in them, and nothing waits for them.
    """
    ends: dict[str, float] = {}
    before: dict[str, str] = {}
    by_urn: dict[str, Resource] = {}
    for one in resources:
        if not one.id:
            continue
        by_urn[one.urn] = one
        needed = max((urn for urn in one.needs if urn in ends), key=ends.__getitem__, default="")
        before[one.urn] = needed
        ends[one.urn] = (ends[needed] if needed else 0.0) + seconds.get(one.urn, 0.0)
    links: list[Link] = []
    urn = max(ends, key=ends.__getitem__, default="")
    while urn:
        if urn in seconds:
            links.append(Link(by_urn[urn].name, by_urn[urn].type, seconds[urn]))
        urn = before[urn]
    return tuple(reversed(links))


def report(links: Sequence[Link], total: float, steps: int) -> tuple[Table, str]:
    """The chain as a table, and how much of the whole update it is."""
    table = Table(title="the longest chain of steps: each waits for the one before")
    for heading in ("step", "type", "s", "since the start"):
        table.add_column(heading, justify="right" if heading in {"s", "since the start"} else "left")
    passed = 0.0
    for link in links:
        passed += link.seconds
        table.add_row(link.name, link.type, f"{link.seconds:.2f}", f"{passed:.2f}")
    return table, f"{len(links)} of {steps} steps, {passed:.1f} s of the {total:.1f} s that `pulumi up` took"
