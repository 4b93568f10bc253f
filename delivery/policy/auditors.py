"""A check's result in Portuguese, as Markdown, for auditors: what each rule asks and what to do in their language.

What was found is told as the rule tells it, in English: it names properties and values, and one wording is one proof.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from delivery.policy.formats import cell, code, located, place
from guardrails import portuguese

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from delivery.policy.model import Found, Result
    from guardrails.portuguese import Text


def as_portuguese(result: Result) -> str:
    """For an auditor's file, a comment or a job's summary: a table of findings, one of exemptions."""
    return "\n".join(_lines(result, portuguese.texts())) + "\n"


def _lines(result: Result, texts: Mapping[str, Text]) -> Iterator[str]:
    yield f"**{_summary(result)}**"
    if result.findings:
        yield ""
        yield "| onde | exigência | gravidade | constatação | providência |"
        yield "|---|---|---|---|---|"
        for found in result.findings:
            yield f"| {' | '.join(_cells(found, texts, _remedies(result)))} |"
    if result.exempted:
        yield ""
        yield "| dispensado | exigência | até | responsável | motivo |"
        yield "|---|---|---|---|---|"
        for found, exemption in result.exempted:
            owner = cell(f"{exemption.owner}, {exemption.ticket}")
            until = f"{exemption.expires:%d/%m/%Y}"
            yield f"| {cell(found.resource)} | {_asked(found, texts)} | {until} | {owner} | {cell(exemption.reason)} |"
    for one in result.unread:
        line = f":{one.line}" if one.line else ""
        yield ""
        yield f"- `{code(one.file)}{line}` não pôde ser lido: {cell(one.what)} {cell(one.remedy)}"


def _cells(found: Found, texts: Mapping[str, Text], remedies: Mapping[str, str]) -> tuple[str, ...]:
    # What a finding itself advises is more precise than the rule's own advice, which alone is translated.
    text = texts.get(found.rule)
    general = text is not None and found.remedy == remedies.get(found.rule)
    return (
        f"`{code(place(found))}`<br>{cell(found.resource)}",
        f"{_asked(found, texts)}<br>{portuguese.ENFORCEMENTS[found.enforcement]}",
        portuguese.SEVERITIES[found.severity],
        cell(f"{found.message}{located(found)}"),
        cell(text.remedy if text is not None and general else found.remedy),
    )


def _asked(found: Found, texts: Mapping[str, Text]) -> str:
    text = texts.get(found.rule)
    return f"`{found.rule}`" + (f"<br>{cell(text.title)}" if text else "")


def _remedies(result: Result) -> Mapping[str, str]:
    return {policy.id: policy.remediation for policy in result.policies}


def _summary(result: Result) -> str:
    mandatory = sum(found.enforcement.value == "mandatory" for found in result.findings)
    advisory = len(result.findings) - mandatory
    parts = [
        f"Objetos julgados: {result.checked}; regras: {len(result.policies)}; perfil: {result.profile}",
        f"violações obrigatórias: {mandatory}; recomendações: {advisory}" if result.findings else "nenhuma constatação",
    ]
    if result.exempted:
        parts.append(f"dispensas: {len(result.exempted)}")
    if result.unread:
        parts.append(f"não lidos: {len(result.unread)}")
    return "; ".join(parts)
