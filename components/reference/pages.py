"""Writes a component's page and the index, in Markdown."""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING

from components.reference.markdown import table
from components.reference.uses import sections_of
from components.sections.configuration import Configuration

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from components.reference.catalogue import Described
    from components.reference.plans import Plan
    from components.reference.uses import Use

_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def path_of(one: Described) -> str:
    """Where its page is, below docs/components."""
    return f"{one.area}/{_WORD.sub('-', one.name).lower()}.md"


def component_page(
    one: Described,
    described: Sequence[Described],
    used: Mapping[str, tuple[Use, ...]],
    plans: Sequence[Plan],
    notice: str,
) -> str:
    """The page of `one` of all components that are `described`."""
    file = f"{one.module.replace('.', '/')}.py"
    places = used.get(one.name, ())
    return "\n".join(
        (
            f"# {one.name}",
            "",
            f"<!-- {notice} -->",
            "",
            one.background.purpose,
            *_paragraph(one.background.prose),
            *_paragraph(one.purpose),
            *_paragraph(one.notes),
            "",
            f"- Type: `{one.token}`, in [{file}](../../../{file})",
            *_place(one, described, used),
            "",
            "```python",
            one.signature,
            "```",
            *_arguments(one),
            *_outputs(one),
            *_made(one, described, plans),
            *_example(places),
            "",
        )
    )


def index_page(described: Sequence[Described], plans: Sequence[Plan], notice: str) -> str:
    """The index, by area."""
    lines = [
        "# Components",
        "",
        f"<!-- {notice} -->",
        "",
        "What the platform is made of: each is a Pulumi ComponentResource of its own type,",
        "`cartorio:<area>:<Name>`, with a page that says what it takes, what it gives and what it makes in each stack.",
        "",
        "All are called alike: `Name(name, args, opts)`. `args` is a frozen model that takes nothing unknown and",
        "nothing of another type; `Text` in it is a text, or an output that becomes one. `opts` carries the providers",
        "(nothing is made by an implicit one). Some also take the `account`, for what has to name its number or its",
        "partition, and `after`, what their resources wait for: a component's own `depends_on` does not reach its",
        "children.",
        "",
        "Which of them a stack has, its file says: [the reference of the settings](../configuration.md). Whose charts",
        "and images run, by version and digest: [pins](pins.md). The whole plan of a stack is in",
        "`tests/stacks/golden/`. The numbers say how many of each there are in a stack.",
    ]
    for area, group in groupby(described, key=lambda one: one.area):
        rows = [
            (
                f"[{one.name}]({path_of(one)})",
                one.background.purpose,
                *(str(len(plan.components.get(one.token, ())) or "") for plan in plans),
            )
            for one in group
        ]
        lines += ["", f"## {area}", "", *table(("", "", *(plan.stack for plan in plans)), rows)]
    return "\n".join(lines) + "\n"


def _paragraph(text: str) -> tuple[str, ...]:
    return ("", text) if text else ()


def _place(one: Described, described: Sequence[Described], used: Mapping[str, tuple[Use, ...]]) -> Iterator[str]:
    """What turns it on, and whose part it is."""
    known = {other.name: other for other in described}
    makers = dict.fromkeys(use.maker for use in used.get(one.name, ()) if use.maker in known)
    settings = [
        f"[`cartorio:{written}`](../../configuration.md{anchor})"
        for section in sections_of(one.name, used)
        for written, anchor in _setting(section)
    ]
    if makers:
        yield f"- Part of: {', '.join(f'[{maker}](../{path_of(known[maker])})' for maker in makers)}"
    yield f"- Settings: {', '.join(settings) or 'none'}"


def _setting(section: str) -> Iterator[tuple[str, str]]:
    field = Configuration.model_fields.get(section)
    if field is not None:
        name = field.alias or section
        yield name, f"#cartorio{name.lower()}" if "components.sections" in str(field.annotation) else "#the-stack"


def _arguments(one: Described) -> Iterator[str]:
    if one.arguments_class:
        yield from ("", "## Arguments", "", f"The fields of `{one.arguments_class}`.")
        yield from (*_paragraph(one.arguments_note), "")
        rows = [(f"`{each.name}`", f"`{each.type}`", _default(each.default), each.meaning) for each in one.arguments]
        yield from table(("argument", "type", "default", "meaning"), rows)


def _default(text: str) -> str:
    return text if text == "required" else f"`{text}`"


def _outputs(one: Described) -> Iterator[str]:
    if one.outputs:
        yield from ("", "## Outputs", "")
        rows = [(f"`{each.name}`", f"`{each.type.replace('pulumi.', '')}`", each.meaning) for each in one.outputs]
        yield from table(("output", "type", "meaning"), rows)


def _made(one: Described, described: Sequence[Described], plans: Sequence[Plan]) -> Iterator[str]:
    """What is under it in each stack."""
    yield from ("", "## What it makes", "")
    having = [plan for plan in plans if one.token in plan.components]
    if not having:
        yield "No stack has one yet."
        return
    pages = {other.token: path_of(other) for other in described}
    names = "; ".join(
        f"{plan.stack}: {', '.join(f'`{name}`' for name in plan.components[one.token])}" for plan in having
    )
    yield f"Of all that there are in a stack, together ({names}):"
    yield ""
    types = dict.fromkeys(token for plan in having for token in plan.below(one.token))
    rows = [
        (
            f"[`{token}`](../{pages[token]})" if token in pages else f"`{token}`",
            *(str(plan.below(one.token).get(token, "")) for plan in having),
        )
        for token in sorted(types)
    ]
    yield from table(("type", *(plan.stack for plan in having)), rows)


def _example(places: Sequence[Use]) -> Iterator[str]:
    """The program's own call: an example that is never out of date."""
    if places:
        first = places[0]
        yield from ("", "## As it is made", "", f"In [{first.file}](../../../{first.file}):", "", "```python")
        yield from (first.code, "```")
