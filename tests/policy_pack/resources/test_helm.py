"""With the real helm and a small chart of its own."""

from __future__ import annotations

import json
import stat
from typing import TYPE_CHECKING, Any

import pytest

from guardrails.resources import helm
from guardrails.resources.bounded import Limits
from guardrails.resources.helm import HelmError, Renderer
from guardrails.resources.reading import UNKNOWN, Asset, MalformedError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
  namespace: {{ .Release.Namespace }}
  annotations: {kube: {{ .Capabilities.KubeVersion.Version | quote }}}
spec:
  replicas: {{ .Values.replicas }}
  template:
    spec:
      containers:
        - {name: api, image: {{ required "image is needed" .Values.image | quote }}, env: {{ toJson .Values.env }}}
"""
HOOK = """\
apiVersion: batch/v1
kind: Job
metadata: {name: migrate, annotations: {helm.sh/hook: pre-upgrade}}
spec: {template: {spec: {containers: [{name: migrate, image: hook}]}}}
"""
CRD = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: deeds.cartorio.example}
"""


@pytest.fixture
def project(tmp_path: Path, helm_on_path: None) -> Path:  # noqa: ARG001
    chart = tmp_path / "charts" / "app"
    (chart / "templates").mkdir(parents=True)
    (chart / "crds").mkdir()
    (chart / "Chart.yaml").write_text("apiVersion: v2\nname: app\nversion: 1.0.0\nkubeVersion: '>=1.30.0-0'\n")
    (chart / "values.yaml").write_text("image: default\nreplicas: 1\nenv: []\n")
    (chart / "templates" / "deployment.yaml").write_text(DEPLOYMENT)
    (chart / "templates" / "hook.yaml").write_text(HOOK)
    (chart / "crds" / "deed.yaml").write_text(CRD)
    return tmp_path


def _render(project: Path, **properties: object) -> dict[str, Any]:
    manifests = Renderer(project, "1.36.3").render("logical", {"chart": "./charts/app", **properties})
    return {manifest["kind"]: manifest for manifest in manifests}


def _container(manifests: Mapping[str, Any]) -> dict[str, Any]:
    container: dict[str, Any] = manifests["Deployment"]["spec"]["template"]["spec"]["containers"][0]
    return container


def test_the_chart_is_rendered_with_hooks_and_definitions(project: Path) -> None:
    found = _render(project, name="cartorio", namespace="prod", values={"image": "mine", "replicas": 3.0})
    assert set(found) == {"Deployment", "Job", "CustomResourceDefinition"}
    metadata = found["Deployment"]["metadata"]
    assert (metadata["name"], metadata["namespace"]) == ("cartorio", "prod")
    assert metadata["annotations"]["kube"] == "v1.36.3"
    assert _container(found)["image"] == "mine"
    assert found["Deployment"]["spec"]["replicas"] == 3


