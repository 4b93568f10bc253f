from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest

from delivery.policy import cli, sources
from guardrails.catalogue import CATALOGUE
from lab.errors import UsageError
from tests.delivery.policy.conftest import RULES, pod

if TYPE_CHECKING:
    from collections.abc import Callable

    from typer.testing import Result

    Run = Callable[..., Result]
    Check = Callable[..., tuple[int, dict[str, Any]]]

FORMATS = ["text", "json", "sarif", "junit", "markdown"]
SECRET = "5ecr3t-5ecr3t-5ecr3t"


def test_what_is_out_of_compliance_is_exit_code_1(folder: Path, check: Check) -> None:
    (folder / "a.yaml").write_text(pod("fine", privileged=False) + "---\n" + pod("api"))
    code, found = check("a.yaml")
    assert code == 1
    assert found == {
        "checked": 2,
        "findings": [
            {
                "rule": "pss/baseline/privileged",
                "severity": "critical",
                "enforcement": "mandatory",
                "file": "a.yaml",
                "document": 2,
                "resource": "Pod deeds/api",
                "path": "spec.containers[0].securityContext.privileged",
                "message": 'container "api" is privileged',
                "remedy": found["findings"][0]["remedy"],
            }
        ],
    }


def test_compliance_is_exit_code_0(folder: Path, check: Check) -> None:
    (folder / "a.yaml").write_text(pod(privileged=False))
    assert check("a.yaml") == (0, {"checked": 1, "findings": []})


def test_advice_is_exit_code_0(folder: Path, run: Run) -> None:
    (folder / "a.yaml").write_text(pod())
    done = run("check", "a.yaml", "--only", "workload/probes", "--profile", "local", "--format", "json")
    assert done.exit_code == 0
    assert {found["enforcement"] for found in json.loads(done.stdout)["findings"]} == {"advisory"}


def test_a_broken_file_is_exit_code_2_and_the_others_are_judged(folder: Path, check: Check, run: Run) -> None:
    (folder / "a.yaml").write_text("kind: Pod\nspec: ]\n")
    (folder / "b.yaml").write_text(pod())
    code, found = check("a.yaml", "b.yaml")
    assert code == 2
    assert [one["file"] for one in found["findings"]] == ["b.yaml"]
    assert [(one["file"], one["line"]) for one in found["unread"]] == [("a.yaml", 2)]
    done = run("check", ".", *RULES, "--format", "sarif")
    assert done.exit_code == 2
    assert "a.yaml:2: is not valid YAML" in done.stderr


def test_standard_input_is_yaml_or_json(check: Check) -> None:
    assert [one["file"] for one in check("-", given=pod())[1]["findings"]] == ["-"]
    listed = {"apiVersion": "v1", "kind": "List", "items": [{"apiVersion": "v1", "kind": "Namespace"}]}
    assert check("-", given=json.dumps(listed)) == (0, {"checked": 1, "findings": []})
    assert check("-", given=b"\xff")[0] == 2


def test_nothing_on_standard_input_is_no_verdict(check: Check, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """The program before it in a pipe has failed."""
    for nothing in ("", "\n", "---\n"):
        code, found = check("-", given=nothing)
        assert (code, [one["message"] for one in found["unread"]]) == (2, ["holds nothing"])
    monkeypatch.setattr(sources, "sys", SimpleNamespace(stdin=None))
    done = run("check", "-", *RULES)
    assert done.exit_code == 2
    assert "is closed" in done.stdout


@pytest.mark.parametrize("output", FORMATS)
def test_a_stacks_secrets_are_in_no_report(folder: Path, run: Run, output: str) -> None:
    shown = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "plaintext": json.dumps(SECRET)}
    properties = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "api"},
        "spec": {"containers": [{"name": shown, "image": shown, "securityContext": {"privileged": True}}]},
    }
    kind = "kubernetes:core/v1:Pod"
    resource = {"urn": f"urn:pulumi:s::p::{kind}::api", "type": kind, "inputs": properties}
    (folder / "state.json").write_text(json.dumps({"version": 3, "deployment": {"resources": [resource]}}))
    done = run("check", "state.json", "--skip", "image/signed", "--format", output)
    assert done.exit_code == 1
    assert "[secret]" in done.stdout.replace("\\", "")
    assert SECRET not in done.output


