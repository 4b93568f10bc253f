"""The command line's edge: what an error looks like, and what it exits with."""

from __future__ import annotations

import contextlib
import importlib
import io
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st
from typer.main import get_group

from delivery import cli
from lab.deploy import RefusedError
from lab.errors import LabError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

_CARTORIO = str(Path(sys.executable).with_name("cartorio"))
_MESSAGES = st.text(st.characters(categories=("L", "N", "P", "S", "Zs")), min_size=1)


def _run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The installed program, on a lab that was never up."""
    return subprocess.run(
        [_CARTORIO, *arguments],
        env={**os.environ, "CARTORIO_LAB": str(folder / "lab"), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def _failing(error: Exception) -> Callable[[], None]:
    def app() -> None:
        raise error

    return app


@pytest.mark.parametrize(("kind", "code"), [(RefusedError, 1), (UsageError, 2), (LabError, 3)])
def test_an_error_is_its_message_and_its_exit_code(
    kind: type[LabError], code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    error = kind("it broke", where="there", remedy="mend it")
    monkeypatch.setattr(cli, "app", _failing(error))
    with pytest.raises(SystemExit) as caught:
        cli.main()
    assert caught.value.code == code
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == "error: it broke\n  where: there\n  do:    mend it\n"


def test_what_is_not_known_is_not_said(capsys: pytest.CaptureFixture[str]) -> None:
    cli.show(LabError("it broke"))
    assert capsys.readouterr().err == "error: it broke\n"


def test_another_error_is_a_bug_and_stays_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "app", _failing(ValueError("a bug")))
    with pytest.raises(ValueError, match="a bug"):
        cli.main()


@pytest.mark.parametrize(
    "text",
    [
        "stacks[0].name: [bold]not bold[/bold] [/]",
        "urn:pulumi:local::cartorio::aws:kms/key:Key::a:key:b",
        r"ends in a backslash\\",
        "longer than a line " * 20,
    ],
)
def test_text_survives_as_it_is(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    cli.show(LabError(text, where=text, remedy=text))
    assert capsys.readouterr().err == f"error: {text}\n  where: {text}\n  do:    {text}\n"


def test_an_error_moves_no_cursor_and_commands_no_runner(capsys: pytest.CaptureFixture[str]) -> None:
    cli.show(
        LabError("it said:\n::add-mask::x\n  ::error::y\nand \x1b[2J", where="a\n::error::z", remedy="b\n::stop::c")
    )
    said = capsys.readouterr().err
    assert not [line for line in said.splitlines() if line.lstrip().startswith("::")]
    assert "\x1b" not in said
    assert "| ::add-mask::x" in said


@given(_MESSAGES)
def test_any_printable_text_survives(text: str) -> None:
    with contextlib.redirect_stderr(io.StringIO()) as said:
        cli.show(LabError(text, where=text, remedy=text))
    assert said.getvalue() == f"error: {text}\n  where: {text}\n  do:    {text}\n"


def test_help_lists_the_commands_and_the_exit_codes(tmp_path: Path) -> None:
    done = _run(tmp_path, "--help")
    assert done.returncode == 0, done.stderr
    for word in ("lab", "toolchain", "shell", "Exit codes"):
        assert word in done.stdout
    listed = _run(tmp_path, "lab", "--help").stdout
    for word in ("deploy", "up", "down", "status", "logs"):
        assert f" {word} " in listed


def test_every_command_is_brought_by_the_module_that_is_said_to() -> None:
    brought: dict[str, str] = {}
    for area in dict.fromkeys(cli._AREAS.values()):
        part = typer.Typer()
        importlib.import_module(area).add_commands(part)
        brought |= dict.fromkeys(get_group(part).commands, area)
    assert brought == dict(cli._AREAS)


def test_a_command_imports_its_own_area_and_no_other() -> None:
    look = "print(*sorted(name for name in sys.modules if name.endswith('.cli')))"
    begin = "import sys\nfrom delivery import cli\nfrom typer.testing import CliRunner\n"
    run = "assert 'Exit codes' in CliRunner().invoke(cli.app, ['policy', 'check', '--help']).stdout\n"
    listed = subprocess.run(
        [sys.executable, "-c", f"{begin}{run}{look}"], capture_output=True, text=True, check=True, timeout=60
    )
    assert listed.stdout.split() == ["delivery.cli", "delivery.policy.cli"]


def test_a_command_that_is_not_there_has_a_suggestion(tmp_path: Path) -> None:
    assert "Did you mean 'policy'" in _run(tmp_path, "polcy").stderr


@pytest.mark.parametrize("arguments", [("nonsense",), ("lab", "nonsense"), ("lab", "status", "--format", "xml")])
def test_bad_usage_exits_with_2_and_names_it(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    done = _run(tmp_path, *arguments)
    assert done.returncode == 2
    assert arguments[-1] in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(("service", "code", "why"), [("kubelet", 2, "kube-apiserver"), ("etcd", 3, "cartorio lab up")])
def test_a_real_error_has_no_traceback(tmp_path: Path, service: str, code: int, why: str) -> None:
    done = _run(tmp_path, "lab", "logs", service)
    assert done.returncode == code
    assert done.stderr.startswith("error: ")
    assert why in done.stderr
    assert "Traceback" not in done.stderr
