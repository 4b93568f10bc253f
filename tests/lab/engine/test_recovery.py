"""Stacks whose engine was killed, in the middle of real operations on a real API server."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from lab.engine.engine import Engine
from lab.engine.recovery import StackLockedError, recover
from lab.errors import LabError
from tests.support.tiny_project import STACK, TinyProject

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.lab import RunningLab

pytestmark = pytest.mark.e2e


class _Told:
    """A reporter that remembers."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def step(self, name: str, state: str) -> None:
        self.lines.append(f"{name}: {state}")

    def log(self, message: str) -> None:
        self.lines.append(message)


def _forge_lock(tiny: TinyProject, **more: object) -> Path:
    folder = tiny.engine.backend / ".pulumi" / "locks" / "organization" / "tiny" / STACK
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{uuid.uuid4()}.json"
    content = {
        "pid": os.getpid(),
        "username": "me",
        "hostname": socket.gethostname(),
        "timestamp": datetime.now(UTC).isoformat(),
    }
    file.write_text(json.dumps({**content, **more}))
    file.with_name(f"{file.name}.attrs").write_text("{}")
    return file


@pytest.fixture
def dead_pid() -> int:
    with subprocess.Popen(["/bin/true"]) as process:
        process.wait()
    return process.pid


def test_nothing_wrong_costs_no_engine_and_says_nothing(tiny: TinyProject) -> None:
    told = _Told()
    began = time.monotonic()
    recover(Engine({**tiny.variables, "PATH": "/nonexistent"}, tiny.root), STACK, told)
    assert time.monotonic() - began < 1
    assert told.lines == []


def test_a_dead_engines_lock_is_removed(tiny: TinyProject, dead_pid: int) -> None:
    lock = _forge_lock(tiny, pid=dead_pid)
    code, said = tiny.pulumi("up", "--yes", "--skip-preview")
    assert code != 0, said
    assert "currently locked" in said
    told = _Told()
    recover(tiny.engine, STACK, told)
    assert told.lines == ["stack dev: removed the lock of a pulumi that has died"]
    assert list(lock.parent.iterdir()) == []
    assert tiny.engine.up(STACK).succeeded


def test_a_pid_that_is_another_process_by_now_is_a_dead_engines(tiny: TinyProject) -> None:
    long_ago = datetime.now(UTC) - timedelta(days=30)
    lock = _forge_lock(tiny, timestamp=long_ago.isoformat())
    recover(tiny.engine, STACK, _Told())
    assert not lock.exists()


def test_a_lock_that_was_cut_short_in_writing_is_removed(tiny: TinyProject) -> None:
    lock = _forge_lock(tiny)
    lock.write_text('{"pid": 12')
    recover(tiny.engine, STACK, _Told())
    assert not lock.exists()


@pytest.mark.parametrize("more", [{}, {"hostname": "another-machine", "pid": 1}], ids=["alive", "elsewhere"])
def test_a_living_engines_lock_is_respected(tiny: TinyProject, more: dict[str, object]) -> None:
    lock = _forge_lock(tiny, **more)
    with pytest.raises(StackLockedError, match="works on stack dev since") as caught:
        recover(tiny.engine, STACK, _Told())
    assert lock.exists()
    assert "wait for it" in (caught.value.remedy or "")


def test_a_file_that_the_engine_cannot_read_any_more_is_mended(tiny: TinyProject) -> None:
    # As a kill left it: the state is whole, what the backend keeps beside it is cut short.
    file = tiny.engine.state_file(STACK)
    file.with_name(f"{file.name}.attrs").write_text("")
    with pytest.raises(LabError, match="EOF"):
        tiny.engine.export(STACK)
    recover(tiny.engine, STACK, _Told())
    assert tiny.engine.up(STACK).succeeded


