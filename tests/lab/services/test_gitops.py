"""What Flux's services need before they start; that they work together is shown in tests/e2e/test_gitops.py."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from lab.errors import LabError, UsageError
from lab.paths import LabPaths
from lab.services import Lab, NoTools, gitops
from lab.services.lab import EXTRAS, NAMES, TOOLS, tools_of
from lab.services.pki import Pki
from lab.services.service import Service, Site

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.lab import RunningLab

DEFINITION = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "notes.test.cartorio.digital"},
    "spec": {
        "group": "test.cartorio.digital",
        "scope": "Namespaced",
        "names": {"kind": "Note", "plural": "notes", "singular": "note", "listKind": "NoteList"},
        "versions": [
            {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": {"type": "object"}}}
        ],
    },
}


class _Definitions:
    """Tools of which one is a folder with these definitions."""

    def __init__(self, folder: Path, *documents: object) -> None:
        self._folder = folder
        for number, document in enumerate(documents):
            (folder / f"{number}.yaml").write_text(json.dumps(document), encoding="utf-8")

    def path(self, name: str) -> Path:
        assert name in {"crds-flux-source", "crds-flux-kustomize"}
        return self._folder


def _site(lab: RunningLab, tools: _Definitions) -> Site:
    port = int(lab.endpoints.kubernetes_url.rpartition(":")[2])
    return Site(lab.paths, tools, Pki(lab.paths.root / "pki", ""), {"kube-apiserver": port})


def _service(name: str) -> Service:
    (found,) = [service for service in gitops.GITOPS if service.name == name]
    return found


def test_the_controllers_are_no_part_of_make_up() -> None:
    assert set(tools_of("gitops")) - set(TOOLS) == {
        "source-controller",
        "kustomize-controller",
        "crds-flux-source",
        "crds-flux-kustomize",
    }
    assert tools_of() == TOOLS
    with pytest.raises(UsageError, match="nothing named 'flux' to add"):
        tools_of("flux")


def test_every_service_that_an_extra_needs_is_there() -> None:
    for group in EXTRAS.values():
        assert {need for service in group for need in service.needs} <= set(NAMES)


def test_the_repository_is_made_once_and_kept(tmp_path: Path) -> None:
    site = Site(LabPaths(tmp_path, tmp_path), NoTools(), Pki(tmp_path, ""), {})
    git = _service("git")
    git.prepare(site)
    head = gitops.repository(tmp_path) / "HEAD"
    assert head.read_text() == "ref: refs/heads/main\n"
    head.write_text("ref: refs/heads/other\n")
    git.prepare(site)
    assert head.read_text() == "ref: refs/heads/other\n"


def test_without_git_there_is_a_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(LabError, match="there is no git on PATH"):
        _service("git").prepare(Site(LabPaths(tmp_path, tmp_path), NoTools(), Pki(tmp_path, ""), {}))


def test_a_repository_that_cannot_be_made_says_what_git_said(tmp_path: Path) -> None:
    folder = gitops.repository(tmp_path)
    folder.parent.mkdir(parents=True)
    folder.write_text("in the way")
    with pytest.raises(LabError, match=r"the repository could not be made: .+"):
        _service("git").prepare(Site(LabPaths(tmp_path, tmp_path), NoTools(), Pki(tmp_path, ""), {}))


def test_the_api_server_serves_what_is_defined_before_a_controller_starts(lab: RunningLab, tmp_path: Path) -> None:
    site = _site(lab, _Definitions(tmp_path, DEFINITION))
    try:
        for _ in range(2):  # the second time it is there already
            _service("kustomize-controller").prepare(site)
            assert lab.api().read("/apis/test.cartorio.digital/v1")["resources"]
    finally:
        lab.kubectl("delete", "customresourcedefinition", "notes.test.cartorio.digital", "--ignore-not-found")


def test_a_definition_that_is_refused_is_named_with_the_reason(lab: RunningLab, tmp_path: Path) -> None:
    broken = {**DEFINITION, "metadata": {"name": "other.test.cartorio.digital"}}
    with pytest.raises(LabError, match=r"does not take other\.test\.cartorio\.digital \(422\): .*must be"):
        _service("source-controller").prepare(_site(lab, _Definitions(tmp_path, broken)))


def test_a_lab_without_it_has_no_repository(lab: RunningLab) -> None:
    with pytest.raises(LabError, match="the lab has no Git server"):
        Lab(lab.paths, lab.toolchain).repository()
