"""`__main__.py`, run as the language host runs it."""

from __future__ import annotations

import gc
import runpy
from typing import TYPE_CHECKING, Any

import pulumi
import pytest
from pulumi.runtime.settings import get_root_resource
from pulumi.runtime.stack import Stack

from components.stack import Outputs
from tests.support.plan import Plan, run, values
from tests.support.stackfiles import ROOT, Project, put

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    project = Project(tmp_path)
    monkeypatch.chdir(tmp_path)
    return project


def _run(project: Project) -> tuple[Plan, int | str | None, dict[str, Any]]:
    """The plan, the exit code and the stack's outputs."""
    project.write()
    codes: list[int | str | None] = [0]
    outputs: dict[str, Any] = {}

    def program() -> None:
        pulumi.runtime.set_all_config(values(project.config), [])
        try:
            runpy.run_path(str(ROOT / "__main__.py"), run_name="__main__")
        except SystemExit as end:
            codes.append(end.code)
        root = get_root_resource()
        assert isinstance(root, Stack)
        pulumi.Output.from_input(root.outputs).apply(outputs.update)

    plan, _ = run(program, stack="local")
    return plan, codes[-1], outputs


@pytest.fixture(autouse=True)
def _as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The program does without debug messages and without a search for cycles; other tests do not."""
    monkeypatch.setattr(pulumi.log, "debug", pulumi.log.debug)
    yield
    gc.enable()


def test_a_good_stack_is_registered_and_exported(project: Project) -> None:
    put(project.config, "cartorio:policyPack", "optional")  # here is no engine that could have started it
    plan, code, exported = _run(project)
    assert code == 0
    assert plan.one("cartorio:workload:Application").name == "workload"
    assert set(exported) == set(Outputs.__annotations__)
    assert exported["release_signing_alias"] == "alias/cartorio-local-release-signing"
    assert exported["endpoint"] == "http://cartorio-api.cartorio.svc"


def test_a_stack_that_asks_for_the_policy_pack_is_not_built_without(project: Project) -> None:
    plan, code, exported = _run(project)
    assert code == 32
    assert (plan.resources, exported) == ([], {})


def test_a_bad_stack_file_ends_the_program_before_anything_is_registered(
    project: Project, caplog: pytest.LogCaptureFixture
) -> None:
    put(project.config, "cartorio:workload/api/replicas/min", 1)
    put(project.config, "cartorio:extra", "x")
    plan, code, exported = _run(project)
    assert code == 32  # "the message has been shown"
    assert (plan.resources, exported) == ([], {})
    (message,) = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert "2 problems; nothing was changed" in message
    assert "cartorio:workload.api.replicas.min" in message
    assert "Traceback" not in message