_PROGRAM = """
    import os
    import pulumi
    import pulumi_kubernetes as k8s

    settings = pulumi.Config()
    namespace = settings.require("namespace")
    cluster = k8s.Provider(
        "cluster",
        kubeconfig=os.environ["KUBECONFIG"],
        enable_server_side_apply=True,
        enable_config_map_mutable=True,  # else a new value is a new ConfigMap
    )
    options = pulumi.ResourceOptions(provider=cluster)
    for index in range(3):
        # No name: each creation draws another, so that a forgotten one would be left behind.
        k8s.core.v1.ConfigMap(
            f"settings-{index}", metadata={"namespace": namespace}, data={"v": settings.require("v")}, opts=options
        )
    k8s.helm.v3.Release(
        "web", name="web", namespace=namespace, chart=settings.require("chart"),
        values={"v": settings.require("v")}, opts=options,
    )
"""
_CHART = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers: [{name: web, image: "registry.example/web:1", env: [{name: V, value: "{{ .Values.v }}"}]}]
"""


@pytest.fixture
def platform(lab: RunningLab, namespace: str, tmp_path: Path) -> Iterator[tuple[TinyProject, str]]:
    """A project with ConfigMaps and a Helm release in a namespace of its own."""
    project = TinyProject.make(tmp_path, lab.toolchain, replace(lab.endpoints))
    chart = tmp_path / "chart"
    (chart / "templates").mkdir(parents=True)
    (chart / "Chart.yaml").write_text("apiVersion: v2\nname: web\nversion: 0.1.0\n")
    (chart / "templates" / "deployment.yaml").write_text(_CHART)
    project.program(_PROGRAM)
    _set_version(project, namespace, "1")
    yield project, namespace
    project.end()


def _set_version(project: TinyProject, namespace: str, version: str) -> None:
    project.configure(namespace=namespace, chart=str(project.folder / "chart"), v=version)


def _kill_when(project: TinyProject, line: str, after: float) -> None:
    """Start an update and kill the engine `after` seconds after it prints `line`."""
    process = project.start("up", "--yes", "--skip-preview")
    assert process.stdout is not None
    said = []
    for printed in process.stdout:
        said.append(printed)
        if line in printed:
            time.sleep(after)  # the moment of the kill, not a wait for something
            process.kill()
            break
    else:
        pytest.fail(f"never printed {line!r}: {''.join(said)}")
    process.wait()


def _cluster(lab: RunningLab, namespace: str) -> tuple[int, list[str], str]:
    """How many ConfigMaps of ours there are, Helm's revisions by status, and the value the Deployment has."""
    maps: dict[str, Any] = json.loads(lab.kubectl("get", "configmaps", "-n", namespace, "-o", "json"))
    ours = [item for item in maps["items"] if item["metadata"]["name"].startswith("settings-")]
    secrets: dict[str, Any] = json.loads(
        lab.kubectl("get", "secrets", "-n", namespace, "-l", "owner=helm", "-o", "json")
    )
    statuses = [item["metadata"]["labels"]["status"] for item in secrets["items"]]
    deployment: dict[str, Any] = json.loads(lab.kubectl("get", "deployment", "web", "-n", namespace, "-o", "json"))
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    return len(ours), statuses, container["env"][0]["value"]


def _expect_complete(lab: RunningLab, project: TinyProject, namespace: str, version: str) -> None:
    recover(project.engine, STACK, _Told())
    assert project.engine.state(STACK).pending == ()
    up = project.engine.up(STACK)
    assert up.succeeded, up.diagnostics
    assert not any("pending operations" in one.message for one in up.diagnostics)
    maps, statuses, value = _cluster(lab, namespace)
    assert maps == 3, "nothing is missing and nothing was left behind"
    assert statuses[-1] == "deployed"
    assert not any(status.startswith("pending") for status in statuses)
    assert value == version
    assert project.engine.preview(STACK, "--refresh", "--expect-no-changes").succeeded


@pytest.mark.parametrize("after", [0.0, 0.5])
def test_a_kill_while_creating_ends_complete(lab: RunningLab, platform: tuple[TinyProject, str], after: float) -> None:
    project, namespace = platform
    _kill_when(project, "Release web creating", after)
    _expect_complete(lab, project, namespace, "1")


def test_a_kill_while_updating_ends_complete(lab: RunningLab, platform: tuple[TinyProject, str]) -> None:
    project, namespace = platform
    assert project.engine.up(STACK).succeeded
    _set_version(project, namespace, "2")
    _kill_when(project, "Release web updating", 0.1)
    _expect_complete(lab, project, namespace, "2")


def test_a_recovery_that_was_interrupted_is_taken_up_again(lab: RunningLab, platform: tuple[TinyProject, str]) -> None:
    project, namespace = platform
    assert project.engine.up(STACK).succeeded
    # As if killed between writing the state and comparing it: the state claims what is not there.
    lab.kubectl("delete", "configmaps", "--all", "-n", namespace)
    project.engine.state_file(STACK).with_suffix(".refresh-needed").touch()
    assert project.engine.preview(STACK).changed == 0
    told = _Told()
    recover(project.engine, STACK, told)
    assert told.lines[-1] == "recovery: mended: the state is what is there"
    _expect_complete(lab, project, namespace, "1")


def test_what_cannot_be_mended_is_said(lab: RunningLab, platform: tuple[TinyProject, str]) -> None:
    del lab
    project, _ = platform
    assert project.engine.up(STACK).succeeded
    marker = project.engine.state_file(STACK).with_suffix(".refresh-needed")
    marker.touch()
    broken = project.folder / "broken-kubeconfig"
    broken.write_text("nonsense")
    state = project.engine.state_file(STACK)
    state.write_text(state.read_text().replace(project.variables["KUBECONFIG"], str(broken)))
    with pytest.raises(LabError):
        recover(project.engine, STACK, _Told())
    assert marker.exists(), "it is tried again the next time"
