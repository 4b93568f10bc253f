"""`cartorio lab deploy`: what it prints and exits with; that it deploys is `tests/e2e/test_platform.py`'s to show."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from delivery.cli import main
from lab import deploy as module
from lab.deploy import Deployed, RefusedError
from lab.errors import LabError, UsageError
from lab.paths import PROJECT_ROOT, LabPaths
from lab.services import Endpoints

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lab.report import Reporter

    Deploy = Callable[[LabPaths, Path, Reporter], Deployed]

_ENDPOINTS = Endpoints(
    kubernetes_url="https://127.0.0.1:6443",
    kubeconfig=Path("/somewhere/kubeconfig"),
    cloud_url="http://127.0.0.1:4566",
    cloud_generation="one",
    registry="127.0.0.1:5000",
    cloud_secret_access_key="not to be shown",
)
_OUTPUTS = {"release": "0.1.0-abc", "endpoint": "api.cartorio.svc", "evidence_bucket": "evidence", "other": "unasked"}


def _deploys(outputs: Mapping[str, str], changed: int) -> Deploy:
    return lambda _paths, _project, _report: Deployed(_ENDPOINTS, outputs, changed)


def _fails(error: LabError) -> Deploy:
    def deploy(_paths: LabPaths, _project: Path, report: Reporter) -> Deployed:
        report.step("stack local", "refreshing and previewing")
        raise error

    return deploy


def _cartorio(monkeypatch: pytest.MonkeyPatch, deploy: Deploy) -> int:
    """Run `cartorio lab deploy` with `deploy` in the place of the real thing; its exit code."""
    monkeypatch.setattr(module, "deploy", deploy)
    monkeypatch.setattr(sys, "argv", ["cartorio", "lab", "deploy"])
    with pytest.raises(SystemExit) as caught:
        main()
    assert isinstance(caught.value.code, int)
    return caught.value.code


def test_a_folder_that_is_no_labs_is_refused_before_anything_is_done(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "thesis.tex").touch()
    monkeypatch.setenv("CARTORIO_LAB", str(tmp_path))
    assert _cartorio(monkeypatch, _deploys(_OUTPUTS, 41)) == 2
    assert "this folder is not a lab's: it holds thesis.tex" in capsys.readouterr().err


def test_it_says_where_everything_is_and_what_to_try_next(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _cartorio(monkeypatch, _deploys(_OUTPUTS, 41)) == 0
    said = capsys.readouterr().out
    first, *lines = said.splitlines()
    assert first == "The stack local is up; 41 resources changed."
    shown = {line[2:22].strip(): line[23:] for line in lines[: lines.index("")]}
    assert shown == {
        "kubernetes": "https://127.0.0.1:6443",
        "kubeconfig": "/somewhere/kubeconfig",
        "AWS (moto)": "http://127.0.0.1:4566",
        "registry": "127.0.0.1:5000",
        "release": "0.1.0-abc",
        "endpoint": "api.cartorio.svc",
        "release signing key": "none",
        "evidence bucket": "evidence",
    }
    heading, *steps = lines[lines.index("") + 1 :]
    assert heading == "What to try next:"
    assert [step.split("  ")[1].strip() for step in steps] == [
        "make shell",
        "make preview",
        ".venv/bin/cartorio lab status",
    ]
    assert "not to be shown" not in said


def test_the_targets_it_names_exist() -> None:
    targets = (PROJECT_ROOT / "Makefile").read_text("utf-8").splitlines()
    for name in ("shell", "preview"):
        assert any(line.startswith(f"{name}:") for line in targets), name


def test_a_second_time_says_that_nothing_changed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _cartorio(monkeypatch, _deploys(_OUTPUTS, 0)) == 0
    assert capsys.readouterr().out.startswith("The stack local is up; nothing had to change.\n")


def test_the_lab_of_the_environment_gets_this_project(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked: list[tuple[LabPaths, Path]] = []

    def deploy(paths: LabPaths, project: Path, report: Reporter) -> Deployed:
        asked.append((paths, project))
        return _deploys({}, 0)(paths, project, report)

    monkeypatch.setenv("CARTORIO_LAB", str(tmp_path))
    assert _cartorio(monkeypatch, deploy) == 0
    assert [(paths.root, project) for paths, project in asked] == [(tmp_path, PROJECT_ROOT)]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (RefusedError("refused: image/signed"), 1),
        (UsageError("no Pulumi project"), 2),
        (LabError("the stack local did not come up"), 3),
    ],
)
def test_a_failure_is_told_and_shows_no_endpoints(
    error: LabError, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _cartorio(monkeypatch, _fails(error)) == code
    said = capsys.readouterr()
    assert said.out == ""
    assert f"error: {error.what}\n" in said.err
    assert "Traceback" not in said.err
