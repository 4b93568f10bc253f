"""What images cost in a preview: one of pods, each with an image to be verified, against one of as many other objects.

Through the real engine, with a copy of the policy pack whose trust policy knows the images; nothing of an image is
remembered from one preview to the next. All else that is judged of a pod counts for the images, too. The objects' own
provider writes files and asks no cluster.
"""

from __future__ import annotations

import json
import shutil
import statistics
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lab.bench.cases import pulumi
from lab.paths import PROJECT_ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

PROFILE: Final = "local"
"""The trust policy's profile that has to know the images."""

_RULE: Final = "image/signed"
_OTHERWISE: Final = frozenset({"KUBECONFIG", "PULUMI_OPTION_POLICY_PACK"})
_ROUNDS: Final = 3
_STACK: Final = "bench"
_CONFIG: Final = f"config:\n  cartorio:profile: {PROFILE}\n"
_PROGRAM: Final = """
import json, pathlib, pulumi, pulumi_kubernetes as k8s
cluster = pulumi.ResourceOptions(provider=k8s.Provider("cluster", render_yaml_to_directory="manifests"))
for number, image in enumerate(json.loads(pathlib.Path("images.json").read_text())):
    metadata = {"name": f"n{number}", "namespace": "bench"}
    if %(verified)s:
        spec = {"containers": [{"name": "c", "image": image}]}
        k8s.core.v1.Pod(f"n{number}", metadata=metadata, spec=spec, opts=cluster)
    else:
        k8s.core.v1.ConfigMap(f"n{number}", metadata=metadata, data={"image": image}, opts=cluster)
"""


@dataclass(frozen=True)
class Previewed:
    """Seconds of a preview, the median of some that took turns.

    Attributes:
        verified: of pods whose images are verified.
        plain: of as many objects without one.
    """

    verified: float
    plain: float

    @property
    def more(self) -> float:
        """What the images cost."""
        return self.verified - self.plain


def measure(folder: Path, images: Sequence[str], trust: Path, variables: Mapping[str, str]) -> Previewed:
    """Preview both in turns.

    Args:
        folder: a new one is made in it.
        images: references, all to be trusted.
        trust: the trust policy.
        variables: the lab's environment.

    Raises:
        LabError: a preview failed: it does where an image is not trusted.
    """
    pack = _pack(folder, trust)
    # The provider takes a cluster or a folder to write to; the engine takes levels for the pack that the command names.
    unremembered = {name: value for name, value in variables.items() if name not in _OTHERWISE}
    unremembered["CARTORIO_EVIDENCE_CACHE"] = "off"
    projects = [_project(folder / name, images, unremembered, verified=name == "pods") for name in ("pods", "others")]
    levels = folder / "levels.json"
    levels.write_text(json.dumps({"all": "disabled", _RULE: "mandatory"}), "utf-8")
    command = ("preview", "--stack", _STACK, "--policy-pack", str(pack), "--policy-pack-config", str(levels))

    def seconds(project: Path) -> float:
        start = time.perf_counter()
        pulumi(command, project, unremembered)
        return time.perf_counter() - start

    for project in projects:
        seconds(project)  # the copied pack is compiled
    rounds = [tuple(seconds(project) for project in projects) for _ in range(_ROUNDS)]
    return Previewed(*(statistics.median(of_one) for of_one in zip(*rounds, strict=True)))


def _pack(folder: Path, trust: Path) -> Path:
    pack = folder / "policy_pack"
    shutil.copytree(PROJECT_ROOT / "policy_pack", pack, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(trust, pack / "trust.yaml")
    settings = pack / "PulumiPolicy.yaml"
    settings.write_text(settings.read_text("utf-8").replace("../.venv", sys.prefix), "utf-8")
    return pack


def _project(folder: Path, images: Sequence[str], variables: Mapping[str, str], *, verified: bool) -> Path:
    folder.mkdir()
    options = f"{{toolchain: pip, virtualenv: {sys.prefix}}}"
    (folder / "Pulumi.yaml").write_text(
        f"name: {folder.name}\nruntime: {{name: python, options: {options}}}\n", "utf-8"
    )
    (folder / "images.json").write_text(json.dumps(list(images)), "utf-8")
    (folder / "__main__.py").write_text(_PROGRAM % {"verified": verified}, "utf-8")
    pulumi(("stack", "init", _STACK), folder, variables)
    settings = folder / f"Pulumi.{_STACK}.yaml"
    settings.write_text(settings.read_text("utf-8") + _CONFIG, "utf-8")
    return folder
