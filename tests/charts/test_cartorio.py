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


def test_pods_have_a_priority_of_their_own_or_the_one_that_is_there(toolchain: Toolchain, tmp_path: Path) -> None:
    def classes(objects: dict[tuple[str, str], dict[str, Any]]) -> set[str]:
        return {
            objects["Deployment", f"cartorio-{role}"]["spec"]["template"]["spec"]["priorityClassName"] for role in ROLES
        }

    own = rendered(toolchain, tmp_path, GOOD)
    assert classes(own) == {"cartorio-cartorio"}
    assert own["PriorityClass", "cartorio-cartorio"]["value"] > 0
    others = rendered(toolchain, tmp_path, {**GOOD, "priorityClassName": "notary"})
    assert classes(others) == {"notary"}
    assert not [kind for kind, _ in others if kind == "PriorityClass"]


def test_a_role_goes_to_its_nodes_and_tolerates_what_keeps_others_away(toolchain: Toolchain, tmp_path: Path) -> None:
    values = {**GOOD, "workers": {"nodes": "batch"}}
    objects = rendered(toolchain, tmp_path, values)
    pod = objects["Deployment", "cartorio-workers"]["spec"]["template"]["spec"]
    assert pod["nodeSelector"] == {"cartorio.digital/nodes": "batch"}
    assert pod["tolerations"] == [
        {"key": "cartorio.digital/nodes", "operator": "Equal", "value": "batch", "effect": "NoSchedule"}
    ]
    anywhere = objects["Deployment", "cartorio-api"]["spec"]["template"]["spec"]
    assert {"nodeSelector", "tolerations"}.isdisjoint(anywhere)


def test_an_update_never_takes_a_pod_away_before_another_is_ready(toolchain: Toolchain, tmp_path: Path) -> None:
    objects = rendered(toolchain, tmp_path, GOOD)
    for role in ROLES:
        update = objects["Deployment", f"cartorio-{role}"]["spec"]["strategy"]["rollingUpdate"]
        assert update == {"maxUnavailable": 0, "maxSurge": 1}


def test_workers_take_no_traffic_and_the_api_only_the_named(toolchain: Toolchain, tmp_path: Path) -> None:
    callers = [
        {"namespace": {"kubernetes.io/metadata.name": "edge"}, "pod": {"app": "gateway"}},
        {"cidr": "10.20.0.0/22"},
    ]
    flows = [{"cidr": "10.20.0.0/16", "ports": [27017, 7687]}]
    objects = rendered(toolchain, tmp_path, {**GOOD, "networkPolicy": {"apiFrom": callers, "egress": flows}})
    assert objects["NetworkPolicy", "cartorio-workers"]["spec"]["ingress"] == []
    (ingress,) = objects["NetworkPolicy", "cartorio-api"]["spec"]["ingress"]
    assert ingress["from"] == [
        {
            "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "edge"}},
            "podSelector": {"matchLabels": {"app": "gateway"}},
        },
        {"ipBlock": {"cidr": "10.20.0.0/22"}},
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
        ({"api": {"nodes": "Not A Label"}}, "/api/nodes"),
        ({"workers": {"queue": {"query": "sum(jobs)"}}}, "/workers/queue"),
        ({"workers": {"queue": {"query": "sum(jobs)", "perPod": 1}}}, "prometheus is required"),
        ({"canary": {"enabled": True, "loadTester": "http://load/"}}, "prometheus is required"),
        ({"canary": {"enabled": True}, "prometheus": "http://p"}, "canary.loadTester is required"),
        ({"canary": {"enabled": False, "path": "/x; rm -rf /"}}, "/canary/path"),
    ],
)
def test_bad_values_are_refused_by_name(
    toolchain: Toolchain, tmp_path: Path, change: dict[str, Any], message: str
) -> None:
    done = render(toolchain, tmp_path, {**GOOD, **change})
    assert done.returncode != 0
    assert message in done.stderr


QUEUE = {"prometheus": "http://prometheus:9090", "workers": {"queue": {"query": "sum(jobs)", "perPod": 20}}}
CANARY = {"enabled": True, "loadTester": "http://load.flagger/"}


def test_a_role_with_a_queue_has_one_autoscaler_that_follows_it_too(toolchain: Toolchain, tmp_path: Path) -> None:
    objects = rendered(toolchain, tmp_path, {**GOOD, **QUEUE})
    assert ("HorizontalPodAutoscaler", "cartorio-workers") not in objects
    assert ("ScaledObject", "cartorio-api") not in objects
    spec = objects["ScaledObject", "cartorio-workers"]["spec"]
    assert spec["scaleTargetRef"]["name"] == "cartorio-workers"
    assert (spec["minReplicaCount"], spec["maxReplicaCount"]) == (2, 4)
    queue, cpu, memory = spec["triggers"]
    assert queue["metadata"] == {
        "serverAddress": "http://prometheus:9090",
        "query": "sum(jobs)",
        "threshold": "20",
        "ignoreNullValues": "false",
    }
    assert [(entry["type"], entry["metadata"]["value"]) for entry in (cpu, memory)] == [("cpu", "70"), ("memory", "80")]
    # KEDA refuses a second autoscaler of a Deployment, unless it is handed the first one by its name.
    handed = objects["ScaledObject", "cartorio-workers"]["metadata"]["annotations"]
    assert handed == {"scaledobject.keda.sh/transfer-hpa-ownership": "true"}
    assert spec["advanced"]["horizontalPodAutoscalerConfig"]["name"] == "cartorio-workers"
    # Up and down as fast as the other role, but for its own window.
    behavior = spec["advanced"]["horizontalPodAutoscalerConfig"]["behavior"]
    other = objects["HorizontalPodAutoscaler", "cartorio-api"]["spec"]["behavior"]
    assert behavior["scaleUp"] == other["scaleUp"]
    assert behavior["scaleDown"] == {**other["scaleDown"], "stabilizationWindowSeconds": 600}