def test_every_format_is_its_own(folder: Path, run: Run) -> None:
    (folder / "a.yaml").write_text(pod())
    written = {name: run("check", "a.yaml", *RULES, "--format", name).stdout for name in FORMATS}
    assert written["text"].startswith("a.yaml:8: pss/baseline/privileged")
    assert json.loads(written["sarif"])["version"] == "2.1.0"
    assert ET.fromstring(written["junit"]).get("failures") == "1"  # noqa: S314 - our own
    assert "| where | rule |" in written["markdown"]


def test_auditors_read_a_result_in_portuguese_and_no_other_format_pretends_to(folder: Path, run: Run) -> None:
    (folder / "a.yaml").write_text(pod())
    done = run("check", "a.yaml", *RULES, "--format", "markdown", "--lang", "pt-BR")
    assert done.exit_code == 1
    assert "| onde | exigência |" in done.stdout
    assert "Nenhum contêiner é privilegiado" in done.stdout
    refused = run("check", "a.yaml", *RULES, "--format", "json", "--lang", "pt-BR")
    assert isinstance(refused.exception, UsageError)
    assert refused.exception.exit_code == 2
    assert "--format markdown" in str(refused.exception.remedy)


@pytest.mark.parametrize(
    "arguments",
    [
        ("check",),
        ("check", "x", "--profile", "prod"),
        ("check", "x", "--format", "xml"),
        ("check", "none.yaml"),
        ("check", "x", "--values", "none.yaml"),
        ("explain",),
    ],
)
def test_bad_usage_is_exit_code_2(run: Run, arguments: tuple[str, ...]) -> None:
    assert run(*arguments).exit_code == 2


def test_a_result_that_cannot_be_written_is_said(folder: Path) -> None:
    (folder / "a.yaml").write_text(pod(privileged=False))
    command = [str(Path(sys.executable).with_name("cartorio")), "policy", "check", "a.yaml", *RULES]
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False, timeout=60)
    assert done.returncode == 3
    assert "the result cannot be written: No space left on device" in done.stderr
    assert "Traceback" not in done.stderr


def test_help_has_examples(run: Run) -> None:
    said = run("check", "--help").stdout
    assert "cartorio policy check clusters/producao" in said
    assert "Exit codes" in said


def test_every_rule_is_listed_and_explained(run: Run) -> None:
    listed = run("list").stdout
    assert all(policy.id in listed for policy in CATALOGUE)
    assert [one["rule"] for one in json.loads(run("list", "--format", "json").stdout)] == [p.id for p in CATALOGUE]
    said = run("explain", "image/signed").stdout
    assert "Remedy:" in said
    assert "Fails" in said


def test_a_rule_that_is_not_there_has_a_suggestion(run: Run) -> None:
    error = run("explain", "image/singed").exception
    assert "there is no rule 'image/singed'" in str(error)
    assert "image/signed" in getattr(error, "remedy", "")


def test_progress_is_said_after_two_seconds_and_not_before(capsys: pytest.CaptureFixture[str]) -> None:
    now = [0.0]
    progress = cli._Progress(lambda: now[0])
    for now[0] in (0.5, 1.9, 2.1, 2.2, 4.2):
        progress.told(int(now[0] * 10))
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.splitlines() == ["judged: 21 objects", "judged: 42 objects"]


def test_the_toolchains_own_programs_do_where_the_machine_has_none(
    monkeypatch: pytest.MonkeyPatch, toolchain: object
) -> None:
    del toolchain  # built before the test begins
    monkeypatch.setenv("PATH", "/nowhere")
    tools = cli._Tools()
    assert tools.find("helm").endswith("helm")
    assert tools.find("helm") == tools.find("helm")
