"""What a stack runs, from a state and from a preview; the engine here says what a test wants it to."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from delivery.cli import app
from delivery.images.inventory import look, of_stack
from guardrails.resources.base import Declared
from guardrails.resources.helm import StandInError
from lab.errors import LabError, UsageError
from tests.support.trust import Shelf, named

if TYPE_CHECKING:
    from pathlib import Path

    from tests.delivery.images.conftest import Policy
    from tests.support.signing import Cosign

DIGEST = f"sha256:{'ab' * 32}"
POD = {"apiVersion": "v1", "kind": "Pod"}
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


class _StandIns:
    def render(self, name: str, _properties: object) -> tuple[Any, ...]:
        raise StandInError(f"{name}: no such host", "look")


def _resource(kind: str, name: str, inputs: dict[str, Any]) -> dict[str, Any]:
    return {"urn": f"urn:pulumi:qa::cartorio::{kind}::{name}", "type": kind, "custom": True, "inputs": inputs}


def _pod(name: str, *images: str) -> dict[str, Any]:
    containers = [{"name": f"c{number}", "image": image} for number, image in enumerate(images)]
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": {"containers": containers}}
    return _resource("kubernetes:core/v1:Pod", name, pod)


def test_every_image_once_a_place_and_what_nobody_saw() -> None:
    declared = [
        Declared("kubernetes:core/v1:Pod", "a", "urn", _pod("a", "x@y", "x@y")["inputs"]),
        Declared("kubernetes:helm.sh/v3:Release", "vault", "urn", {}),
        Declared("aws:lambda/function:Function", "f", "urn", {"imageUri": "z"}),
        Declared(
            "kubernetes:core/v1:Pod", "b", "urn", {"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [{}]}}
        ),
        Declared("kubernetes:core/v1:Pod", "c", "urn", {"apiVersion": "v1", "kind": "Pod", "spec": 1}),
    ]
    found = look(declared, _StandIns())
    assert [(use.image, use.where) for use in found.uses] == [("x@y", "Pod a"), ("z", "Function f")]
    assert [line.partition(":")[0] for line in found.unseen] == ["Helm release vault", "Pod b", "Pod c"]


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project, and a `pulumi` that prints a file and writes down how it was called."""
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "Pulumi.yaml").touch()
    program = tmp_path / "pulumi"
    program.write_text(
        f'#!/bin/sh\necho "$@ pack=$PULUMI_OPTION_POLICY_PACK" > {tmp_path}/asked\ncat {tmp_path}/said\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setenv("PULUMI_OPTION_POLICY_PACK", "the pack")
    return tmp_path


def _says(engine: Path, document: object) -> None:
    (engine / "said").write_text(document if isinstance(document, str) else json.dumps(document))


@pytest.mark.parametrize("preview", [False, True])
def test_the_engine_is_asked_without_the_pack_which_would_refuse(engine: Path, *, preview: bool) -> None:
    pod = _pod("api", f"r.example/app@{DIGEST}", UNKNOWN)
    steps = {"steps": [{"op": "create", "newState": pod}, {"op": "delete", "oldState": _pod("gone", "old")}]}
    _says(engine, steps if preview else {"version": 3, "deployment": {"resources": [pod]}})
    found = of_stack("qa", engine / "project", "1.36.3", preview=preview)
    assert [use.image for use in found.uses] == [f"r.example/app@{DIGEST}"]
    assert len(found.unseen) == 1
    asked = (engine / "asked").read_text()
    assert asked.startswith("preview --json --stack qa" if preview else "stack export --stack qa")
    assert asked.endswith("pack=\n")


def test_what_the_engine_does_not_say_is_an_error(engine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for said in ("no JSON", {"deployment": {"resources": [1]}}, {"deployment": 1}):
        _says(engine, said)
        with pytest.raises(LabError, match="the engine's answer cannot be read"):
            of_stack("qa", engine / "project", "1.36.3", preview=False)
    (engine / "pulumi").write_text("#!/bin/sh\necho 'error: no stack named qa' >&2\nexit 255\n")
    with pytest.raises(LabError, match=r"(?s)failed \(exit 255\):\n  error: no stack named qa"):
        of_stack("qa", engine / "project", "1.36.3", preview=False)
    with pytest.raises(UsageError, match="there is no Pulumi project"):
        of_stack("qa", engine / "elsewhere", "1.36.3", preview=False)
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(LabError, match="there is no pulumi on PATH"):
        of_stack("qa", engine / "project", "1.36.3", preview=False)


def test_the_command_tells_verdict_signer_and_place(engine: Path, policy: Policy, shelf: Shelf, cosign: Cosign) -> None:
    digest = shelf.image()
    cosign.sign("release", shelf.direct(digest), legacy=True)
    good, bad = named(digest), named(shelf.image())
    _says(engine, {"version": 3, "deployment": {"resources": [_pod("api", good), _pod("worker", good, bad)]}})
    arguments = ["image", "inventory", "producao", "--project", str(engine / "project"), "--trust", str(policy.file)]
    result = CliRunner().invoke(app, [*arguments, "--format", "json"])
    assert result.exit_code == 1
    document = json.loads(result.stdout)
    images = {image["reference"]: image for image in document["images"]}
    assert images[good]["verdict"] == "trusted"
    assert images[good]["usedBy"] == ["Pod api", "Pod worker"]
    assert len(images[good]["signers"]) == 1
    assert (images[good]["signedAt"], images[good]["sbom"]) == (None, None)
    assert images[bad]["verdict"] == "refused"
    text = CliRunner().invoke(app, arguments)
    assert text.exit_code == 1
    assert "release" in text.stdout
    assert "not proven" in text.stdout
    _says(engine, {"version": 3, "deployment": {"resources": [_pod("api", good)]}})
    assert CliRunner().invoke(app, arguments).exit_code == 0
    _says(engine, {"version": 3, "deployment": {"resources": [_pod("api", good, UNKNOWN)]}})
    unseen = CliRunner().invoke(app, arguments)
    assert "not seen: Pod api" in unseen.stdout
    assert unseen.exit_code == 3  # a gate that reads nothing but this would take it for all
