"""The trees that Flux applies: every folder builds, every file is used, and stacks differ where they should."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

if TYPE_CHECKING:
    from lab.services import Tools

CLUSTERS = Path(__file__).resolve().parents[2] / "clusters"
STACKS = ("local", "producao", "staging")
FOLDERS = sorted(file.parent for file in CLUSTERS.rglob("kustomization.yaml"))


def build(toolchain: Tools, folder: Path) -> list[dict[str, Any]]:
    """The objects of a folder, as kustomize makes them."""
    done = subprocess.run(
        [toolchain.path("kubectl"), "kustomize", folder], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return [document for document in yaml.safe_load_all(done.stdout) if document]


def _named(objects: list[dict[str, Any]]) -> dict[tuple[str, str, str], dict[str, Any]]:
    return {(one["kind"], one["metadata"].get("namespace", ""), one["metadata"]["name"]): one for one in objects}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: str(folder.relative_to(CLUSTERS)))
def test_every_folder_builds_and_names_nothing_twice(toolchain: Tools, folder: Path) -> None:
    objects = build(toolchain, folder)
    assert objects
    assert len(_named(objects)) == len(objects)


@pytest.mark.parametrize("stack", STACKS)
def test_the_whole_of_a_stack_is_its_trees(toolchain: Tools, stack: str) -> None:
    folder = CLUSTERS / stack
    trees = sorted(file.parent.name for file in folder.glob("*/kustomization.yaml"))
    apart = [one for tree in trees for one in build(toolchain, folder / tree)]
    assert _named(build(toolchain, folder)) == _named(apart)


def test_every_file_is_used() -> None:
    for file in CLUSTERS.rglob("*.yaml"):
        if file.name != "kustomization.yaml":
            listed = yaml.safe_load((file.parent / "kustomization.yaml").read_text(encoding="utf-8"))["resources"]
            assert file.name in listed, f"{file} is in no kustomization"


def test_only_production_lets_nobody_into_a_pod(toolchain: Tools) -> None:
    key = ("ValidatingAdmissionPolicyBinding", "", "cartorio-interactive")
    actions = {stack: _named(build(toolchain, CLUSTERS / stack))[key]["spec"]["validationActions"] for stack in STACKS}
    assert actions == {"producao": ["Deny", "Audit"], "staging": ["Warn", "Audit"], "local": ["Warn"]}


@pytest.mark.parametrize("stack", STACKS)
def test_what_kubernetes_brings_is_never_pruned(toolchain: Tools, stack: str) -> None:
    for (kind, _, name), one in _named(build(toolchain, CLUSTERS / stack)).items():
        if name == "default" and kind in {"Namespace", "ServiceAccount"}:
            assert one["metadata"]["annotations"]["kustomize.toolkit.fluxcd.io/prune"] == "disabled"