def test_a_canary_is_judged_by_what_it_answers(toolchain: Toolchain, tmp_path: Path) -> None:
    objects = rendered(toolchain, tmp_path, {**GOOD, "prometheus": "http://prometheus:9090", "canary": CANARY})
    spec = objects["Canary", "cartorio-api"]["spec"]
    assert spec["provider"] == "kubernetes"
    assert (spec["analysis"]["iterations"], "stepWeights" in spec["analysis"]) == (10, False)
    gates = {metric["templateRef"]["name"]: metric["thresholdRange"] for metric in spec["analysis"]["metrics"]}
    assert gates == {"cartorio-api-success-rate": {"min": 99.5}, "cartorio-api-latency-p99": {"max": 500}}
    for gate in gates:
        template = objects["MetricTemplate", gate]["spec"]
        assert template["provider"] == {"type": "prometheus", "address": "http://prometheus:9090"}
        # Flagger's own variables reach it unrendered, and the pods of the last version are none of the canary's.
        assert 'namespace="{{ namespace }}",pod=~"{{ target }}-[0-9a-z]+-[0-9a-z]+"' in template["query"]
    (load,) = spec["analysis"]["webhooks"]
    assert load["url"] == "http://load.flagger/"
    assert load["metadata"]["cmd"].endswith(" http://cartorio-api-canary.cartorio/readyz")


def test_the_last_versions_pods_are_kept_up_as_the_new_ones_are(toolchain: Toolchain, tmp_path: Path) -> None:
    objects = rendered(toolchain, tmp_path, {**GOOD, "prometheus": "http://p:9090", "canary": CANARY})
    deployment = objects["Deployment", "cartorio-api"]["spec"]
    both = [{"key": "app.kubernetes.io/component", "operator": "In", "values": ["api", "api-primary"]}]
    for selector in (
        objects["PodDisruptionBudget", "cartorio-api"]["spec"]["selector"],
        objects["NetworkPolicy", "cartorio-api"]["spec"]["podSelector"],
        *(one["labelSelector"] for one in deployment["template"]["spec"]["topologySpreadConstraints"]),
    ):
        assert selector["matchExpressions"] == both
        assert "app.kubernetes.io/component" not in selector["matchLabels"]
    # What selects a Deployment's pods can never be changed, and Flagger makes the services.
    without = rendered(toolchain, tmp_path, GOOD)
    assert deployment["selector"] == without["Deployment", "cartorio-api"]["spec"]["selector"]
    assert ("Service", "cartorio-api") in without
    assert ("Service", "cartorio-api") not in objects
    assert "matchExpressions" not in objects["PodDisruptionBudget", "cartorio-workers"]["spec"]["selector"]


def test_a_gateway_splits_the_traffic_step_by_step(toolchain: Toolchain, tmp_path: Path) -> None:
    gateway = {"name": "public", "namespace": "edge", "hosts": ["api.cartorio.example"]}
    canary = {**CANARY, "gateway": gateway, "stepWeights": [10, 50]}
    values = {**GOOD, **QUEUE, "api": QUEUE["workers"], "canary": canary}
    spec = rendered(toolchain, tmp_path, values)["Canary", "cartorio-api"]["spec"]
    assert spec["provider"] == "gatewayapi:v1"
    assert spec["service"]["gatewayRefs"] == [{"name": "public", "namespace": "edge"}]
    assert spec["service"]["hosts"] == ["api.cartorio.example"]
    assert (spec["analysis"]["stepWeights"], "iterations" in spec["analysis"]) == ([10, 50], False)
    assert spec["autoscalerRef"] == {"apiVersion": "keda.sh/v1alpha1", "kind": "ScaledObject", "name": "cartorio-api"}


def test_metrics_are_read_of_both_roles(toolchain: Toolchain, tmp_path: Path) -> None:
    readers = [{"namespace": {"kubernetes.io/metadata.name": "observability"}}]
    objects = rendered(toolchain, tmp_path, {**GOOD, "networkPolicy": {"metricsFrom": readers}})
    selector = {"namespaceSelector": {"matchLabels": readers[0]["namespace"]}}
    for role, others in (("api", 1), ("workers", 0)):
        (ingress,) = objects["NetworkPolicy", f"cartorio-{role}"]["spec"]["ingress"]
        assert ingress["from"][others:] == [selector]


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
