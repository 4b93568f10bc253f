"""How verdicts are told; what asking a real registry gives is in test_cli."""

from __future__ import annotations

import io
from itertools import product

import pytest
from rich.console import Console

from delivery.images.telling import exit_code, lines, plain, tree
from guardrails.trust.verdict import Judgement, Outcome, Reason, Verdict

IMAGE = "registry.example/app@sha256:00"


def _verdict(outcome: Outcome = Outcome.REFUSED, reasons: tuple[str, ...] = ("no key", "no signature")) -> Verdict:
    trusted = outcome is Outcome.TRUSTED
    return Verdict(IMAGE, None, outcome, None, ("release",) if trusted else (), reasons, "" if trusted else "sign it")


@pytest.mark.parametrize(("outcomes", "readable"), [*product(product(Outcome, repeat=2), (True, False))])
def test_what_is_worst_decides_the_exit_code(outcomes: tuple[Outcome, ...], *, readable: bool) -> None:
    code = exit_code(map(_verdict, outcomes), readable=readable)
    if not readable:
        assert code == 2
    elif Outcome.REFUSED in outcomes:
        assert code == 1
    else:
        assert code == (3 if Outcome.ERROR in outcomes else 0)


def test_a_trusted_image_is_one_line_and_another_says_why_and_what_to_do() -> None:
    (line,) = lines(_verdict(Outcome.TRUSTED))
    assert line.plain == f"trusted {IMAGE}  signed by release"
    said = [line.plain for line in lines(_verdict())]
    assert said == [f"refused {IMAGE}", " " * 9 + "no key", " " * 9 + "no signature", " " * 9 + "do: sign it"]


def test_the_document_has_everything_but_the_remedy() -> None:
    assert plain(_verdict()) == {
        "reference": IMAGE,
        "digest": None,
        "verdict": "refused",
        "rule": None,
        "authorities": [],
        "reasons": ["no key", "no signature"],
    }


def _drawn(judgement: Judgement, *, terminal: bool) -> str:
    out = io.StringIO()
    console = Console(file=out, force_terminal=terminal, color_system="standard" if terminal else None, width=100)
    console.print(tree(judgement))
    return out.getvalue()


def test_the_tree_is_the_reasons_with_what_a_stranger_wrote_as_it_is() -> None:
    deep = Reason("[red]loud[/red]", holds=True)
    reason = Reason("refused", holds=False, because=(Reason("1 key required", holds=False, because=(deep,)),))
    drawn = _drawn(Judgement(_verdict(), reason), terminal=False)
    assert drawn.splitlines() == [
        f"refused  {IMAGE}",
        "├── no rule covers it",
        "├── - 1 key required",
        "│   └── + [red]loud[/red]",
        "└── do: sign it",
    ]
    assert "\x1b[" in _drawn(Judgement(_verdict(), reason), terminal=True)
