"""The application's chart: rendered by the real helm, accepted by the real API server under `restricted`."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

if TYPE_CHECKING:
    from lab.toolchain import Toolchain
    from tests.support.lab import RunningLab

CHART = Path(__file__).resolve().parents[2] / "charts" / "cartorio"
IMAGE = "registry.cartorio.internal/cartorio/app@sha256:" + "a" * 64
GOOD = {"images": {"api": IMAGE, "workers": IMAGE}, "secretName": "session"}
ROLES = ("api", "workers")


def render(
    toolchain: Toolchain, tmp_path: Path, values: dict[str, Any], namespace: str = "cartorio"
) -> subprocess.CompletedProcess[str]:
    file = tmp_path / "values.yaml"
    file.write_text(yaml.safe_dump(values))
    return subprocess.run(
        [toolchain.path("helm"), "template", "cartorio", CHART, "--namespace", namespace, "--values", file],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def rendered(toolchain: Toolchain, tmp_path: Path, values: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    done = render(toolchain, tmp_path, values)
    assert done.returncode == 0, done.stderr
    documents = [document for document in yaml.safe_load_all(done.stdout) if document]
    return {(document["kind"], document["metadata"]["name"]): document for document in documents}


def test_each_role_has_all_that_keeps_it_up(toolchain: Toolchain, tmp_path: Path) -> None:
    objects = rendered(toolchain, tmp_path, GOOD)
    for role in ROLES:
        name = f"cartorio-{role}"
        deployment = objects["Deployment", name]
        labels = deployment["spec"]["template"]["metadata"]["labels"]
        for selector in (
            deployment["spec"]["selector"]["matchLabels"],
            objects["PodDisruptionBudget", name]["spec"]["selector"]["matchLabels"],
            objects["NetworkPolicy", name]["spec"]["podSelector"]["matchLabels"],
        ):
            assert selector.items() <= labels.items()
            assert selector["app.kubernetes.io/component"] == role
        target = objects["HorizontalPodAutoscaler", name]["spec"]["scaleTargetRef"]
        assert target == {"apiVersion": "apps/v1", "kind": "Deployment", "name": name}
        assert deployment["spec"]["template"]["spec"]["serviceAccountName"] == name
        assert objects["ServiceAccount", name]["automountServiceAccountToken"] is False


def test_the_autoscaler_alone_owns_the_number_of_replicas(toolchain: Toolchain, tmp_path: Path) -> None:
    objects = rendered(toolchain, tmp_path, GOOD)
    assert all("replicas" not in objects["Deployment", f"cartorio-{role}"]["spec"] for role in ROLES)


def test_an_update_never_takes_a_pod_away_before_another_is_ready(toolchain: Toolchain, tmp_path: Path) -> None:
    objects = rendered(toolchain, tmp_path, GOOD)
    for role in ROLES:
        update = objects["Deployment", f"cartorio-{role}"]["spec"]["strategy"]["rollingUpdate"]
        assert update == {"maxUnavailable": 0, "maxSurge": 1}


def test_workers_take_no_traffic_and_the_api_only_the_named(toolchain: Toolchain, tmp_path: Path) -> None:
    callers = [{"namespace": {"kubernetes.io/metadata.name": "edge"}, "pod": {"app": "gateway"}}]
    flows = [{"cidr": "10.20.0.0/16", "ports": [27017, 7687]}]
    objects = rendered(toolchain, tmp_path, {**GOOD, "networkPolicy": {"apiFrom": callers, "egress": flows}})
    assert objects["NetworkPolicy", "cartorio-workers"]["spec"]["ingress"] == []
    (ingress,) = objects["NetworkPolicy", "cartorio-api"]["spec"]["ingress"]
    assert ingress["from"] == [
        {
            "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "edge"}},
            "podSelector": {"matchLabels": {"app": "gateway"}},
        }
    ]
    for role in ROLES:
        (egress,) = objects["NetworkPolicy", f"cartorio-{role}"]["spec"]["egress"]
        assert egress["to"] == [{"ipBlock": {"cidr": "10.20.0.0/16"}}]
        assert [port["port"] for port in egress["ports"]] == [27017, 7687]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"images": {"api": "registry.cartorio.internal/cartorio/app:1.0", "workers": IMAGE}}, "/images/api"),
        ({"images": {"api": IMAGE}}, "/images/workers"),
        ({"api": {"replicas": {"min": 5, "max": 4}}}, "api.replicas.min (5) exceeds api.replicas.max (4)"),
        ({"workers": {"drainSeconds": 200}}, "workers.drainSeconds (200) exceeds"),
        ({"api": {"replicas": {"min": 1, "max": 4}}}, "/api/replicas/min"),
        ({"replicaCount": 3}, "replicaCount"),
    ],
)
def test_bad_values_are_refused_by_name(
    toolchain: Toolchain, tmp_path: Path, change: dict[str, Any], message: str
) -> None:
    done = render(toolchain, tmp_path, {**GOOD, **change})
    assert done.returncode != 0
    assert message in done.stderr


@pytest.mark.lab
def test_the_api_server_takes_every_object_under_restricted(
    toolchain: Toolchain, lab: RunningLab, tmp_path: Path
) -> None:
    kubectl = [str(toolchain.path("kubectl")), "--kubeconfig", str(lab.paths.kubeconfig)]
    namespace = {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": "chart-test", "labels": {"pod-security.kubernetes.io/enforce": "restricted"}},
    }
    manifests = render(toolchain, tmp_path, GOOD, "chart-test").stdout

    def apply(text: str, *flags: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*kubectl, "apply", "--server-side", *flags, "--filename", "-"],
            input=text,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    try:
        assert apply(yaml.safe_dump(namespace)).returncode == 0
        done = apply(manifests, "--dry-run=server")
        assert done.returncode == 0, done.stderr
        assert "would violate PodSecurity" not in done.stderr
        assert "Warning" not in done.stderr
    finally:
        subprocess.run([*kubectl, "delete", "namespace", "chart-test", "--wait=false"], check=False, timeout=60)
