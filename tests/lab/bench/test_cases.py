"""The cases and what they run, with a `pulumi` that is a script of the test's."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from lab.bench import cases as module
from lab.bench.cases import Case, beyond_python, cases, imported, pulumi
from lab.engine.engine import Engine
from lab.errors import LabError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

PACK = "PULUMI_OPTION_POLICY_PACK"
BACKEND = "PULUMI_BACKEND_URL"
PROGRAM = '"""A program."""\n\nfrom __future__ import annotations\n\nimport json\nimport yaml\n'


def _with(folder: Path, *lines: str) -> dict[str, str]:
    """An environment with such a `pulumi`."""
    folder.mkdir(exist_ok=True)
    program = folder / "pulumi"
    program.write_text("\n".join(("#!/bin/sh", *lines, "")))
    program.chmod(0o755)
    return {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}", PACK: "/pack", BACKEND: "file:///lab"}


@pytest.fixture
def program(tmp_path: Path) -> Path:
    project = tmp_path / "project"
    (project / "components").mkdir(parents=True)
    (project / "__main__.py").write_text(PROGRAM)
    (project / "Pulumi.producao.yaml").write_text("config:\n  cartorio:protect: true\n")
    return project


def _engine(folder: Path, program: Path, *more: str) -> Engine:
    """A `pulumi preview` that runs the program, as the engine does."""
    run = f'[ "$1" = preview ] && python3 "{program}/__main__.py"'
    return Engine(_with(folder / "bin", *more, run, "exit 0"), program)


def test_the_modules_are_those_that_the_program_imports_and_it_is_left_as_it_was(tmp_path: Path, program: Path) -> None:
    found = imported(_engine(tmp_path, program), "producao", tmp_path / "modules.json")
    assert "yaml" in found
    assert "yaml.nodes" in found
    assert not {"json", "atexit", "__main__"} & set(found)
    assert (program / "__main__.py").read_text() == PROGRAM


def test_a_program_that_fails_is_put_back_too(tmp_path: Path, program: Path) -> None:
    with pytest.raises(LabError, match="pulumi preview --stack producao failed"):
        imported(_engine(tmp_path, program, "exit 255"), "producao", tmp_path / "modules.json")
    assert (program / "__main__.py").read_text() == PROGRAM


def test_what_python_brings_is_left_out_and_the_order_kept() -> None:
    assert beyond_python(("json", "yaml", "__main__", "a.b", "os.path", "a")) == ("yaml", "a.b", "a")


def test_the_cases_differ_in_what_they_say(tmp_path: Path, program: Path) -> None:
    empty, plain, judged, command = cases(_engine(tmp_path, program), "producao", tmp_path)
    assert (empty.stack, plain.stack, judged.stack) == ("bench", "producao", "producao")
    assert (plain.project, judged.project) == (program, program)
    assert PACK not in empty.variables
    assert PACK not in plain.variables
    assert judged.variables[PACK] == "/pack"
    assert empty.variables[BACKEND] == tmp_path.as_uri()
    assert {plain.variables[BACKEND], judged.variables[BACKEND]} == {"file:///lab"}
    text = (empty.project / "__main__.py").read_text()
    assert '"yaml"' in text
    exec(compile(text, "empty", "exec"), {})  # noqa: S102 - it is a program, and runs
    assert (empty.project / "components").resolve() == program / "components"
    assert command.command[1:] == ("preview", "--lab", "producao")
    assert not {PACK, BACKEND, "KUBECONFIG", "AWS_ENDPOINT_URL"} & set(command.variables)  # a clean shell
    assert command.variables["PATH"] == "/usr/bin:/bin"


def test_a_preview_costs_time_on_the_clock_and_of_the_processors(tmp_path: Path) -> None:
    variables = _with(tmp_path / "bin", "i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done")
    cost = Case("busy", tmp_path, "s", variables).cost()
    assert cost.cpu > 0
    assert cost.wall > 0


def test_another_command_is_measured_as_it_stands(tmp_path: Path) -> None:
    script = ("/bin/sh", "-c", f'[ -z "$SECRET" ] && pwd > {tmp_path}/ran')
    assert Case("command", tmp_path, "s", {}, script).cost().wall > 0
    assert (tmp_path / "ran").is_file()
    with pytest.raises(LabError, match=r"^false --lab failed \(exit 1\)"):
        Case("command", tmp_path, "s", {}, ("/bin/false", "--lab")).cost()


def test_a_failing_pulumi_is_told_by_its_last_words(tmp_path: Path) -> None:
    script = ("for i in $(seq 1 20); do echo line $i; done", "echo 'error: aws:key: [no]' >&2", "exit 255")
    with pytest.raises(LabError) as caught:
        pulumi(("preview", "--stack", "bench"), tmp_path, _with(tmp_path / "bin", *script))
    assert caught.value.what.startswith("pulumi preview --stack bench failed (exit 255):\nline 7\n")
    assert caught.value.what.endswith("line 20\nerror: aws:key: [no]")


def test_a_preview_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(module, "_PREVIEW_SECONDS", 0.5)
    with pytest.raises(LabError, match=r"pulumi preview did not end within 0\.5 s"):
        pulumi(("preview",), tmp_path, _with(tmp_path / "bin", "exec sleep 60"))


def test_the_project_and_no_terminal_are_named(tmp_path: Path) -> None:
    variables: Mapping[str, str] = _with(tmp_path / "bin", f'echo "$@" > "{tmp_path}/asked"; env > "{tmp_path}/env"')
    pulumi(("preview", "--stack", "s"), tmp_path, variables)
    assert (tmp_path / "asked").read_text() == f"preview --stack s --non-interactive --cwd {tmp_path}\n"
    assert "HOME=" not in (tmp_path / "env").read_text()  # the environment is the lab's, whole
