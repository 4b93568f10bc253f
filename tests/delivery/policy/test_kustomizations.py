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


def test_two_that_take_each_other_end(tree: Path) -> None:
    _kustomization(tree / "base", "resources: [../live]\n")
    with pytest.raises(UnreadableError, match="cycle"):
        kustomizations.build(tree / "live", _kubectl())


def test_fluxs_own_kind_is_no_kustomization(folder: Path) -> None:
    _kustomization(folder, "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n")
    assert kustomizations.file_of(folder) is None
    for text in ("", "- a\n", "a: [", "apiVersion: kustomize.config.k8s.io/v1beta1\n"):
        assert kustomizations.file_of(_kustomization(folder, text)) == folder / "kustomization.yaml"
