"""A check's result for people and for programs: text, JSON, and Markdown for comments.

Names and messages hold what somebody wrote into a file: no control character reaches a terminal, no markup a comment.
"""

from __future__ import annotations

import html
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from delivery.policy.model import Found, Result


def as_json(result: Result) -> str:
    """One document: `checked` and `findings`; `exempted` and `unread` where there are some."""
    document: dict[str, object] = {
        "checked": result.checked,
        "findings": [_entry(found) for found in result.findings],
    }
    if result.exempted:
        document["exempted"] = [
            {
                **_entry(found),
                "exemption": {
                    "reason": exemption.reason,
                    "owner": exemption.owner,
                    "ticket": exemption.ticket,
                    "expires": exemption.expires.isoformat(),
                },
            }
            for found, exemption in result.exempted
        ]
    if result.unread:
        document["unread"] = [
            {"file": one.file, "line": one.line, "message": one.what, "remedy": one.remedy} for one in result.unread
        ]
    return json.dumps(document, indent=2, ensure_ascii=False)


def _entry(found: Found) -> dict[str, object]:
    return {
        "rule": found.rule,
        "severity": found.severity.value,
        "enforcement": found.enforcement.value,
        "file": found.file,
        "document": found.document,
        "resource": found.resource,
        "path": found.path,
        "message": found.message,
        "remedy": found.remedy,
    }


def as_text(result: Result) -> str:
    """For a terminal: each finding with its place, its reason and its remedy, and a summary as the last line."""
    return "\n".join(_text(result))


def _text(result: Result) -> Iterator[str]:
    for found in result.findings:
        yield f"{place(found)}: {found.rule} [{found.severity}, {found.enforcement}]"
        yield f"    {printable(found.resource)}: {printable(found.message)}{located(found)}"
        yield f"    remedy: {printable(found.remedy)}"
    for found, exemption in result.exempted:
        yield f"{place(found)}: {found.rule} [exempt until {exemption.expires}, {exemption.owner}, {exemption.ticket}]"
        yield f"    {printable(found.resource)}: {printable(exemption.reason)}"
    for one in result.unread:
        yield f"{printable(one.file)}{f':{one.line}' if one.line else ''}: could not be read"
        yield f"    {printable(one.what)}"
        yield f"    remedy: {printable(one.remedy)}"
    yield summary(result)


def as_markdown(result: Result) -> str:
    """For a comment or a job's summary: a table of findings, one of exemptions."""
    return "\n".join(_markdown(result)) + "\n"


def _markdown(result: Result) -> Iterator[str]:
    yield f"**{summary(result)}**"
    if result.findings:
        yield ""
        yield "| where | rule | severity | why | remedy |"
        yield "|---|---|---|---|---|"
        for found in result.findings:
            cells = (
                f"`{code(place(found))}`<br>{cell(found.resource)}",
                f"`{found.rule}`<br>{found.enforcement}",
                found.severity.value,
                cell(f"{found.message}{located(found)}"),
                cell(found.remedy),
            )
            yield f"| {' | '.join(cells)} |"
    if result.exempted:
        yield ""
        yield "| exempt | rule | until | owner | why |"
        yield "|---|---|---|---|---|"
        for found, exemption in result.exempted:
            owner = cell(f"{exemption.owner}, {exemption.ticket}")
            why = cell(exemption.reason)
            yield f"| {cell(found.resource)} | `{found.rule}` | {exemption.expires} | {owner} | {why} |"
    for one in result.unread:
        yield ""
        line = f":{one.line}" if one.line else ""
        yield f"- `{code(one.file)}{line}` could not be read: {cell(one.what)} {cell(one.remedy)}"


def summary(result: Result) -> str:
    """One line: how many were judged, and what came of it."""
    mandatory = sum(found.enforcement.value == "mandatory" for found in result.findings)
    advisory = len(result.findings) - mandatory
    objects, rules = _count(result.checked, "object"), _count(len(result.policies), "rule")
    parts = [f"{objects} judged by {rules} for {result.profile}"]
    parts.append(f"{mandatory} mandatory and {advisory} advisory findings" if result.findings else "no findings")
    if result.exempted:
        parts.append(f"{len(result.exempted)} exempt")
    if result.unread:
        parts.append(f"{len(result.unread)} could not be read")
    return ", ".join(parts)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def place(found: Found) -> str:
    """Where a finding is: file and line, or file and document."""
    if not found.file:
        return "everything together"
    if found.line:
        return f"{printable(found.file)}:{found.line}"
    return f"{printable(found.file)} (document {found.document})" if found.document else printable(found.file)


def printable(text: str) -> str:
    """Text that does to a terminal, a line and an XML document what text should: nothing."""
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)


def located(found: Found) -> str:
    """The property, as a message ends with it."""
    return f" ({printable(found.path)})" if found.path else ""


def cell(text: str) -> str:
    """Text that is only text in a table of Markdown."""
    escaped = html.escape(printable(text), quote=False)
    for character in "\\`*_[]|~#@":
        escaped = escaped.replace(character, f"\\{character}")
    return escaped


def code(text: str) -> str:
    """Text for between backticks in a table of Markdown."""
    return html.escape(printable(text), quote=False).replace("`", "'").replace("|", "\\|")
