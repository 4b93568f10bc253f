"""With the real kubectl."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from delivery.policy import kustomizations
from delivery.policy.documents import UnreadableError
from tests.delivery.policy.conftest import pod

if TYPE_CHECKING:
    from pathlib import Path


def _kustomization(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "kustomization.yaml").write_text(text)
    return folder


def _kubectl() -> str:
    found = shutil.which("kubectl")
    assert found
    return found


@pytest.fixture
def tree(folder: Path, tools: None) -> Path:  # noqa: ARG001
    _kustomization(folder / "base", "resources: [pod.yaml]\n")
    (folder / "base" / "pod.yaml").write_text(pod())
    _kustomization(folder / "live", "namePrefix: live-\nresources: [../base]\ncomponents: [../part]\n")
    _kustomization(folder / "part", "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nnameSuffix: -one\n")
    return folder


def test_what_is_built_is_what_would_be_applied(tree: Path) -> None:
    assert "name: live-api-one" in kustomizations.build(tree / "live", _kubectl())


def test_what_another_one_takes_is_not_built_by_itself(tree: Path) -> None:
    assert list(kustomizations.roots(tree / name for name in ("base", "live", "part"))) == [tree / "live"]
    assert list(kustomizations.roots([tree / "base"])) == [tree / "base"]
    assert list(kustomizations.roots([tree / "part"])) == []


def test_one_that_is_broken_says_why_in_the_tools_words(tree: Path) -> None:
    _kustomization(tree / "live", "resources: [missing.yaml]\n")
    with pytest.raises(UnreadableError, match=r"cannot be built: .*missing\.yaml"):
        kustomizations.build(tree / "live", _kubectl())


@pytest.mark.parametrize(
    "entry",
    ["https://example.org/a.yaml", "github.com/org/repo//base?ref=main", "git@example.org:org/repo", "example.org/a/b"],
)
def test_nothing_is_fetched_not_even_by_another_one_that_it_takes(tree: Path, entry: str) -> None:
    _kustomization(tree / "base", f"resources: ['{entry}']\n")
    with pytest.raises(UnreadableError, match="somewhere else"):
        kustomizations.build(tree / "live", "/nowhere/kubectl")


ADDRESS = "HTTP://example.org/p.yaml"


@pytest.mark.parametrize(
    "text",
    [
        f"patches: [{{path: '{ADDRESS}'}}]",
        f"patchesStrategicMerge: ['{ADDRESS}']",
        f"configMapGenerator: [{{name: a, files: ['key={ADDRESS}']}}]",
        f"secretGenerator: [{{name: a, envs: ['{ADDRESS}']}}]",
        f"openapi: {{path: '{ADDRESS}'}}",
        f"validators: ['{ADDRESS}']",
        f"transformers: [\"apiVersion: builtin\\nkind: PatchTransformer\\npath: '{ADDRESS}'\\n\"]",
        "generators: [plugin.yaml]",
        "transformers: [plugins]",
    ],
)
def test_nothing_is_fetched_for_what_is_no_resource(tree: Path, text: str) -> None:
    plugin = f'apiVersion: "b\\x75iltin"\nkind: ConfigMapGenerator\nfiles: [a={ADDRESS}]\n'
    (tree / "live" / "plugin.yaml").write_text(plugin)
    (_kustomization(tree / "live" / "plugins", "resources: [p.yaml]\n") / "p.yaml").write_text(plugin)
    _kustomization(tree / "live", f"resources: [../base]\n{text}\n")
    with pytest.raises(UnreadableError, match=f"{ADDRESS}', which is somewhere else") as caught:
        kustomizations.build(tree / "live", "/nowhere/kubectl")
    assert "Vendor it" in caught.value.remedy


def test_an_address_that_is_only_text_is_no_file(tree: Path) -> None:
    texts = (
        f"commonAnnotations: {{docs: '{ADDRESS}'}}\nconfigMapGenerator: [{{name: a, literals: ['URL={ADDRESS}']}}]\n"
    )
    _kustomization(tree / "live", f"resources: [../base]\n{texts}")
    assert kustomizations.build(tree / "live", _kubectl()).count(ADDRESS) == 3


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"resources: [a.yaml]\na: !what 1\n", "has a kustomization that is not valid YAML: line 2"),
        ("resources: [https://example.org/a]\n".encode("utf-16"), "is not text in UTF-8"),
    ],
)
def test_one_that_only_the_tool_could_read_is_refused(tree: Path, content: bytes, why: str) -> None:
    (tree / "live" / "kustomization.yaml").write_bytes(content)
    with pytest.raises(UnreadableError, match=why):
        kustomizations.build(tree / "live", "/nowhere/kubectl")


@pytest.mark.parametrize("content", ["a: [", b"\xff\xfea".decode("latin-1")])
def test_a_file_that_only_the_tool_could_read_is_refused(tree: Path, content: str) -> None:
    (tree / "base" / "pod.yaml").write_text(content, encoding="latin-1")
    with pytest.raises(UnreadableError, match="takes a file that is not valid YAML"):
        kustomizations.build(tree / "live", "/nowhere/kubectl")


def test_an_entry_that_is_no_path_is_the_tools_to_refuse(tree: Path) -> None:
    _kustomization(tree / "live", f'resources: ["a\\0b", {"x" * 5000}]\n')
    assert list(kustomizations.roots([tree / "live"])) == [tree / "live"]
    with pytest.raises(UnreadableError, match="cannot be built"):
        kustomizations.build(tree / "live", _kubectl())


def test_the_tool_has_no_network_and_says_nothing_of_its_log(folder: Path) -> None:
    tool = folder / "kubectl"
    logged = r"E1125 20:16:37.140372 3217 run.go:72] \"command failed\" err=\"$HTTPS_PROXY\""
    tool.write_text(f'#!/bin/sh\necho "{logged}" >&2; exit 1')
    tool.chmod(0o755)
    with pytest.raises(UnreadableError) as caught:
        kustomizations.build(_kustomization(folder / "live", ""), str(tool))
    assert caught.value.what == "cannot be built: http://127.0.0.1:9"


def test_two_that_take_each_other_end(tree: Path) -> None:
    _kustomization(tree / "base", "resources: [../live]\n")
    with pytest.raises(UnreadableError, match="cycle"):
        kustomizations.build(tree / "live", _kubectl())


def test_fluxs_own_kind_is_no_kustomization(folder: Path) -> None:
    _kustomization(folder, "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n")
    assert kustomizations.file_of(folder) is None
    for text in ("", "- a\n", "a: [", "apiVersion: kustomize.config.k8s.io/v1beta1\n"):
        assert kustomizations.file_of(_kustomization(folder, text)) == folder / "kustomization.yaml"
