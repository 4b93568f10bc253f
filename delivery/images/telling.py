"""Verdicts as people and programs read them: a list, a tree of reasons, JSON, and an exit code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from guardrails.trust.verdict import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from guardrails.trust.verdict import Judgement, Reason, Verdict

TRUSTED: Final = 0
REFUSED: Final = 1
UNREADABLE: Final = 2
FAILED: Final = 3

_STYLES: Final = {Outcome.TRUSTED: "green", Outcome.REFUSED: "red", Outcome.ERROR: "yellow"}


def exit_code(verdicts: Iterable[Verdict], *, readable: bool = True, whole: bool = True) -> int:
    """The exit code of a command that asked for these: what is worst about the images comes before what failed.

    Args:
        verdicts: the verdicts.
        readable: whether all references were image references.
        whole: whether everything that was meant was looked into.
    """
    outcomes = {verdict.outcome for verdict in verdicts}
    if not readable:
        return UNREADABLE
    if Outcome.REFUSED in outcomes:
        return REFUSED
    return FAILED if Outcome.ERROR in outcomes or not whole else TRUSTED


def plain(verdict: Verdict) -> dict[str, object]:
    """One image of the JSON document."""
    return {
        "reference": verdict.reference,
        "digest": verdict.digest,
        "verdict": verdict.outcome.value,
        "rule": verdict.rule,
        "authorities": list(verdict.authorities),
        "reasons": list(verdict.reasons),
    }


def lines(verdict: Verdict) -> Iterator[Text]:
    """One image for people: its verdict, then, unless it is trusted, why and what to do."""
    head = Text.assemble((f"{verdict.outcome.value:<8}", f"bold {_STYLES[verdict.outcome]}"), verdict.reference)
    if verdict.authorities:
        head.append(f"  signed by {', '.join(verdict.authorities)}", style="dim")
    yield head
    if verdict.outcome is Outcome.TRUSTED:
        return
    for reason in verdict.reasons:
        yield Text(f"         {reason}")
    if verdict.remedy:
        yield Text(f"         do: {verdict.remedy}", style="dim")


def tree(judgement: Judgement) -> Tree:
    """Everything that a verdict follows from, drawn."""
    verdict = judgement.verdict
    root = Tree(
        Text.assemble((verdict.outcome.value, f"bold {_STYLES[verdict.outcome]}"), f"  {verdict.reference}"),
        guide_style="dim",
    )
    root.add(Text(f"rule {verdict.rule}" if verdict.rule else "no rule covers it", style="dim"))
    for reason in judgement.reason.because:
        _grow(root, reason)
    if verdict.remedy:
        root.add(Text(f"do: {verdict.remedy}", style="bold"))
    return root


def recorded(verdict: Verdict, places: Sequence[str]) -> dict[str, object]:
    """One image of an inventory."""
    return {
        **plain(verdict),
        "signers": [signer.identity for signer in verdict.signers],
        "signedAt": _since(verdict),
        "sbom": _sbom(verdict),
        "usedBy": list(places),
    }


def listed(verdicts: Iterable[Verdict], places: Mapping[str, Sequence[str]]) -> Table:
    """An inventory for people."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("VERDICT", "IMAGE", "SIGNED BY", "PROVEN SINCE", "SBOM", "USED BY"):
        table.add_column(heading, overflow="fold")
    for verdict in verdicts:
        table.add_row(
            Text(verdict.outcome.value, style=_STYLES[verdict.outcome]),
            Text(verdict.reference),
            Text(", ".join(verdict.authorities) or "nobody"),
            Text(_since(verdict) or "not proven"),
            Text(_sbom(verdict) or "not asked for"),
            Text(", ".join(places[verdict.reference])),
        )
    return table


def _since(verdict: Verdict) -> str | None:
    """When the image was first signed, where a log or timestamp that the policy trusts proves it."""
    times = [signer.signed_at for signer in verdict.signers if signer.signed_at is not None]
    return min(times).isoformat() if times else None


def _sbom(verdict: Verdict) -> str | None:
    """The predicate type of the attested SBOM that the rule asked for."""
    kinds = [one.predicate_type for one in verdict.attestations]
    return next((kind for kind in kinds if "spdx" in kind.lower() or "cyclonedx" in kind.lower()), None)


def _grow(parent: Tree, reason: Reason) -> None:
    # Texts: what a stranger wrote in a registry is no markup. Without colours the sign tells the same.
    sign, style = ("+", "green") if reason.holds else ("-", "red")
    branch = parent.add(Text.assemble((f"{sign} ", style), reason.text))
    for cause in reason.because:
        _grow(branch, cause)
