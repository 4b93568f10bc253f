"""The language host as the real engine uses it."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import psutil
import pytest

from tests.support.tiny_project import STACK, TinyProject, eventually

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.e2e

_PACK = """
    import pulumi
    from pulumi_policy import EnforcementLevel, PolicyPack, ResourceValidationPolicy

    def judge(args, report):
        config = pulumi.Config("tiny")
        if config.get("forbidden"):
            report(
                f"{args.name}: {pulumi.get_organization()}/{pulumi.get_project()}/{pulumi.get_stack()}"
                f" profile={config.get('profile')} dry={pulumi.runtime.is_dry_run()}"
            )

    PolicyPack(
        "tinypack",
        enforcement_level=EnforcementLevel.MANDATORY,
        policies=[ResourceValidationPolicy(name="judge", description="Judged.", validate=judge)],
    )
"""
_SLEEPING = """
    import pathlib, time
    pathlib.Path("started").touch()
    time.sleep(600)
"""


def test_a_program_gets_its_stack_and_configuration_and_its_output_is_shown(tiny: TinyProject) -> None:
    tiny.configure(greeting="olá, mundo")
    tiny.program("""
        import sys
        import pulumi
        print("said on stdout")
        print("said on stderr", file=sys.stderr)
        pulumi.export("greeting", pulumi.Config().require("greeting"))
        pulumi.export("stack", f"{pulumi.get_organization()}/{pulumi.get_project()}/{pulumi.get_stack()}")
        pulumi.export("dry", pulumi.runtime.is_dry_run())
        pulumi.export("root", pulumi.runtime.get_root_directory())
    """)
    code, said = tiny.pulumi("up", "--yes", "--skip-preview")
    assert code == 0, said
    assert "said on stdout" in said
    assert "said on stderr" in said
    assert "warning" not in said, "nothing about plugins on PATH, or anything else"
    outputs = tiny.engine.run("stack", "output", "--json", stack=STACK).stdout
    assert '"greeting": "olá, mundo"' in outputs
    assert '"stack": "organization/tiny/dev"' in outputs
    assert '"dry": false' in outputs
    assert f'"root": "{tiny.root}"' in outputs


def test_output_is_shown_while_the_program_runs(tiny: TinyProject) -> None:
    tiny.program("""
        import time
        print("working on it")
        time.sleep(600)
    """)
    process = tiny.start("preview")
    assert process.stdout is not None
    assert any("working on it" in line for line in process.stdout), "the line comes before the program ends"


def test_a_secret_in_the_configuration_stays_one(tiny: TinyProject) -> None:
    tiny.engine.run("config", "set", "--secret", "word", "sésamo", stack=STACK)
    tiny.program("""
        import pulumi
        pulumi.export("word", pulumi.Config().require_secret("word"))
    """)
    code, said = tiny.pulumi("up", "--yes", "--skip-preview")
    assert code == 0, said
    assert "[secret]" in said
    assert "sésamo" not in said + tiny.engine.state_file(STACK).read_text()


@pytest.mark.parametrize(
    ("ending", "message"),
    [
        ('raise ValueError("boom")', "ValueError: boom"),
        ("sys.exit(3)", "the program exited with code 3"),
        ("os.kill(os.getpid(), 9)", "the program was ended by signal 9"),
    ],
)
def test_a_failing_program_is_one_error(tiny: TinyProject, ending: str, message: str) -> None:
    tiny.program(f"import os, sys\n{ending}\n")
    summary = tiny.engine.preview(STACK)
    assert summary.exit_code != 0
    errors = [one.message for one in summary.diagnostics if one.severity == "error"]
    assert len(errors) == 1, errors
    assert message in errors[0]


def test_a_program_that_has_said_what_is_wrong_is_not_talked_over(tiny: TinyProject) -> None:
    tiny.program("""
        import sys
        import pulumi
        pulumi.log.error("settings: two things are wrong")
        sys.exit(32)
    """)
    summary = tiny.engine.preview(STACK)
    assert summary.exit_code != 0
    assert [one.message for one in summary.diagnostics] == ["settings: two things are wrong"]


def test_a_policy_pack_reads_the_stacks_configuration(tiny: TinyProject) -> None:
    tiny.pack(_PACK)
    tiny.configure(forbidden="yes", profile="local")
    summary = tiny.engine.preview(STACK)
    assert summary.refused
    assert summary.exit_code != 0
    (violation,) = summary.violations
    assert violation.message == "Judged.\ntiny-dev: organization/tiny/dev profile=local dry=True"
    assert violation.policy == "judge"


def test_an_update_that_a_policy_allows_goes_through(tiny: TinyProject) -> None:
    tiny.pack(_PACK)
    tiny.configure(profile="local")
    summary = tiny.engine.up(STACK)
    assert summary.succeeded
    assert summary.violations == ()


def test_a_policy_pack_that_cannot_start_fails_the_preview_and_says_why(tiny: TinyProject) -> None:
    tiny.pack("raise RuntimeError('the trust file is missing')")
    code, said = tiny.pulumi("preview")
    assert code != 0
    assert "the trust file is missing" in said
    assert "the policy pack ended (exit code 1)" in said


def test_a_policy_pack_that_prints_first_is_told_off(tiny: TinyProject) -> None:
    tiny.pack("print('hello from the pack')\n" + _PACK.replace("\n    ", "\n"))
    code, said = tiny.pulumi("preview")
    assert code != 0
    assert "where its port number was expected" in said


@pytest.fixture(scope="module")
def other_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("venvs") / "own"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    (site,) = folder.glob("lib/python*/site-packages")
    ours = next(path for path in sys.path if path.endswith("site-packages"))
    (site / "shared.pth").write_text(ours)
    (site / "only_there.py").write_text("here = __file__\n")
    return folder


def test_the_virtualenv_option_chooses_the_interpreter(tiny: TinyProject, other_python: Path) -> None:
    runtime = f"runtime: {{name: python, options: {{virtualenv: {other_python}}}}}\n"
    tiny.describe(runtime)
    tiny.program("""
        import sys
        import only_there
        import pulumi
        pulumi.export("prefix", sys.prefix)
    """)
    tiny.pack(f"import only_there\n{_PACK}".replace("\n    ", "\n"), runtime)
    code, said = tiny.pulumi("up", "--yes", "--skip-preview")
    assert code == 0, said
    assert f'"{other_python}"' in said
    assert str(other_python / "bin" / "python") in tiny.engine.run("about").stdout


def test_a_missing_virtualenv_is_named_with_the_remedy(tiny: TinyProject) -> None:
    tiny.describe("runtime: {name: python, options: {virtualenv: nowhere}}\n")
    code, said = tiny.pulumi("preview")
    assert code != 0
    assert f"the virtual environment {tiny.root / 'nowhere'} (runtime option `virtualenv`) does not exist" in said
    assert "python3 -m venv" in said
    assert "Traceback" not in said


def test_installing_finds_nothing_to_do(tiny: TinyProject) -> None:
    said = tiny.engine.run("install").stdout
    assert f"Nothing to install: programs run with the packages of {sys.prefix}" in said


def _sleeping(tiny: TinyProject) -> subprocess.Popen[str]:
    tiny.program(_SLEEPING)
    process = tiny.start("up", "--yes", "--skip-preview")
    eventually((tiny.root / "started").exists, "the program runs")
    return process


def test_ctrl_c_ends_the_program_quietly_and_leaves_no_process(tiny: TinyProject) -> None:
    tiny.pack(_PACK)
    process = _sleeping(tiny)
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=60)
    assert time.monotonic() - began < 30
    assert process.returncode != 0
    assert "Traceback" not in said
    assert "KeyboardInterrupt" not in said
    eventually(lambda: not tiny.descendants(), "every process has ended")


def test_nothing_outlives_a_killed_engine(tiny: TinyProject) -> None:
    tiny.pack(_PACK)
    process = _sleeping(tiny)
    assert len(tiny.descendants()) >= 4, "engine, language host, program, policy pack"
    process.kill()
    process.wait()
    eventually(lambda: not tiny.descendants(), "every process has ended")


def test_nothing_outlives_a_killed_language_host(tiny: TinyProject) -> None:
    process = _sleeping(tiny)
    (host,) = [one for one in tiny.descendants() if "lab.engine.language_host" in one.cmdline()]
    program = next(iter(host.children()))
    host.kill()
    psutil.wait_procs([program], timeout=20)
    assert not program.is_running()
    assert process.wait(timeout=60) != 0


def test_it_starts_quickly() -> None:
    # The engine waits for it at every command; importing the whole SDK would take three times as long.
    command = [sys.executable, "-X", "importtime", "-P", "-m", "lab.engine.language_host", "--executor", "none"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert re.fullmatch(r"\d+\n", process.stdout.readline())
    finally:
        process.terminate()
        _, imported = process.communicate(timeout=20)
    modules = {line.rpartition("|")[2].strip() for line in imported.splitlines()}
    assert "pulumi.runtime.proto.language_pb2" in modules
    assert modules.isdisjoint({"pulumi.runtime.settings", "pulumi.output", "pydantic", "boto3", "yaml"})
    assert process.returncode == 0
