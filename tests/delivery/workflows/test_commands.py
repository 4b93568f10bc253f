"""What workflows call is there: every target of make, every command of cartorio, and each of its options."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, Any

import pytest
import typer

from delivery.cli import app
from delivery.workflows.check import files
from delivery.workflows.model import read
from lab.paths import PROJECT_ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

CALLS = sorted({step.run.strip() for file in files(PROJECT_ROOT) for step in read(file).steps if step.run})
TARGETS = set(re.findall(r"^([a-z]+):", (PROJECT_ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


def missing(call: str) -> Iterator[str]:
    """What of a call is not there."""
    program, *words = shlex.split(call)
    if program == "make":
        yield from (word for word in words if "=" not in word and word not in TARGETS)
        return
    command: Any = typer.main.get_command(app)
    while hasattr(command, "get_command"):
        name = words.pop(0) if words else "a command"
        found = command.get_command(typer.Context(command), name)
        if found is None:
            yield name
            return
        command = found
    known = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
    yield from (word for word in words if word.startswith("-") and word not in known)
    needed = [one for one in command.params if one.param_type_name == "argument" and one.required]
    if needed and not words:
        yield "an argument"


@pytest.mark.parametrize("call", CALLS)
def test_what_workflows_call_is_there(call: str) -> None:
    assert list(missing(call)) == []


@pytest.mark.parametrize(
    ("call", "what"),
    [
        ("make nothing", "nothing"),
        (".venv/bin/cartorio nothing", "nothing"),
        (".venv/bin/cartorio release nothing", "nothing"),
        (".venv/bin/cartorio drift plans --isue", "--isue"),
        (".venv/bin/cartorio drift", "an argument"),
    ],
)
def test_what_is_not_there_is_found(call: str, what: str) -> None:
    assert list(missing(call)) == [what]


def test_something_is_called() -> None:
    assert {"make lint", "make test", "make judge"} <= set(CALLS)
