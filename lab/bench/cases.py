"""What is previewed: production with and without its policy pack, and a program that only imports the same modules.

Last, the same by `cartorio preview --lab` from a clean shell, which starts a lab of its own, and ends it. The modules
are those that production's program has imported when it ends, by its own account in a preview that is not measured: the
providers' SDKs import much of themselves when they are first used.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lab.errors import LabError
from lab.paths import PROJECT_ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lab.engine.engine import Engine

_PREVIEW_SECONDS = 300
_EMPTY_STACK = "bench"
_EMPTY = "name: empty\nruntime:\n  name: python\n  options: {{toolchain: pip, virtualenv: {virtualenv}}}\n"
_PACK = "PULUMI_OPTION_POLICY_PACK"
_UNJUDGED = "cartorio:policyPack: optional"
_COMMAND = (str(Path(sys.executable).with_name("cartorio")), "preview", "--lab")
# Appended to the program. Only what has a spec can be imported by its name.
_RECORDER = """
import atexit, json, pathlib, sys
atexit.register(lambda: pathlib.Path({file!r}).write_text(json.dumps(
    [name for name, module in list(sys.modules.items()) if getattr(module, "__spec__", None) is not None])))
"""


@dataclass(frozen=True)
class Cost:
    """What one preview cost: seconds on the clock, and of the processors, all its processes together."""

    wall: float
    cpu: float


@dataclass(frozen=True)
class Case:
    """One kind of preview.

    Attributes:
        name: what the table calls it.
        project: the project's folder.
        stack: the stack.
        variables: the environment that it runs in.
        command: what previews it; `pulumi preview` if not given.
    """

    name: str
    project: Path
    stack: str
    variables: Mapping[str, str]
    command: tuple[str, ...] = ()

    def cost(self) -> Cost:
        """Run it once.

        Raises:
            LabError: it failed, or took too long.
        """
        start, used = time.perf_counter(), _used()
        if self.command:
            _run(self.command, self.project, self.variables)
        else:
            pulumi(("preview", "--stack", self.stack), self.project, self.variables)
        return Cost(time.perf_counter() - start, _used() - used)


def cases(engine: Engine, stack: str, folder: Path) -> tuple[Case, ...]:
    """The cases: the empty program, the stack without and with its pack, the command.

    Args:
        engine: knows `stack`, and has a copy of the program that may be changed for a moment.
        stack: what is measured.
        folder: where the empty program is made.
    """
    _let_unjudged(engine.project / f"Pulumi.{stack}.yaml")
    judged = dict(engine.environment)
    plain = {name: value for name, value in judged.items() if name != _PACK}
    # A backend of its own: nothing of the stack's state is touched.
    alone = {**plain, "PULUMI_BACKEND_URL": folder.as_uri()}
    empty = _empty_project(folder, engine.project, imported(engine, stack, folder / "modules.json"), alone)
    return (
        Case("empty program, same imports", empty, _EMPTY_STACK, alone),
        Case(f"{stack}, no pack", engine.project, stack, plain),
        Case(f"{stack}, policy pack", engine.project, stack, judged),
        Case(f"cartorio preview --lab {stack}", PROJECT_ROOT, stack, _clean_shell(), (*_COMMAND, stack)),
    )


def _clean_shell() -> dict[str, str]:
    """Nobody's credentials, nothing of a lab; the tools' cache is where this run has it."""
    kept = {name: os.environ[name] for name in ("HOME", "CARTORIO_CACHE", "TMPDIR") if name in os.environ}
    return {"PATH": "/usr/bin:/bin", **kept}


def _let_unjudged(stack_file: Path) -> None:
    """Let the copy's program run without the pack, which its stack asks for: that is what the pack is compared to."""
    text = stack_file.read_text("utf-8")
    stack_file.write_text(text.replace("config:\n", f"config:\n  {_UNJUDGED}\n", 1), "utf-8")


def imported(engine: Engine, stack: str, record: Path) -> tuple[str, ...]:
    """The modules beyond Python's own that the program of `stack` imports in a preview.

    Raises:
        LabError: the preview failed.
    """
    program = engine.project / "__main__.py"
    text = program.read_text("utf-8")
    # Before the rest, so that a program that ends itself says it too; `from __future__` alone must stay the first.
    head, mark, tail = text.partition("from __future__ import annotations\n")
    program.write_text(f"{head}{mark}{_RECORDER.format(file=str(record))}{tail}", "utf-8")
    try:
        pulumi(("preview", "--stack", stack), engine.project, engine.environment)
    finally:
        program.write_text(text, "utf-8")
    return beyond_python(json.loads(record.read_text("utf-8")))


def beyond_python(names: Iterable[str]) -> tuple[str, ...]:
    """Those that Python itself does not bring, in their order: who imports what they need comes after it."""
    return tuple(name for name in names if name.partition(".")[0] not in sys.stdlib_module_names and name != "__main__")


def _empty_project(folder: Path, program: Path, modules: tuple[str, ...], variables: Mapping[str, str]) -> Path:
    """A program without a resource, in the same interpreter and with the same imports."""
    project = folder / "empty"
    project.mkdir()
    (project / "components").symlink_to(program / "components")
    (project / "Pulumi.yaml").write_text(_EMPTY.format(virtualenv=sys.prefix), "utf-8")
    names = json.dumps(modules, indent=0)
    (project / "__main__.py").write_text(f"import importlib\nfor name in {names}:\n    importlib.import_module(name)\n")
    pulumi(("stack", "init", _EMPTY_STACK), project, variables)
    return project


def pulumi(arguments: tuple[str, ...], project: Path, variables: Mapping[str, str]) -> None:
    """Run `pulumi` to its end.

    Raises:
        LabError: it failed, or took too long.
    """
    _run(("pulumi", *arguments, "--non-interactive", "--cwd", str(project)), project, variables)


def _run(command: tuple[str, ...], project: Path, variables: Mapping[str, str]) -> None:
    told = " ".join((Path(command[0]).name, *command[1:])).partition(" --non-interactive")[0]
    try:
        done = subprocess.run(
            command,
            env=dict(variables), capture_output=True, text=True, timeout=_PREVIEW_SECONDS, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise LabError(f"{told} did not end within {_PREVIEW_SECONDS} s", where=str(project)) from error
    if done.returncode != 0:
        lines = "\n".join((done.stdout + done.stderr).strip().splitlines()[-15:])
        raise LabError(f"{told} failed (exit {done.returncode}):\n{lines}", where=str(project))


def _used() -> float:
    """Seconds of the processors that ended children, and theirs, have used."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
