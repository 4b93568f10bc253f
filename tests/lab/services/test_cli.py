from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
import typer
from typer.testing import CliRunner

from lab.errors import LabError, UsageError
from lab.services import NAMES, processes
from lab.services import cli as module
from lab.services.lock import alone

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result

    from tests.support.lab import RunningLab

_WAITS = "import time; time.sleep(60)"


def _cartorio(*arguments: str) -> Result:
    app = typer.Typer()
    module.add_commands(app)
    return CliRunner().invoke(app, ["lab", *arguments], env={"COLUMNS": "200"})


@pytest.fixture
def no_lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CARTORIO_LAB", str(tmp_path / "lab"))
    return tmp_path / "lab"


def test_up_says_where_the_services_are(lab: RunningLab) -> None:
    result = _cartorio("up")
    assert result.exit_code == 0, result.output
    assert [line.split() for line in result.stdout.splitlines()] == [
        ["kubernetes", lab.endpoints.kubernetes_url],
        ["kubeconfig", str(lab.endpoints.kubeconfig)],
        ["cloud", lab.endpoints.cloud_url],
        ["registry", lab.endpoints.registry],
    ]
    assert json.loads(_cartorio("up", "--format", "json").stdout)["registry"] == lab.endpoints.registry


def test_status_of_a_running_lab(lab: RunningLab) -> None:
    result = _cartorio("status")
    assert result.exit_code == 0, result.output
    for service in lab.services.status():
        line = next(line for line in result.stdout.splitlines() if line.startswith(f"{service.name} "))
        assert "running" in line
        assert str(service.pid) in line
        assert service.url in line


def test_status_for_programs(lab: RunningLab) -> None:
    result = _cartorio("status", "--format", "json")
    assert result.exit_code == 0, result.output
    documents = json.loads(result.stdout)
    assert [document["name"] for document in documents] == list(NAMES)
    assert {document["state"] for document in documents} == {"running"}
    assert [document["pid"] for document in documents] == [service.pid for service in lab.services.status()]
    assert all(document["rss_bytes"] > 0 and document["uptime_seconds"] > 0 for document in documents)


@pytest.mark.usefixtures("no_lab")
@pytest.mark.parametrize("form", ["text", "json"])
def test_status_of_no_lab_is_shown_and_exits_with_3(form: str) -> None:
    result = _cartorio("status", "--format", form)
    assert result.exit_code == 3
    assert result.stdout.count("stopped") == len(NAMES)
    assert "not started" in result.stdout


@pytest.mark.parametrize("command", ["up", "down"])
def test_a_folder_that_is_no_labs_is_left_as_it_is(no_lab: Path, command: str) -> None:
    """Whoever names their home folder in CARTORIO_LAB must not lose it to `down`."""
    no_lab.mkdir(mode=0o755)
    (no_lab / "thesis.tex").write_text("years of work")
    result = _cartorio(command)
    assert isinstance(result.exception, UsageError)
    assert "thesis.tex" in result.exception.what
    assert result.exception.where == str(no_lab)
    assert "CARTORIO_LAB" in str(result.exception.remedy)
    assert [file.name for file in no_lab.iterdir()] == ["thesis.tex"]
    assert no_lab.stat().st_mode & 0o777 == 0o755


def test_down_ends_what_a_killed_rehearsal_left_and_no_other(no_lab: Path) -> None:
    abandoned, under_way = (no_lab.with_name(f"{no_lab.name}-{purpose}") for purpose in ("rehearsal", "bench"))
    for root in (abandoned, under_way):
        root.mkdir()
        (root / "state.json").touch()
    left = processes.spawn("etcd", (sys.executable, "-c", _WAITS), root=abandoned, log=abandoned / "log", extra={})
    with alone(under_way):
        result = _cartorio("down")
    assert result.exit_code == 0, result.output
    assert "lab-bench is in use" in result.stderr
    assert not processes.alive(left)
    assert list(no_lab.parent.iterdir()) == [under_way]


def test_the_end_of_a_log(lab: RunningLab) -> None:
    result = _cartorio("logs", "kwok", "--lines", "3")
    assert result.exit_code == 0, result.output
    assert len(result.stdout.splitlines()) == 3
    assert result.stdout.splitlines()[0] in (lab.paths.logs / "kwok.log").read_text()


@pytest.mark.timeout(60)
def test_following_a_log_until_interrupted(tmp_path: Path) -> None:
    logs = tmp_path / "lab" / "logs"
    logs.mkdir(parents=True)
    (logs / "moto.log").write_text("before\n")
    script = "import typer; from lab.services import cli; app = typer.Typer(); cli.add_commands(app); app()"
    with subprocess.Popen(
        [sys.executable, "-c", script, "lab", "logs", "moto", "--follow"],
        env={**os.environ, "CARTORIO_LAB": str(tmp_path / "lab"), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        text=True,
    ) as follower:
        assert follower.stdout is not None
        try:
            assert follower.stdout.readline() == "before\n"
            with (logs / "moto.log").open("a") as stream:
                stream.write("after\n")
            assert follower.stdout.readline() == "after\n"
            # A restart sets a long log aside and begins a new one.
            (logs / "moto.log").rename(logs / "moto.log.1")
            (logs / "moto.log").write_text("new\n")
            assert follower.stdout.readline() == "new\n"
        finally:
            follower.send_signal(signal.SIGINT)
        assert follower.wait(10) != 0
        assert "Traceback" not in follower.stdout.read()


@pytest.mark.usefixtures("no_lab")
def test_logs_of_an_unknown_service_name_the_known_ones() -> None:
    result = _cartorio("logs", "kubelet")
    assert isinstance(result.exception, UsageError)
    assert "kube-apiserver" in str(result.exception.remedy)


@pytest.mark.usefixtures("no_lab")
def test_logs_of_a_lab_that_was_never_up() -> None:
    result = _cartorio("logs", "etcd")
    assert isinstance(result.exception, LabError)
    assert result.exception.exit_code == 3
    assert "cartorio lab up" in str(result.exception.remedy)


def test_down_of_no_lab_is_fine(no_lab: Path) -> None:
    assert _cartorio("down").exit_code == 0
    assert not no_lab.exists()


@pytest.mark.parametrize("command", ["up", "down", "status", "logs"])
def test_help_has_an_example(command: str) -> None:
    result = _cartorio(command, "--help")
    assert result.exit_code == 0
    assert f"cartorio lab {command}" in result.stdout


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0.4, "0s"), (59.9, "59s"), (61, "1m01s"), (3599, "59m59s"), (3661, "1h01m")]
)
def test_durations(seconds: float, shown: str) -> None:
    assert module._duration(seconds) == shown


def test_status_answers_quickly(lab: RunningLab) -> None:
    started = time.monotonic()
    lab.services.status()
    assert time.monotonic() - started < 2
