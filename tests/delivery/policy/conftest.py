"""Manifests to judge, and the command in a folder of its own."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from delivery.cli import app
from tests.support.stackfiles import RELEASE

if TYPE_CHECKING:
    from collections.abc import Callable

    from typer.testing import Result

    from lab.services import Tools

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: NAME, namespace: deeds}
spec:
  containers:
    - name: api
      image: IMAGE
      securityContext: {privileged: PRIVILEGED, allowPrivilegeEscalation: false}
"""
RULES = ("--only", "pss/baseline/privileged")


def pod(name: str = "api", *, privileged: bool = True) -> str:
    """A pod of that name."""
    return (
        POD.replace("IMAGE", RELEASE["images"]["api"])
        .replace("NAME", name)
        .replace("PRIVILEGED", str(privileged).lower())
    )


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which the command runs."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def tools(toolchain: Tools, monkeypatch: pytest.MonkeyPatch) -> None:
    """helm and kubectl are on PATH."""
    for name in ("helm", "kubectl"):
        monkeypatch.setenv("PATH", str(Path(toolchain.path(name)).parent), prepend=os.pathsep)


@pytest.fixture
def run(folder: Path) -> Callable[..., Result]:  # noqa: ARG001
    """`cartorio policy ...`."""

    def call(*arguments: str, given: str | bytes = "") -> Result:
        return CliRunner().invoke(app, ["policy", *arguments], input=given, env={"COLUMNS": "200"})

    return call


@pytest.fixture
def check(run: Callable[..., Result]) -> Callable[..., tuple[int, dict[str, Any]]]:
    """`cartorio policy check` by one rule, as its exit code and its JSON."""

    def call(*arguments: str, given: str | bytes = "") -> tuple[int, dict[str, Any]]:
        done = run("check", *arguments, *RULES, "--format", "json", given=given)
        return done.exit_code, json.loads(done.stdout)

    return call
