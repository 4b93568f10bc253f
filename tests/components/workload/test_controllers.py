from __future__ import annotations

import json
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes
import pytest

from components.observability.handle import MonitoringHandle
from components.sections.application import Workload
from components.sources import Mirrored, Sources
from components.workload.controllers import (
    Controllers,
    ControllersArgs,
    flagger_values,
    keda_values,
    load_tester_values,
    metrics_server_values,
    wanted,
)
from tests.support.plan import Plan, run

REGISTRY, FLAGGER_IMAGE, LOAD_TESTER_IMAGE = "ghcr.io/kedacore", "ghcr.io/fluxcd/flagger", "ghcr.io/fluxcd/loadtester"
RELEASE = "kubernetes:helm.sh/v3:Release"
POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
ROLE: dict[str, Any] = {
    "replicas": {"min": 2, "max": 3},
    "resources": {"requests": {"cpu": "1", "memory": "1Gi"}, "limits": {"cpu": "1", "memory": "1Gi"}},
    "drainSeconds": 0,
    "terminationGracePeriodSeconds": 10,
}
QUEUE = {**ROLE, "queue": {"query": "sum(jobs)", "perPod": 1}}


def _settings(**changes: object) -> Workload:
    settings = {"namespace": "cartorio", "callers": [], "api": ROLE, "workers": ROLE, **changes}
    return Workload.model_validate_json(json.dumps(settings))


def _plan(**changes: object) -> Plan:
    def program() -> None:
        cluster = kubernetes.Provider("kubernetes")
        node = kubernetes.core.v1.ConfigMap("node", opts=pulumi.ResourceOptions(provider=cluster))
        args = ControllersArgs(
            stack="local",
            settings=_settings(**changes),
            namespace="cartorio",
            sources=Sources(mirrors=(Mirrored("ghcr.io", "mirror.example/ghcr"),)),
            monitoring=MonitoringHandle("observability", "http://prometheus:9090"),
            after=(node,),
        )
        Controllers("scaling", args, pulumi.ResourceOptions(providers=[cluster]))

    return run(program)[0]


@pytest.mark.parametrize(
    ("changes", "charts"),
    [
        ({}, set()),
        ({"metricsServer": True}, {"metrics-server"}),
        ({"api": QUEUE}, {"keda"}),
        ({"workers": QUEUE}, {"keda"}),
        ({"canary": {}}, {"flagger", "loadtester"}),
    ],
)
def test_only_what_is_wanted_is_there(changes: dict[str, Any], charts: set[str]) -> None:
    assert {release.inputs["chart"] for release in _plan(**changes).of(RELEASE)} == charts
    assert wanted(_settings(**changes)) is bool(charts)


@pytest.fixture(scope="module")
def plan() -> Plan:
    return _plan(metricsServer=True, workers=QUEUE, canary={})


def test_each_waits_for_its_own_room_and_for_nodes(plan: Plan) -> None:
    node = plan.one("kubernetes:core/v1:ConfigMap").urn
    for release in plan.of(RELEASE):
        assert node in release.depends_on
        assert any(f"::scaling-{release.inputs['namespace']}-room" in urn for urn in release.depends_on)


def test_who_asks_prometheus_reaches_it(plan: Plan) -> None:
    for name in ("scaling-keda-room-prometheus", "scaling-flagger-room-prometheus"):
        (rule,) = plan.one(POLICY, name).inputs["spec"]["egress"]
        assert rule["to"][0]["namespaceSelector"]["matchLabels"] == {"kubernetes.io/metadata.name": "observability"}
        assert [port["port"] for port in rule["ports"]] == [9090]
    assert not [policy for policy in plan.of(POLICY) if policy.name == "scaling-metrics-server-room-prometheus"]


def test_images_come_from_the_mirror(plan: Plan) -> None:
    image = plan.one(RELEASE, "scaling-keda").inputs["values"]["image"]
    assert image["keda"] == {"registry": "mirror.example", "repository": "ghcr/kedacore/keda"}
    for chart, repository in (
        ("flagger", "mirror.example/ghcr/fluxcd/flagger"),
        ("loadtester", "mirror.example/ghcr/fluxcd/flagger-loadtester"),
        ("metrics-server", "registry.k8s.io/metrics-server/metrics-server"),  # nothing stands in for that one
    ):
        assert plan.one(RELEASE, f"scaling-{chart}").inputs["values"]["image"] == {"repository": repository}


def test_it_says_which_versions_there_are(plan: Plan) -> None:
    ((outputs,),) = (plan.outputs[plan.one("cartorio:workload:Controllers").urn],)
    assert outputs["installed"].keys() == {"metrics-server", "keda", "flagger", "loadtester"}
    for release in plan.of(RELEASE):
        assert outputs["installed"][release.inputs["chart"]] == release.inputs["version"]


def test_none_reads_the_secrets_of_others_or_acts_outside_the_applications_namespace() -> None:
    keda, flagger = keda_values("cartorio", REGISTRY), flagger_values("cartorio", FLAGGER_IMAGE)
    assert all(part["restrict"]["secret"] for part in keda["permissions"].values())
    assert flagger["configTracking"] == {"enabled": False}
    assert keda["watchNamespace"] == flagger["namespace"] == "cartorio"
    assert load_tester_values("cartorio", LOAD_TESTER_IMAGE)["cmd"]["namespaceRegexp"] == "^cartorio$"


def test_flagger_tells_roles_apart_by_a_label_that_differs() -> None:
    assert flagger_values("cartorio", FLAGGER_IMAGE)["selectorLabels"] == "app.kubernetes.io/component"


@pytest.mark.parametrize(
    "values", [flagger_values("cartorio", FLAGGER_IMAGE), load_tester_values("cartorio", LOAD_TESTER_IMAGE)]
)
def test_pods_are_fit_for_a_restricted_room(values: dict[str, Any]) -> None:
    context = values["securityContext"]["context"]
    assert (context["runAsNonRoot"], context["allowPrivilegeEscalation"]) == (True, False)
    assert context["capabilities"] == {"drop": ["ALL"]}
    assert context["seccompProfile"] == {"type": "RuntimeDefault"}


def test_a_lost_zone_takes_no_controller_along() -> None:
    keda = keda_values("cartorio", REGISTRY)
    for part in ("operator", "metricsServer", "webhooks"):
        assert keda[part]["replicaCount"] == 2
        (constraint,) = keda["topologySpreadConstraints"][part]
        assert constraint["topologyKey"] == "topology.kubernetes.io/zone"
    assert metrics_server_values("m")["replicas"] == 2
    assert flagger_values("cartorio", FLAGGER_IMAGE)["leaderElection"] == {"enabled": True, "replicaCount": 2}
