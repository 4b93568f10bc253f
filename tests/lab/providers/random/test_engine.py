"""The plugin under the real engine: what a person sees, and what the state file holds."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from lab.engine.environment import without_credentials
from lab.engine.plugins import lay_out
from lab.paths import LabPaths

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from lab.services import Tools

pytestmark = pytest.mark.e2e

PROGRAM = """
import pulumi
import pulumi_random as random

config = pulumi.Config()
opts = pulumi.ResourceOptions(provider=random.Provider("random"))
keepers = {"generation": config.require("generation")}
password = random.RandomPassword("password", length=24, min_special=2, keepers=keepers, opts=opts)
ident = random.RandomId("id", byte_length=4, prefix="lab-", opts=opts)
tail = random.RandomString("tail", length=6, keepers={"id": ident.hex}, special=False, opts=opts)
if config.get_bool("broken"):
    random.RandomInteger("seeded", min=1, max=2, seed="s", opts=opts)
pulumi.export("password", password.result)
pulumi.export("tail", tail.result)
"""
STACK = "dev"


@dataclass(frozen=True)
class Engine:
    """The engine on a small project of its own, with a backend of its own."""

    pulumi: Path
    project: Path
    backend: Path
    variables: Mapping[str, str]

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(self.pulumi), *arguments, "--stack", STACK, "--non-interactive"],
            cwd=self.project,
            env=self.variables,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def do(self, *arguments: str) -> str:
        done = self.run(*arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def up(self) -> str:
        return self.do("up", "--yes", "--skip-preview")

    def state(self) -> str:
        return (self.backend / ".pulumi" / "stacks" / "probe" / f"{STACK}.json").read_text("utf-8")


@pytest.fixture
def engine(toolchain: Tools, tmp_path: Path) -> Engine:
    paths = LabPaths(root=tmp_path / "lab", cache=LabPaths.default().cache)
    paths.backend.mkdir(parents=True)
    lay_out(paths, toolchain)
    project = tmp_path / "project"
    project.mkdir()
    (project / "Pulumi.yaml").write_text("name: probe\nruntime: python\n", "utf-8")
    (project / "__main__.py").write_text(PROGRAM, "utf-8")
    variables = {
        **without_credentials(os.environ),
        "PULUMI_HOME": str(paths.pulumi_home),
        "PULUMI_BACKEND_URL": paths.backend.as_uri(),
        "PULUMI_CONFIG_PASSPHRASE": "made-up",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PULUMI_IGNORE_AMBIENT_PLUGINS": "true",
    }
    engine = Engine(toolchain.path("pulumi"), project, paths.backend, variables)
    engine.do("stack", "init")
    engine.do("config", "set", "pulumi:disable-default-providers", '["*"]')
    engine.do("config", "set", "generation", "1")
    return engine


def values(engine: Engine) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(engine.do("stack", "output", "--json", "--show-secrets"))
    return found


def test_a_password_from_the_first_preview_to_the_end(engine: Engine) -> None:
    assert "5 to create" in engine.do("preview")
    assert "5 created" in engine.up()
    first = values(engine)
    assert len(first["password"]) == 24
    assert len(first["tail"]) == 6

    state = engine.state()
    assert first["password"] not in state
    assert "ciphertext" in state
    assert first["tail"] in state

    assert "5 unchanged" in engine.do("preview", "--refresh", "--expect-no-changes")

    engine.do("config", "set", "generation", "2")
    shown = engine.do("preview", "--diff")
    assert 'generation: "1" => "2"' in shown
    assert "1 to replace" in shown
    assert first["password"] not in shown
    assert "1 replaced" in engine.up()
    second = values(engine)
    assert second["password"] != first["password"]
    assert second["tail"] == first["tail"]

    engine.do("config", "set", "broken", "true")
    refused = engine.run("preview")
    assert refused.returncode != 0
    message = (
        "seed: the lab's provider does not support the property `seed` of random:index/randomInteger:RandomInteger"
    )
    assert message in refused.stdout + refused.stderr
    engine.do(
        "import",
        "random:index/randomString:RandomString",
        "old",
        "abc",
        "--yes",
        "--generate-code=false",
        "--protect=false",
    )
    assert "6 deleted" in engine.do("destroy", "--yes", "--skip-preview")
    assert "resources" not in json.loads(engine.do("stack", "export"))["deployment"]
