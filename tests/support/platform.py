"""The whole platform for end-to-end tests: a copy of the project, in a lab of its own, through the real engine."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lab.deploy import STACK, Deployed, deploy
from lab.engine.engine import Engine
from lab.engine.environment import environment
from lab.paths import PROJECT_ROOT
from lab.report import Quiet

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.support.lab import RunningLab

NAMESPACE = "cartorio"
_PROGRAM = ("Pulumi.yaml", "Pulumi.local.yaml", "__main__.py", "components", "policy_pack", "charts")


@dataclass(frozen=True)
class Platform:
    """A project folder and the lab it is deployed to."""

    lab: RunningLab
    project: Path

    @classmethod
    def copy(cls, lab: RunningLab, folder: Path) -> Platform:
        """Copy the program into `folder`, so that a test may change any of it; its `.lab` is the lab's folder."""
        folder.mkdir(parents=True)
        for name in _PROGRAM:
            source = PROJECT_ROOT / name
            if source.is_dir():
                shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy2(source, folder / name)
        (folder / ".venv").symlink_to(sys.prefix)
        (folder / ".lab").symlink_to(lab.paths.root)
        return cls(lab, folder)

    @property
    def variables(self) -> Mapping[str, str]:
        """The environment of the lab's shell, with this copy's policy pack."""
        endpoints = self.lab.services.endpoints()
        found = environment(self.lab.paths, self.lab.toolchain, endpoints)
        return {**found, "PULUMI_OPTION_POLICY_PACK": str(self.project / "policy_pack")}

    @property
    def engine(self) -> Engine:
        """The engine, on this copy."""
        return Engine(self.variables, self.project)

    def deploy(self) -> Deployed:
        """What `make up` does."""
        return deploy(self.lab.paths, self.project, Quiet())

    def pulumi(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run `pulumi` as a person would in `make shell`; whatever it says is returned."""
        return subprocess.run(
            [self.lab.toolchain.path("pulumi"), *arguments, "--stack", STACK, "--non-interactive", "--color", "never"],
            cwd=self.project,
            env=dict(self.variables),
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    def tool(self, name: str, *arguments: str) -> str:
        """Run one of the lab's tools; its failure is the test's. Returns its standard output."""
        done = subprocess.run(
            [self.lab.toolchain.path(name), *arguments],
            env=dict(self.variables),
            cwd=self.project,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, f"{name} {' '.join(arguments)}: {done.stdout}{done.stderr}"
        return done.stdout

    def objects(self, kind: str, *scope: str) -> list[dict[str, Any]]:
        """All objects of a kind, as the API server has them."""
        listed = json.loads(self.tool("kubectl", "get", kind, *(scope or ("--namespace", NAMESPACE)), "--output=json"))
        items = listed["items"]
        assert isinstance(items, list)
        return items

    def fingerprint(self) -> tuple[bytes, frozenset[tuple[str, str, str]]]:
        """What must not change when an update is refused: the state file, and every object that a release has."""
        kinds = "deployments,replicasets,services,secrets,networkpolicies,poddisruptionbudgets,serviceaccounts"
        seen = frozenset(
            (item["kind"], item["metadata"]["name"], str(item["metadata"].get("generation", item.get("data"))))
            for item in self.objects(kinds)
        )
        return self.engine.state_file(STACK).read_bytes(), seen

    @property
    def release(self) -> dict[str, Any]:
        """The release file."""
        loaded = json.loads(self.lab.paths.release.read_text())
        assert isinstance(loaded, dict)
        return loaded

    def set_images(self, reference: str) -> None:
        """Have the release name another image."""
        document = {**self.release, "version": "9.9.9", "images": {"api": reference, "workers": reference}}
        self.lab.paths.release.write_text(json.dumps(document))
