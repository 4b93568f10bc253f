"""The real engine: a plan of its real events, and no secret in any of it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from delivery.comment.annotations import commands
from delivery.comment.body import COMMENT, SUMMARY, body
from delivery.comment.sarif import sarif
from delivery.comment.wording import WORDINGS
from delivery.plan import file
from delivery.plan.model import Operation, ValueState
from delivery.preview import run, text
from delivery.up.run import update
from lab.engine.engine import EngineError
from tests.support.tiny_project import STACK, TinyProject

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from delivery.plan.model import Plan
    from lab.services import Tools

CANARY = "canary-"
_PROGRAM = """
import json, pulumi, pulumi_aws as aws, pulumi_kubernetes as k8s, pulumi_random as random
config = pulumi.Config()
password = config.require_secret("password")
generated = random.RandomPassword("generated", length=config.get_int("length") or 16)
random.RandomString("named", length=8, keepers={{"plain": config.get("plain"), "hidden": password}})
random.RandomUuid("out", keepers={{"x": pulumi.Output.secret("canary-output")}})
cloud = aws.Provider("cloud", region="sa-east-1", access_key="canary-access", secret_key="canary-key",
    skip_credentials_validation=True, skip_requesting_account_id=True)
cluster = k8s.Provider("cluster", render_yaml_to_directory={rendered!r})
with_it = pulumi.ResourceOptions(provider=cluster)
k8s.core.v1.Secret("plain", metadata={{"name": "plain"}}, string_data={{"file": "canary-manifest"}}, opts=with_it)
k8s.core.v1.ConfigMap("settings", metadata={{"name": "settings"}}, opts=with_it, data={{
    "dsn": "postgres://cartorio:canary-dsn@db/x", "password": "canary-by-name",
    "mixed": password.apply(lambda p: "p=" + p), "made": generated.result, "plain": config.get("plain")}})
nowhere = {{"apiVersion": "v1", "kind": "Config", "current-context": "c",
    "users": [{{"name": "u", "user": {{"token": "canary-token"}}}}],
    "contexts": [{{"name": "c", "context": {{"cluster": "c", "user": "u"}}}}],
    "clusters": [{{"name": "c", "cluster": {{"server": "https://127.0.0.1:1"}}}}]}}
release = k8s.Provider("release", kubeconfig=json.dumps(nowhere))
if config.get("release"):
    k8s.helm.v3.Release("helm", chart="nginx", values={{"auth": {{"rootPassword": "canary-value", "x": password}}}},
        opts=pulumi.ResourceOptions(provider=release))
pulumi.export("told", password)
pulumi.export("generated", generated.result)
password.apply(lambda p: pulumi.log.warn("it is " + p))
"""


@pytest.fixture(scope="module")
def tiny(toolchain: Tools, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TinyProject]:
    """A stack with secrets of every kind, up."""
    folder = tmp_path_factory.mktemp("tiny")
    project = TinyProject.make(folder, toolchain)
    rendered = folder / "rendered"
    rendered.mkdir()
    del project.variables["KUBECONFIG"]  # a provider that renders to files takes none
    project.program(_PROGRAM.format(rendered=str(rendered)))
    project.configure(plain="before")
    project.engine.run("config", "set", "--secret", "password", "canary-config", stack=STACK)
    done = project.engine.up(STACK)
    assert done.succeeded, done.diagnostics
    yield project
    project.end()


def _documents(plan: Plan) -> str:
    """All that is ever made of a plan."""
    shown = "\n".join(line.plain for line in text.lines(plan))
    comments = (body(plan, say, limit=limit) for say in WORDINGS.values() for limit in (COMMENT, SUMMARY))
    return "\n".join((file.text(plan), shown, *comments, sarif([plan]), *commands([plan])))


@pytest.fixture(scope="module")
def planned(tiny: TinyProject) -> Plan:
    """The plan of a change that touches all of it."""
    tiny.engine.run("config", "set", "plain", "after", stack=STACK)
    tiny.engine.run("config", "set", "--secret", "password", "canary-other", stack=STACK)
    tiny.engine.run("config", "set", "length", "17", stack=STACK)
    return run.preview(tiny.engine, STACK)


def test_the_plan_is_of_what_the_engine_would_do(planned: Plan, tiny: TinyProject) -> None:
    by_name = {change.name: change for change in planned.changes}
    assert by_name["generated"].operation is Operation.REPLACE
    assert by_name["generated"].replace_keys == ("length",)
    assert by_name["generated"].destructive
    settings = {one.path: one for one in by_name["settings"].properties}
    changed = settings["data.plain"]
    assert (changed.before and changed.before.text, changed.after and changed.after.text) == ('"before"', '"after"')
    assert settings["data.mixed"].after is not None
    assert settings["data.mixed"].after.state is ValueState.SECRET
    assert planned.complete
    assert planned.project == "tiny"
    assert planned.origin.engine.startswith("3.")
    assert tiny.engine.project_name == "tiny"


def test_no_secret_is_in_it(planned: Plan) -> None:
    documents = _documents(planned)
    assert "[secret]" in documents  # what the program warns of
    assert CANARY not in documents


def test_no_secret_of_a_release_is_in_it(tiny: TinyProject) -> None:
    tiny.engine.run("config", "set", "release", "yes", stack=STACK)
    try:
        documents = _documents(run.preview(tiny.engine, STACK))
    finally:
        tiny.engine.run("config", "rm", "release", stack=STACK)
    assert "helm" in documents
    assert CANARY not in documents


def test_a_second_preview_has_the_same_digest_and_nothing_is_left_of_the_log(
    planned: Plan, tiny: TinyProject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    said: list[str] = []
    assert run.preview(tiny.engine, STACK, output=said.append).digest == planned.digest
    assert said
    assert list(tmp_path.iterdir()) == []


def test_no_secret_is_in_what_an_update_prints(planned: Plan, tiny: TinyProject) -> None:
    said: list[str] = []
    result = update(tiny.engine, planned, said.append)
    assert result.well, result
    assert "[secret]" in "\n".join(said)  # what the program warns of
    assert CANARY not in "\n".join((*said, *result.told, *result.unplanned))


def test_what_never_became_a_preview_is_an_error_without_a_secret(tiny: TinyProject) -> None:
    with pytest.raises(EngineError) as caught:
        run.preview(tiny.engine, "nonesuch")
    assert "nonesuch" in caught.value.what
    assert CANARY not in caught.value.what


def test_who_and_what_commit(tmp_path: Path) -> None:
    assert run.person({"GITHUB_ACTOR": "ana"}) == "ana"
    assert run.person({})
    assert run.commit(tmp_path, {"GITHUB_ACTIONS": "true", "GITHUB_SHA": "abc"}) == "abc"
    assert run.commit(tmp_path, dict(os.environ) | {"GITHUB_ACTIONS": ""}) == ""
