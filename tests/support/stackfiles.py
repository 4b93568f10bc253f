"""Stack files for tests: the repository's own, and small projects around changed ones."""

from __future__ import annotations

import copy
import json
import shutil
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from components.settings import Settings, parse
from components.supply.signatures import ImagePolicy
from guardrails.trust.admission_file import read_image_policies
from tests.support.plan import values

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).resolve().parents[2]
DIGEST = "a" * 64
RELEASE: dict[str, Any] = {
    "schema": "cartorio.release/v1",
    "version": "1.2.3",
    "images": {
        "api": f"registry.cartorio.internal/cartorio/api@sha256:{DIGEST}",
        "workers": f"registry.cartorio.internal/cartorio/workers@sha256:{DIGEST}",
    },
}


def stack_files() -> tuple[Path, ...]:
    """The stack files of the repository."""
    return tuple(sorted(path for path in ROOT.glob("Pulumi.*.yaml")))


def config_of(stack: str) -> dict[str, Any]:
    """What the file of a stack has under `config:`."""
    config: dict[str, Any] = yaml.safe_load((ROOT / f"Pulumi.{stack}.yaml").read_text(encoding="utf-8"))["config"]
    return copy.deepcopy(config)


def put(config: dict[str, Any], path: str, value: object) -> None:
    """Set the setting at `path`, such as `cartorio:workload/api/replicas/min`; None takes it away."""
    *way, last = path.split("/")
    node: Any = config
    for step in way:
        node = node[int(step)] if isinstance(node, list) else node[step]
    if isinstance(node, list):
        node[int(last)] = value
    elif value is None:
        del node[last]
    else:
        node[last] = value


def image_policies(settings: Settings) -> tuple[ImagePolicy, ...]:
    """What the program's `__main__` hands in: what the trust policy of this repository asks of a stack's cluster."""
    if settings.configuration.supply.policy_controller is None:
        return ()
    profile = settings.configuration.profile.value
    found = read_image_policies(ROOT / "policy_pack/trust.yaml", profile, datetime(2026, 11, 25, tzinfo=UTC))
    return tuple(ImagePolicy.model_validate(asdict(policy)) for policy in found)


class Project:
    """A project's folder with one stack."""

    def __init__(self, folder: Path, stack: str = "local") -> None:
        self.folder = folder
        self.stack = stack
        self.config = config_of(stack)
        self.release: object = RELEASE
        self.secrets: frozenset[str] = frozenset()
        shutil.copytree(ROOT / "charts", folder / "charts", dirs_exist_ok=True)

    def write(self) -> None:
        """Write the stack's file and the release file."""
        text = yaml.safe_dump({"config": self.config}, sort_keys=False)
        (self.folder / f"Pulumi.{self.stack}.yaml").write_text(text, encoding="utf-8")
        named = str(self.config.get("cartorio:release"))
        if self.release is not None and named.endswith(".json") and ".." not in named:
            path = self.folder / named
            path.parent.mkdir(parents=True, exist_ok=True)
            content = self.release if isinstance(self.release, str) else json.dumps(self.release)
            path.write_text(content, encoding="utf-8")

    def settings(self, environment: Mapping[str, str] | None = None) -> Settings:
        """Write the files and read the settings from them, as `components.settings.load` would."""
        self.write()
        return parse(
            values(self.config),
            secrets=self.secrets,
            stack=self.stack,
            root=self.folder,
            environment=environment or {},
        )