def test_a_chart_is_never_taken_from_another_folder(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = project / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(project)
    with pytest.raises(HelmError, match="has no chart"):
        Renderer(elsewhere, "1.36.3").render("x", {"chart": "./charts/app"})


def test_a_release_without_a_name_has_its_resources(project: Path) -> None:
    assert _render(project)["Deployment"]["metadata"]["name"] == "logical"


def test_definitions_are_left_out_when_the_release_skips_them(project: Path) -> None:
    assert set(_render(project, skipCrds=True)) == {"Deployment", "Job"}


def test_the_switch_of_validation_reaches_helm(project: Path) -> None:
    assert set(_render(project, disableOpenapiValidation=True)) == set(_render(project, disableOpenapiValidation=False))
    with pytest.raises(MalformedError):
        _render(project, disableOpenapiValidation="yes")


def test_what_only_an_upgrade_makes_is_seen_too(project: Path) -> None:
    only = "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec: {containers: [{name: x, image: hidden}]}"
    (project / "charts/app/templates/pod.yaml").write_text(f"{{{{ if .Release.IsUpgrade }}}}\n{only}\n{{{{ end }}}}\n")
    manifests = Renderer(project, "1.36.3").render("logical", {"chart": "./charts/app"})
    kinds = [manifest["kind"] for manifest in manifests]
    assert sorted(kinds) == ["CustomResourceDefinition", "Deployment", "Job", "Pod"]


@pytest.mark.parametrize("repository", ["https://charts.example", "somebody"])
def test_a_folder_does_not_stand_for_the_chart_of_a_repository(project: Path, repository: str) -> None:
    # The provider asks the repository, where helm would take the folder of that name.
    with pytest.raises(HelmError, match="comes from a repository"):
        _render(project, chart="charts/app", repositoryOpts={"repo": repository})


def test_a_null_in_a_values_file_is_refused_because_the_provider_drops_it(project: Path) -> None:
    chart = project / "charts/app"
    (chart / "values.yaml").write_text("image: default\nreplicas: 1\nenv: []\nsidecar: {image: unsigned}\n")
    (project / "more.yaml").write_text("sidecar:\n")
    files = [Asset("path", "more.yaml")]
    with pytest.raises(HelmError, match="null"):
        _render(project, valueYamlFiles=files)
    with pytest.raises(HelmError, match="null"):
        _render(project, values={"env": [None]})
    assert "Deployment" in _render(project, valueYamlFiles=files, allowNullValues=True)


def test_a_values_file_is_one_file_whatever_its_name(project: Path) -> None:
    (project / "a,b.yaml").write_text("image: from-file\n")
    assert _container(_render(project, valueYamlFiles=[Asset("path", "a,b.yaml")]))["image"] == "from-file"


def test_a_values_file_that_changes_is_read_anew(project: Path) -> None:
    file, renderer = project / "more.yaml", Renderer(project, "1.36.3")
    properties = {"chart": "./charts/app", "valueYamlFiles": [Asset("path", "more.yaml")]}
    found = []
    for image in ("first", "other"):
        file.write_text(f"image: {image}\n")
        found.append(str(renderer.render("x", properties)))
    assert "first" in found[0]
    assert "other" in found[1]


def test_what_the_provider_fills_in_does_no_harm(project: Path) -> None:
    filled = {
        "keyring": "/home/me/.gnupg/pubring.gpg",
        "verify": False,
        "repositoryOpts": {"repo": ""},
        "timeout": 300.0,
    }
    assert "Deployment" in _render(project, postrender="", **filled)


def test_an_unknown_value_is_unknown_where_it_comes_out(project: Path) -> None:
    values = {"image": UNKNOWN, "env": [{"name": "A", "value": "known"}, {"name": "B", "value": UNKNOWN}]}
    container = _container(_render(project, values=values))
    assert container["image"] is UNKNOWN
    assert [entry["value"] for entry in container["env"]] == ["known", UNKNOWN]


def test_a_schema_is_not_asked_about_what_is_not_known_yet(project: Path) -> None:
    schema = {"properties": {"image": {"type": "string", "pattern": "^registry/.+"}}}
    (project / "charts/app/values.schema.json").write_text(json.dumps(schema))
    assert _container(_render(project, values={"image": UNKNOWN}))["image"] is UNKNOWN
    assert _container(_render(project, values={"image": "registry/api"}))["image"] == "registry/api"
    with pytest.raises(HelmError, match="does not match pattern"):
        _render(project, values={"image": "elsewhere/api"})


def test_values_files_come_before_values(project: Path) -> None:
    (project / "more.yaml").write_text("image: from-file\nreplicas: 7\n")
    files = [Asset("path", "more.yaml"), Asset("text", "image: from-text\n")]
    found = _render(project, valueYamlFiles=files)
    assert (_container(found)["image"], found["Deployment"]["spec"]["replicas"]) == ("from-text", 7)
    assert _container(_render(project, valueYamlFiles=files, values={"image": "last"}))["image"] == "last"


@pytest.mark.parametrize(
    ("properties", "says"),
    [
        ({"values": {"image": ""}}, "image is needed"),
        ({"chart": "./charts/none"}, "the project has no chart './charts/none'"),
        ({"chart": "oci://registry.example/chart"}, "the project has no chart"),
        ({"chart": "/"}, "the project has no chart '/'"),
        ({"chart": "a\0b"}, "the project has no chart"),
        ({"valueYamlFiles": [Asset("path", "a\0b")]}, "values file 1 cannot be read: embedded null byte"),
        ({"chart": None}, "it names no chart"),
        ({"chart": "--post-renderer=/bin/sh"}, "the project has no chart"),
        ({"chart": UNKNOWN}, "its chart is not known before the update"),
        ({"name": UNKNOWN}, "its name is not known before the update"),
        ({"values": UNKNOWN}, "its values are not known before the update"),
        ({"values": {"image": Asset("path", "x")}}, "one of its values is a file"),
        ({"valueYamlFiles": UNKNOWN}, "remote or not known"),
        ({"valueYamlFiles": [Asset("uri", "x")]}, "remote or not known"),
        ({"valueYamlFiles": [Asset("path", "none.yaml")]}, "values file 1 cannot be read: No such file"),
        ({"valueYamlFiles": [Asset("text", "- a list")]}, "values file 1 holds no mapping"),
        ({"valueYamlFiles": [Asset("text", "a: 1\na: 2")]}, "values file 1 is not valid YAML: line 1"),
        ({"valueYamlFiles": [Asset("text", "a: " + "x" * 2_000_000)]}, "values file 1 is longer than 1 MiB"),
        ({"postrender": "kustomize"}, "the property postrender"),
        ({"dependencyUpdate": True}, "the property dependencyUpdate"),
        ({"repositoryOpts": {"repo": "https://charts.example", "password": "p"}}, "comes from a repository"),
        ({"repositoryOpts": UNKNOWN}, "comes from a repository"),
    ],
)
def test_what_cannot_be_rendered_says_why_and_what_to_do(project: Path, properties: dict[str, Any], says: str) -> None:
    with pytest.raises(HelmError) as caught:
        _render(project, **properties)
    assert says in caught.value.what
    assert caught.value.remedy.endswith(".")
    assert "\n" not in caught.value.what


@pytest.mark.parametrize("properties", [{"values": "x"}, {"skipCrds": "no"}, {"chart": 1}, {"valueYamlFiles": {}}])
def test_a_wrong_type_is_malformed(project: Path, properties: dict[str, Any]) -> None:
    with pytest.raises(MalformedError):
        _render(project, **properties)


def test_no_property_passes_for_an_option_of_helm(project: Path) -> None:
    with pytest.raises(HelmError, match="invalid release name"):
        _render(project, name="--post-renderer=/bin/sh")
    metadata = _render(project, namespace="--kubeconfig=/x", version="--debug")["Deployment"]["metadata"]
    assert metadata["namespace"] == "--kubeconfig=/x"


def test_a_manifest_with_a_key_twice_is_refused(project: Path) -> None:
    (project / "charts/app/templates/twice.yaml").write_text("kind: Pod\nkind: Service\n")
    with pytest.raises(HelmError):
        _render(project)


def _counting_helm(folder: Path, body: str, monkeypatch: pytest.MonkeyPatch) -> None:
    script = folder / "helm"
    script.write_text(f"#!/bin/sh\n{body}\n")
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


def test_the_same_content_is_rendered_once(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = project / "calls"
    _counting_helm(project, f"echo call >> {calls}; cat > /dev/null; echo 'kind: Pod'", monkeypatch)
    renderer = Renderer(project, "1.36.3")
    properties = {"chart": "./charts/app", "values": {"image": "a"}}
    assert renderer.render("x", properties) == renderer.render("x", dict(properties))
    assert calls.read_text().count("call") == 2  # as an installation and as an upgrade
    (project / "charts/app/templates/hook.yaml").write_text(HOOK.replace("hook", "hooks"))
    renderer.render("x", properties)
    renderer.render("y", properties)
    assert calls.read_text().count("call") == 6


def test_values_are_not_in_the_process_list(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = project / "arguments"
    _counting_helm(project, f'echo "$@" > {seen}; cat > /dev/null', monkeypatch)
    Renderer(project, "1.36.3").render("x", {"chart": "./charts/app", "values": {"password": "5ecr3t"}})
    assert "-- x " in seen.read_text()
    assert "5ecr3t" not in seen.read_text()


def test_a_link_that_leads_nowhere_is_the_charts_to_explain(project: Path) -> None:
    (project / "charts" / "app" / "notes.txt").symlink_to("nowhere")
    with pytest.raises(HelmError, match=r"helm says: .*notes\.txt"):
        _render(project)


def test_time_and_output_are_bounded(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(helm, "_LIMITS", Limits(seconds=0.3))
    _counting_helm(project, "exec sleep 30", monkeypatch)
    with pytest.raises(HelmError, match="took more than"):
        _render(project)
    monkeypatch.setattr(helm, "_LIMITS", Limits(output_bytes=1 << 20))
    _counting_helm(project, "exec cat /dev/zero", monkeypatch)
    with pytest.raises(HelmError, match="more than 1 MiB"):
        _render(project)
    _counting_helm(project, "head -c 9000000 /dev/zero | tr '\\0' x >&2; exit 1", monkeypatch)
    with pytest.raises(HelmError, match=r"helm says: x+") as caught:
        _render(project)
    assert len(caught.value.what) < 1000
    _counting_helm(project, "echo 'Error: no. Use --debug flag to render out invalid YAML' >&2; exit 1", monkeypatch)
    with pytest.raises(HelmError, match=r"helm says: no\.$"):
        _render(project)


def test_a_machine_without_helm_is_told_what_to_install(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(HelmError, match="helm is not on PATH") as caught:
        _render(project)
    assert "make up" in caught.value.remedy


def test_a_chart_that_fails_is_asked_once(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    renderer = Renderer(project, "1.36.3")
    for path in (None, ""):  # the second time without a helm to ask
        if path is not None:
            monkeypatch.setenv("PATH", path)
        with pytest.raises(HelmError, match="image is needed"):
            renderer.render("x", {"chart": "./charts/app", "values": {"image": ""}})
