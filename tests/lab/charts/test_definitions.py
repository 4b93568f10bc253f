"""With the real API server, and the definitions that the toolchain has of real controllers."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pytest

from lab.charts.definitions import Kind, define, needed
from lab.errors import LabError
from lab.toolchain.crds import CrdSource

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.lab import RunningLab

SOURCE = CrdSource("deeds", "example.test/deeds", "*.yaml", ("deeds",))
DEED = """\
# A comment, and a kustomization before it.
kind: Kustomization
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  annotations:
    note: "= is no value"
  name: deeds.{group}
spec:
  group: {group}
  names:
    plural: deeds
    kind: Deed
  scope: {scope}
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties: {{spec: {{type: object, properties: {{pages: {{type: integer}}}}}}}}
"""


class Folder:
    """The toolchain's `crds-deeds`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, name: str) -> Path:
        assert name == "crds-deeds"
        return self._folder


@pytest.fixture
def group(lab: RunningLab) -> Iterator[str]:
    made = f"g{uuid.uuid4().hex[:8]}.example.test"
    yield made
    lab.kubectl("delete", "customresourcedefinition", f"deeds.{made}", "--ignore-not-found", "--wait=false")


@pytest.fixture
def deeds(tmp_path: Path, group: str) -> Folder:
    (tmp_path / "deeds.yaml").write_text(DEED.format(group=group, scope="Namespaced"))
    return Folder(tmp_path)


def test_what_a_stand_in_would_have_brought_is_installed_and_served(
    lab: RunningLab, namespace: str, deeds: Folder, group: str
) -> None:
    kind = Kind(group, "Deed")
    assert define(lab.api(), deeds, {"deeds"}, {kind}, (SOURCE,)) == ()
    manifest = f"apiVersion: {group}/v1\nkind: Deed\nmetadata: {{name: one}}\nspec: {{pages: %s}}\n"
    lab.kubectl("apply", "--namespace", namespace, "--filename=-", given=manifest % "3")
    with pytest.raises(AssertionError, match=r"spec\.pages"):
        lab.kubectl("apply", "--namespace", namespace, "--filename=-", given=manifest % "many")
    assert define(lab.api(), deeds, {"deeds"}, {kind}, (SOURCE,)) == (), "and again"


def test_objects_of_a_definition_whose_controller_converts_can_be_listed(
    lab: RunningLab, namespace: str, deeds: Folder, group: str
) -> None:
    webhook = "{clientConfig: {service: {name: webhook, namespace: nowhere}}, conversionReviewVersions: [v1]}"
    (file,) = deeds.path("crds-deeds").iterdir()
    text = file.read_text()
    version = text[text.index("    - name: v1") :]
    older = version.replace("name: v1", "name: v1alpha1").replace("storage: true", "storage: false")
    converted = text.replace(
        "  names:\n", f"  conversion:\n    strategy: Webhook\n    webhook: {webhook}\n  names:\n", 1
    )
    file.write_text(converted + older)
    assert define(lab.api(), deeds, {"deeds"}, {Kind(group, "Deed")}, (SOURCE,)) == ()
    manifest = f"apiVersion: {group}/v1alpha1\nkind: Deed\nmetadata: {{name: one}}\nspec: {{pages: 2}}\n"
    lab.kubectl("apply", "--namespace", namespace, "--filename=-", given=manifest)
    assert [item["spec"] for item in lab.api().read(f"/apis/{group}/v1/deeds")["items"]] == [{"pages": 2}]


def test_a_large_definition_may_take_its_time(lab: RunningLab, deeds: Folder, group: str) -> None:
    hasty = lab.api().patient(0.001)
    assert define(hasty, deeds, {"deeds"}, {Kind(group, "Deed")}, (SOURCE,)) == ()
    assert f"deeds.{group}" in lab.kubectl("get", "customresourcedefinition", f"deeds.{group}")


def test_a_chart_that_is_the_sources_own_brings_them_itself(lab: RunningLab, deeds: Folder, group: str) -> None:
    assert define(lab.api(), deeds, {"another"}, {Kind(group, "Deed")}, (SOURCE,)) == ()
    assert lab.kubectl("get", "customresourcedefinition", f"deeds.{group}", "--ignore-not-found") == ""


def test_only_what_is_asked_for_is_installed(lab: RunningLab, deeds: Folder, group: str) -> None:
    assert define(lab.api(), deeds, {"deeds"}, {Kind("apps", "Deployment")}, (SOURCE,)) == ()
    assert lab.kubectl("get", "customresourcedefinition", f"deeds.{group}", "--ignore-not-found") == ""


def test_what_nothing_defines_is_told_by_name(lab: RunningLab, deeds: Folder, group: str) -> None:
    kinds = {Kind(group, "Deed"), Kind("nobody.example.test", "Will"), Kind("rbac.authorization.k8s.io", "Role")}
    (left,) = define(lab.api(), deeds, {"deeds"}, kinds, (SOURCE,))
    assert str(left) == "Will (nobody.example.test)"


def test_a_definition_that_the_api_server_refuses_is_an_error(lab: RunningLab, tmp_path: Path, group: str) -> None:
    (tmp_path / "deeds.yaml").write_text(DEED.format(group=group, scope="Everywhere"))
    with pytest.raises(LabError, match=f"refuses the definition deeds.{group}"):
        define(lab.api(), Folder(tmp_path), {"deeds"}, {Kind(group, "Deed")}, (SOURCE,))


def test_a_definition_that_cannot_be_read_is_an_error(lab: RunningLab, tmp_path: Path) -> None:
    (tmp_path / "deeds.yaml").write_text("kind: CustomResourceDefinition\nspec: {}\n")
    with pytest.raises(LabError, match="without a name or a kind"):
        define(lab.api(), Folder(tmp_path), {"deeds"}, {Kind("g.example.test", "Deed")}, (SOURCE,))


def test_the_kinds_of_pulumis_types_and_of_the_projects_charts(tmp_path: Path) -> None:
    templates = tmp_path / "app" / "templates"
    templates.mkdir(parents=True)
    (templates / "canary.yaml").write_text("{{- if .Values.x }}\napiVersion: flagger.app/v1beta1\nkind: Canary\n")
    (templates / "pod.yaml").write_text("apiVersion: v1\nkind: Pod\n")
    types = (
        "kubernetes:cert-manager.io/v1:ClusterIssuer",
        "kubernetes:keda.sh/v1alpha1:ScaledObjectPatch",
        "kubernetes:apps/v1:Deployment",
        "kubernetes:core/v1:Pod",
        "kubernetes:helm.sh/v3:Release",
        "aws:s3/bucket:Bucket",
        "cartorio:vault:Vault",
    )
    assert needed(types, tmp_path) == {
        Kind("cert-manager.io", "ClusterIssuer"),
        Kind("keda.sh", "ScaledObject"),
        Kind("flagger.app", "Canary"),
    }
    assert needed((), tmp_path / "nothing") == frozenset()
