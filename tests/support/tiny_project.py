"""Small Pulumi projects for tests of the engine itself: the real engine and language host, no services at all."""

from __future__ import annotations

import contextlib
import json
import subprocess
import textwrap
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from lab.engine.engine import Engine
from lab.engine.environment import environment
from lab.paths import LabPaths
from lab.services import Endpoints, Tools

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

STACK = "dev"

# Nothing listens there: what is tested with it needs the engine only.
NOWHERE = Endpoints(
    kubernetes_url="https://127.0.0.1:1",
    kubeconfig=Path("/nonexistent/kubeconfig"),
    cloud_url="http://127.0.0.1:2",
    cloud_generation="none",
    registry="127.0.0.1:3",
    cloud_access_key_id="LABKEY",
    cloud_secret_access_key="LABSECRET",
)


@dataclass
class TinyProject:
    """A project in a folder of its own, with a lab folder of its own.

    Attributes:
        folder: where both are.
        paths: the lab's folders.
        variables: the environment of its `pulumi`.
    """

    folder: Path
    paths: LabPaths
    variables: dict[str, str]
    processes: list[subprocess.Popen[str]] = field(default_factory=list)

    @classmethod
    def make(cls, folder: Path, toolchain: Tools, endpoints: Endpoints = NOWHERE) -> TinyProject:
        """An empty project "tiny" with stack "dev", no policy pack attached."""
        paths = LabPaths(root=folder / "lab", cache=folder / "cache")
        paths.root.mkdir(parents=True)
        variables = environment(paths, toolchain, endpoints, official=())
        del variables["PULUMI_OPTION_POLICY_PACK"]
        project = cls(folder, paths, variables)
        project.root.mkdir()
        project.describe("runtime: python\n")
        project.program("")
        project.engine.run("stack", "init", STACK)
        return project

    @property
    def root(self) -> Path:
        """The folder of Pulumi.yaml."""
        return self.folder / "project"

    @property
    def engine(self) -> Engine:
        """The engine, on this project."""
        return Engine(self.variables, self.root)

    def describe(self, runtime: str) -> None:
        """Write Pulumi.yaml."""
        (self.root / "Pulumi.yaml").write_text(f"name: tiny\n{runtime}")

    def program(self, text: str) -> None:
        """Write the program."""
        (self.root / "__main__.py").write_text(textwrap.dedent(text))

    def configure(self, **values: str) -> None:
        """Write the stack's configuration, keeping the salt that `stack init` wrote."""
        file = self.root / f"Pulumi.{STACK}.yaml"
        salt = next(line for line in file.read_text().splitlines() if line.startswith("encryptionsalt"))
        lines = [salt, "config:", *(f"  tiny:{name}: {json.dumps(value)}" for name, value in values.items())]
        file.write_text("\n".join(lines) + "\n")

    def pack(self, text: str, runtime: str = "runtime: python\n") -> None:
        """Write a policy pack and attach it."""
        folder = self.folder / "pack"
        folder.mkdir(exist_ok=True)
        (folder / "PulumiPolicy.yaml").write_text(f"name: tinypack\nversion: 0.0.1\n{runtime}")
        (folder / "__main__.py").write_text(textwrap.dedent(text))
        self.variables["PULUMI_OPTION_POLICY_PACK"] = str(folder)

    def start(self, *arguments: str, **more: str) -> subprocess.Popen[str]:
        """Start `pulumi` and leave it running; it ends with the test."""
        process = subprocess.Popen(
            [
                str(self.paths.root / "bin" / "pulumi"),
                *arguments,
                "--stack",
                STACK,
                "--non-interactive",
                "--color",
                "never",
            ],
            cwd=self.root,
            env={**self.variables, **more},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.processes.append(process)
        return process

    def pulumi(self, *arguments: str) -> tuple[int, str]:
        """Run `pulumi`; its exit code and everything it says."""
        process = self.start(*arguments)
        said, _ = process.communicate(timeout=120)
        return process.returncode, said

    def descendants(self) -> list[psutil.Process]:
        """Every living process with this project's PULUMI_HOME in its environment."""
        return [process for process in psutil.process_iter() if _belongs(process, self.variables)]

    def end(self) -> None:
        """End what is left."""
        for process in self.processes:
            process.kill()
            process.communicate()
        for left in self.descendants():
            with contextlib.suppress(psutil.NoSuchProcess):
                left.kill()


def _belongs(process: psutil.Process, variables: Mapping[str, str]) -> bool:
    try:
        return (
            process.status() != psutil.STATUS_ZOMBIE
            and process.environ().get("PULUMI_HOME") == variables["PULUMI_HOME"]
        )
    except psutil.Error:
        return False


def eventually(holds: Callable[[], bool], what: str, seconds: float = 20) -> None:
    """Wait until `holds`; the test fails when it does not within `seconds`."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.05)
