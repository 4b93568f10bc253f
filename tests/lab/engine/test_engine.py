"""Running the engine as a child."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from lab.engine.engine import Engine, EngineError
from lab.engine.state import StackState
from lab.errors import LabError, UsageError
from tests.support.tiny_project import STACK, TinyProject, eventually

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.e2e

_PROGRAM = """
    import pulumi
    class Part(pulumi.ComponentResource):
        def __init__(self, name):
            super().__init__("tiny:index:Part", name)
            self.register_outputs({})
    for index in range(pulumi.Config().get_int("parts") or 0):
        Part(f"part-{index}")
"""


def test_a_stacks_life_in_summaries(tiny: TinyProject) -> None:
    engine = tiny.engine
    tiny.program(_PROGRAM)
    tiny.configure(parts="2")
    assert engine.state(STACK) == StackState()
    preview = engine.preview(STACK)
    assert (preview.succeeded, preview.changes) == (True, {"create": 3})
    assert engine.state(STACK) == StackState(), "a preview changes nothing"
    lines: list[str] = []
    up = engine.up(STACK, output=lines.append)
    assert (up.succeeded, up.changed) == (True, 3)
    assert {step.operation for step in up.steps} == {"create"}
    assert any("part-0" in line for line in lines)
    assert {one.name for one in engine.state(STACK).resources} == {"tiny-dev", "part-0", "part-1"}
    assert engine.export(STACK) == engine.state(STACK)
    again = engine.up(STACK)
    assert (again.changes, again.changed, again.steps) == ({"same": 3}, 0, ())
    refresh = engine.refresh(STACK)
    assert (refresh.succeeded, refresh.changed) == (True, 0)
    destroy = engine.destroy(STACK)
    assert (destroy.succeeded, destroy.changes) == (True, {"delete": 3})
    assert engine.state(STACK).resources == ()


def test_a_stack_is_made_once_and_selected(tiny: TinyProject) -> None:
    tiny.engine.select_or_init("other")
    tiny.engine.select_or_init("other")
    stacks = json.loads(tiny.engine.run("stack", "ls", "--json").stdout)
    assert {one["name"]: one["current"] for one in stacks} == {STACK: False, "other": True}


def test_a_command_that_fails_says_what_pulumi_said(tiny: TinyProject) -> None:
    with pytest.raises(EngineError, match="no stack named 'nobody' found"):
        tiny.engine.run("stack", "export", stack="nobody")
    assert tiny.engine.run("stack", "export", stack="nobody", check=False).exit_code != 0


def test_an_update_that_cannot_begin_is_an_error(tiny: TinyProject) -> None:
    tiny.describe("runtime: cobol\n")
    with pytest.raises(EngineError, match="cobol"):
        tiny.engine.preview(STACK)


def test_the_policy_packs_variable_changes_nothing_for_a_destroy(tiny: TinyProject) -> None:
    tiny.program(_PROGRAM)
    tiny.engine.up(STACK)
    tiny.pack("raise RuntimeError('not to be started')")
    with pytest.raises(EngineError, match=r"(?s)not to be started.*the policy pack ended"):
        tiny.engine.preview(STACK)
    assert tiny.engine.refresh(STACK).succeeded
    assert tiny.engine.destroy(STACK).succeeded


def test_without_pulumi_the_remedy_is_told(tiny: TinyProject, tmp_path: Path) -> None:
    engine = Engine({**tiny.variables, "PATH": str(tmp_path)}, tiny.root)
    with pytest.raises(EngineError, match="pulumi cannot be started"):
        engine.run("version")


def test_a_damaged_state_is_said_and_not_guessed(tiny: TinyProject) -> None:
    tiny.engine.state_file(STACK).write_text('{"version": 3, "checkpo')
    with pytest.raises(LabError, match="the stack's state is damaged") as caught:
        tiny.engine.state(STACK)
    assert caught.value.where == str(tiny.engine.state_file(STACK))


def test_another_backend_or_no_project_is_refused(tiny: TinyProject, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="keeps its stacks in files"):
        _ = Engine({**tiny.variables, "PULUMI_BACKEND_URL": "https://api.pulumi.com"}, tiny.root).backend
    with pytest.raises(UsageError, match="no readable Pulumi project"):
        _ = Engine(tiny.variables, tmp_path / "nowhere").project_name


_CALLER = """
import json, pathlib, sys
from lab.engine.engine import Engine
engine = Engine(json.loads(sys.stdin.read()), pathlib.Path(sys.argv[1]))
try:
    engine.up(sys.argv[2])
except KeyboardInterrupt:
    print("cancelled")
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_ctrl_c_reaches_the_engine_which_ends_in_order(tiny: TinyProject, number: signal.Signals) -> None:
    tiny.program("import pathlib, time\npathlib.Path('started').touch()\ntime.sleep(600)\n")
    with subprocess.Popen(
        [sys.executable, "-c", _CALLER, str(tiny.root), STACK],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    ) as caller:
        assert caller.stdin is not None
        caller.stdin.write(json.dumps(tiny.variables))
        caller.stdin.close()
        caller.stdin = None
        eventually((tiny.root / "started").exists, "the program runs")
        caller.send_signal(number)
        said, _ = caller.communicate(timeout=60)
    assert said == "cancelled\n"
    assert caller.returncode == 0
    assert not list((tiny.engine.backend / ".pulumi" / "locks").rglob("*.json")), "the engine took its lock away"
    eventually(lambda: not tiny.descendants(), "every process has ended")
