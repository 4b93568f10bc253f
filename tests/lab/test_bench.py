"""`make bench`: its arithmetic, the turns it takes, and what it says when it cannot measure."""

from __future__ import annotations

import itertools
import os
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from lab import bench as module
from lab.errors import LabError
from lab.paths import PROJECT_ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from lab.toolchain import Toolchain

PACK = "PULUMI_OPTION_POLICY_PACK"
BACKEND = "PULUMI_BACKEND_URL"


def pulumi(folder: Path, *lines: str) -> dict[str, str]:
    """An environment whose `pulumi` is a shell script of the test's."""
    folder.mkdir(exist_ok=True)
    program = folder / "pulumi"
    program.write_text("\n".join(("#!/bin/sh", *lines, "")))
    program.chmod(0o755)
    return {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}", PACK: "/pack", BACKEND: "file:///lab"}


@pytest.fixture
def with_lab(monkeypatch: pytest.MonkeyPatch) -> None:
    """A lab that is up, as far as the bench can see."""

    class Lab:
        def __init__(self, *_: object) -> None:
            pass

        def endpoints(self) -> str:
            return "endpoints"

    monkeypatch.setattr(module, "ensure", lambda *_: "tools")
    monkeypatch.setattr(module, "Lab", Lab)


def test_the_ratios_are_of_medians_to_the_empty_program() -> None:
    table = module._table({"empty": [2.0, 1.0, 30.0], "stack": [5.0, 3.0, 4.0], "judged": [6.0, 5.5, 9.0]})
    rows = list(zip(*(column.cells for column in table.columns), strict=True))
    assert rows == [
        ("empty", "2.00", "1.00", "30.00", "1.00"),  # one slow round says nothing
        ("stack", "4.00", "3.00", "5.00", "2.00"),
        ("judged", "6.00", "5.50", "9.00", "3.00"),
    ]
    assert [column.header for column in table.columns][1:] == ["median s", "fastest s", "slowest s", "ratio to empty"]


@pytest.mark.usefixtures("with_lab")
def test_the_cases_take_turns_and_differ_in_what_they_say(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    calls: list[tuple[tuple[str, ...], Path, Mapping[str, str]]] = []
    clock = itertools.count()

    def run(arguments: tuple[str, ...], project: Path, variables: Mapping[str, str]) -> None:
        calls.append((arguments, project, variables))

    monkeypatch.setattr(module, "environment", lambda *_: {PACK: "/pack", BACKEND: "file:///lab", "REST": "same"})
    monkeypatch.setattr(module, "_pulumi", run)
    monkeypatch.setattr(module, "time", SimpleNamespace(perf_counter=lambda: float(next(clock))))
    times = module._measure(tmp_path, Console(quiet=True))

    assert times == {
        name: [1.0] * module.ROUNDS for name in ("empty program", "local stack, no pack", "local stack, policy pack")
    }
    (init, empty, _), *previews = calls
    assert init == ("stack", "init", "bench")
    assert (empty / "__main__.py").read_text() == '"""Nothing."""\n'
    alone = tmp_path.as_uri()
    turn = [
        ("bench", empty, {BACKEND: alone, "REST": "same"}),
        ("local", PROJECT_ROOT, {BACKEND: "file:///lab", "REST": "same"}),
        ("local", PROJECT_ROOT, {BACKEND: "file:///lab", "REST": "same", PACK: "/pack"}),
    ]
    assert previews == [(("preview", "--stack", stack), *rest) for stack, *rest in turn] * module.ROUNDS


@pytest.mark.usefixtures("with_lab")
def test_a_failing_pulumi_is_told_and_exits_with_3(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script = (
        '[ "$1" = stack ] && exit 0',
        "for i in $(seq 1 20); do echo line $i; done",
        "echo 'error: aws:key: [no]' >&2",
    )
    monkeypatch.setattr(module, "environment", lambda *_: pulumi(tmp_path / "bin", *script, "exit 255"))
    assert module.main() == 3
    said = capsys.readouterr()
    assert said.out == ""
    assert "error: pulumi preview --stack bench failed (exit 255):\nline 7\n" in said.err
    assert "line 20\nerror: aws:key: [no]\n" in said.err
    assert "where: " in said.err
    assert "Traceback" not in said.err


def test_a_preview_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(module, "_PREVIEW_SECONDS", 0.5)
    variables = pulumi(tmp_path / "bin", "exec sleep 60")
    with pytest.raises(LabError, match=r"pulumi preview did not end within 0\.5 s"):
        module._pulumi(("preview",), tmp_path, variables)


def test_the_project_and_no_terminal_are_named(tmp_path: Path) -> None:
    variables = pulumi(tmp_path / "bin", f'echo "$@" > "{tmp_path}/asked"; env > "{tmp_path}/env"')
    module._pulumi(("preview", "--stack", "s"), tmp_path, variables)
    assert (tmp_path / "asked").read_text() == f"preview --stack s --non-interactive --cwd {tmp_path}\n"
    assert "HOME=" not in (tmp_path / "env").read_text()  # the environment is the lab's, whole


@pytest.mark.usefixtures("with_lab")
def test_the_table_is_the_result(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(module, "ROUNDS", 1)
    monkeypatch.setattr(module, "environment", lambda *_: pulumi(tmp_path / "bin", "exit 0"))
    assert module.main() == 0
    said = capsys.readouterr()
    assert "local stack, policy pack" in said.out
    assert said.err == "round 1 of 1\n"


def test_without_a_lab_it_says_how_to_get_one(
    toolchain: Toolchain, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CARTORIO_LAB", str(tmp_path / "none"))
    monkeypatch.setattr(module, "ensure", lambda *_: toolchain)
    assert module.main() == 3
    assert capsys.readouterr().err == (
        f"error: the lab is not up\n  where: {tmp_path / 'none'}\n  do:    run `cartorio lab up`\n"
    )
