"""Where plugins are laid out, whose they are, and that they end with their engine."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib import metadata
from typing import TYPE_CHECKING

import psutil
import pytest

from lab.engine.plugins import OFFICIAL_PLUGINS, Origin, lay_out, official_from_environment
from lab.errors import LabError, UsageError
from lab.paths import LabPaths
from tests.support.tiny_project import eventually

if TYPE_CHECKING:
    from pathlib import Path


class _Tools:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, name: str) -> Path:
        return self._folder / name


def _executable(file: Path, text: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(0o755)
    return file


@pytest.fixture
def paths(tmp_path: Path) -> LabPaths:
    return LabPaths(root=tmp_path / "a lab", cache=tmp_path / "cache")


@pytest.fixture
def tools(tmp_path: Path) -> _Tools:
    folder = tmp_path / "the tools"
    _executable(folder / "pulumi-resource-kubernetes", "echo built $1")
    return _Tools(folder)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user without any plugin."""
    monkeypatch.delenv("PULUMI_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    return tmp_path / "home"


def test_each_sdk_finds_its_plugin_in_its_own_version(paths: LabPaths, tools: _Tools) -> None:
    laid = {plugin.name: plugin for plugin in lay_out(paths, tools)}
    assert {name: plugin.origin for name, plugin in laid.items()} == {
        "python": Origin.LAB,
        "aws": Origin.LAB,
        "random": Origin.LAB,
        "kubernetes": Origin.TOOLCHAIN,
    }
    for name in ("aws", "random", "kubernetes"):
        version = metadata.version(f"pulumi-{name}")
        expected = paths.pulumi_home / "plugins" / f"resource-{name}-v{version}" / f"pulumi-resource-{name}"
        assert laid[name].path == expected
        assert os.access(expected, os.X_OK)


def test_a_launcher_starts_its_plugin_through_folders_with_spaces(paths: LabPaths, tools: _Tools) -> None:
    (kubernetes,) = (plugin for plugin in lay_out(paths, tools) if plugin.name == "kubernetes")
    done = subprocess.run([kubernetes.path, "127.0.0.1:9"], capture_output=True, text=True, check=True)
    assert done.stdout == "built 127.0.0.1:9\n"


def test_a_module_in_the_programs_folder_does_not_stand_in_for_the_labs(
    paths: LabPaths, tools: _Tools, tmp_path: Path
) -> None:
    (tmp_path / "lab.py").write_text("raise SystemExit('the wrong one')\n")
    (host,) = (plugin for plugin in lay_out(paths, tools) if plugin.kind == "language")
    done = subprocess.run([host.path, "--help"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "pulumi-language-python" in done.stdout


def test_other_versions_are_removed_and_the_engines_own_files_kept(paths: LabPaths, tools: _Tools) -> None:
    folder = paths.pulumi_home / "plugins"
    _executable(folder / "resource-aws-v1.0.0" / "pulumi-resource-aws", "true")
    used = folder / f"resource-aws-v{metadata.version('pulumi-aws')}.lastused"
    used.touch()
    lay_out(paths, tools)
    assert not (folder / "resource-aws-v1.0.0").exists()
    assert used.exists()


def test_a_damaged_launcher_is_written_anew(paths: LabPaths, tools: _Tools) -> None:
    aws = next(plugin for plugin in lay_out(paths, tools) if plugin.name == "aws")
    right = aws.path.read_text()
    aws.path.write_text("")
    lay_out(paths, tools)
    assert aws.path.read_text() == right


def test_the_users_plugin_of_the_sdks_version_is_taken_when_wanted(paths: LabPaths, tools: _Tools, home: Path) -> None:
    version = metadata.version("pulumi-aws")
    folder = home / ".pulumi" / "plugins" / f"resource-aws-v{version}"
    _executable(folder / "pulumi-resource-aws", "echo official $1")
    laid = {plugin.name: plugin for plugin in lay_out(paths, tools, {"aws"})}
    assert laid["aws"].origin is Origin.OFFICIAL
    assert laid["random"].origin is Origin.LAB
    done = subprocess.run([laid["aws"].path, "here"], capture_output=True, text=True, check=True)
    assert done.stdout == "official here\n"
    again = {plugin.name: plugin for plugin in lay_out(paths, tools)}
    assert again["aws"].origin is Origin.LAB
    assert "lab.providers.aws" in again["aws"].path.read_text()


def test_a_plugin_on_path_will_do(paths: LabPaths, tools: _Tools, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _executable(home / "bin" / "pulumi-resource-random", "echo from path")
    monkeypatch.setenv("PATH", f"{home / 'bin'}:/usr/bin:/bin")
    laid = {plugin.name: plugin for plugin in lay_out(paths, tools, {"random"})}
    assert laid["random"].origin is Origin.OFFICIAL
    assert subprocess.run([laid["random"].path], capture_output=True, check=True).stdout == b"from path\n"


@pytest.mark.usefixtures("home")
def test_a_wanted_plugin_that_is_not_installed_is_an_error_with_the_command(paths: LabPaths, tools: _Tools) -> None:
    with pytest.raises(LabError, match="the official aws plugin is wanted but not installed") as caught:
        lay_out(paths, tools, {"aws"})
    assert f"pulumi plugin install resource aws {metadata.version('pulumi-aws')}" in (caught.value.remedy or "")


def test_the_switch_is_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(OFFICIAL_PLUGINS, " aws, random,")
    assert official_from_environment() == {"aws", "random"}
    monkeypatch.setenv(OFFICIAL_PLUGINS, "aws,gcp")
    with pytest.raises(UsageError, match="no such provider plugin: gcp"):
        official_from_environment()


def test_a_plugin_ends_with_its_engine(paths: LabPaths, tools: _Tools, tmp_path: Path) -> None:
    _executable(tools.path("pulumi-resource-kubernetes"), f"echo $$ > {tmp_path / 'pid'}; exec sleep 600")
    kubernetes = next(plugin for plugin in lay_out(paths, tools) if plugin.name == "kubernetes")
    engine = subprocess.Popen(
        [sys.executable, "-c", "import subprocess, sys; subprocess.run(sys.argv[1:])", str(kubernetes.path)]
    )
    eventually(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text().strip() != "", "it runs")
    plugin = psutil.Process(int((tmp_path / "pid").read_text()))
    engine.kill()
    engine.wait()
    eventually(lambda: not plugin.is_running(), "the plugin has ended")


def test_a_plugins_exit_code_reaches_its_engine(paths: LabPaths, tools: _Tools) -> None:
    _executable(tools.path("pulumi-resource-kubernetes"), "exit 7")
    kubernetes = next(plugin for plugin in lay_out(paths, tools) if plugin.name == "kubernetes")
    assert subprocess.run([kubernetes.path], check=False).returncode == 7
