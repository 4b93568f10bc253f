"""Observability, wired: what waits for what, what is protected, what others are told."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest

from components.observability.handle import MONITORED
from components.stack import Outputs, build
from tests.support.observability import OBSERVABILITY
from tests.support.plan import policy_of, run
from tests.support.stackfiles import put

if TYPE_CHECKING:
    from tests.support.plan import Plan, Registered
    from tests.support.stackfiles import Project

HELM = "kubernetes:helm.sh/v3:Release"
CUSTOM = "kubernetes:monitoring.coreos.com/v1"


def _build(project: Project, **changes: object) -> tuple[Plan, Outputs]:
    settings = copy.deepcopy(OBSERVABILITY)
    for path, value in changes.items():
        put(settings, path.replace("__", "/"), value)
    project.config["cartorio:observability"] = settings
    read = project.settings({"KUBECONFIG": "some/kubeconfig"})
    return run(lambda: build(read), stack=project.stack)


def _releases(plan: Plan) -> dict[str, Registered]:
    return {release.inputs["name"]: release for release in plan.of(HELM)}


def _before(release: Registered, plan: Plan) -> set[str]:
    return {plan.urns()[urn].name for urn in release.depends_on if urn in plan.urns()}


def test_every_chart_is_pinned_and_in_its_room(project: Project) -> None:
    releases = _releases(_build(project)[0])
    rooms = {name: release.inputs["namespace"] for name, release in releases.items() if name != "cartorio"}
    assert rooms == {
        "monitoring": "observability",
        "loki": "observability",
        "tempo": "observability",
        "grafana": "observability",
        "collector": "observability",
        "agent": "observability-agents",
    }
    for release in releases.values():
        assert release.inputs["atomic"] is True


def test_nothing_runs_before_its_room_and_the_kinds_that_it_uses(project: Project) -> None:
    plan, _ = _build(project)
    releases = _releases(plan)
    for name in ("loki", "tempo", "grafana", "collector", "agent"):
        assert {"monitoring-release", "observability-room-deny"} <= _before(releases[name], plan), name
    assert {"telemetry-loki", "telemetry-tempo"} <= _before(releases["collector"], plan)
    assert "telemetry-collector" in _before(releases["agent"], plan)
    assert "screens-cartorio-api" in _before(releases["grafana"], plan)


def test_rules_and_monitor_are_read_by_prometheus_and_come_after_it(project: Project) -> None:
    plan, _ = _build(project)
    found = [plan.one(f"{CUSTOM}:PrometheusRule", f"monitoring-{role}") for role in ("objectives", "platform")]
    found.append(plan.one(f"{CUSTOM}:PodMonitor"))
    for resource in found:
        assert MONITORED.items() <= resource.inputs["metadata"]["labels"].items()
        assert "monitoring-release" in _before(resource, plan)
    monitor = found[-1].inputs["spec"]
    assert monitor["namespaceSelector"] == {"matchNames": ["cartorio"]}
    assert monitor["selector"] == {"matchLabels": {"app.kubernetes.io/name": "cartorio"}}
    assert monitor["podMetricsEndpoints"][0]["port"] == "http"


def test_without_objectives_the_platform_is_watched_all_the_same(project: Project) -> None:
    plan, _ = _build(project, slos=[])
    assert [rule.name for rule in plan.of(f"{CUSTOM}:PrometheusRule")] == ["monitoring-platform"]


@pytest.mark.parametrize(("protect", "kept"), [("true", True), ("false", False)])
def test_logs_and_traces_are_kept_encrypted_and_forgotten(project: Project, protect: str, kept: bool) -> None:  # noqa: FBT001 - parametrised
    project.config["cartorio:protect"] = protect
    project.config["cartorio:data"]["evidence"]["forceDestroy"] = not kept
    plan, outputs = _build(project)
    for role, days in (("logs", 30), ("traces", 7)):
        bucket = plan.one("aws:s3/bucket:Bucket", f"telemetry-{role}-objects-bucket")
        assert (bucket.protect, bucket.inputs["forceDestroy"]) == (kept, not kept)
        lifecycle = plan.one(
            "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration", f"telemetry-{role}-objects-lifecycle"
        )
        (rule,) = lifecycle.inputs["rules"]
        assert rule["expiration"]["days"] == days + 7
        assert rule["noncurrentVersionExpiration"]["noncurrentDays"] == 7
        encryption = plan.one(
            "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
            f"telemetry-{role}-objects-encryption",
        )
        text = json.dumps(encryption.inputs)
        assert "aws:kms" in text
        assert "keys-s3" in text
    assert outputs.logs_bucket is not None
    assert outputs.traces_bucket is not None


def test_an_identity_reaches_its_own_bucket_and_no_other(project: Project) -> None:
    plan, _ = _build(project)
    for role, other in (("logs", "traces"), ("traces", "logs")):
        policy = plan.one("aws:iam/rolePolicy:RolePolicy", f"telemetry-{role}-pods-policy")
        statements = policy_of(policy)
        assert set(statements) == {"List", "Use", "Encrypt"}
        assert f"telemetry-{other}" not in json.dumps(statements)
        assert "s3:*" not in json.dumps(statements)
        assert statements["Encrypt"]["Condition"]["StringEquals"]["kms:ViaService"] == "s3.sa-east-1.amazonaws.com"


def test_the_administrators_password_is_random_and_nowhere_but_in_its_secret(project: Project) -> None:
    plan, outputs = _build(project)
    (secret,) = [one for one in plan.of("kubernetes:core/v1:Secret") if one.name == "screens-admin"]
    assert secret.secrets == ("stringData",)
    password = secret.inputs["stringData"]["admin-password"]
    assert password not in json.dumps(_releases(plan)["grafana"].inputs)
    assert outputs.grafana_admin is not None


def test_a_named_secret_stands_in_for_the_password(project: Project) -> None:
    plan, _ = _build(project, grafana={"adminSecret": "grafana-root"})
    assert not [one for one in plan.of("kubernetes:core/v1:Secret") if one.name == "screens-admin"]
    assert _releases(plan)["grafana"].inputs["values"]["admin"]["existingSecret"] == "grafana-root"


def test_the_sidecar_reads_dashboards_and_no_secrets(project: Project) -> None:
    plan, _ = _build(project)
    (rule,) = plan.one("kubernetes:rbac.authorization.k8s.io/v1:Role", "screens-reader").inputs["rules"]
    assert rule["resources"] == ["configmaps"]
    maps = [one for one in plan.of("kubernetes:core/v1:ConfigMap") if one.name.startswith("screens-cartorio")]
    assert len(maps) == 5
    for one in maps:
        assert one.inputs["metadata"]["labels"]["grafana_dashboard"] == "1"
        (text,) = one.inputs["data"].values()
        assert json.loads(text)["uid"] == one.inputs["metadata"]["name"]


def test_the_application_is_told_where_prometheus_is(project: Project) -> None:
    project.config["cartorio:workload"]["canary"] = {}
    plan, _ = _build(project)
    values: dict[str, Any] = _releases(plan)["cartorio"].inputs["values"]
    assert values["prometheus"] == "http://monitoring-prometheus.observability.svc:9090"
    assert values["networkPolicy"]["metricsFrom"] == [{"namespace": {"kubernetes.io/metadata.name": "observability"}}]
    (policy,) = [
        one for one in plan.of("kubernetes:networking.k8s.io/v1:NetworkPolicy") if one.name.endswith("room-questions")
    ]
    assert "flagger" in json.dumps(policy.inputs)


def test_a_queue_is_asked_by_keda(project: Project) -> None:
    project.config["cartorio:workload"]["workers"]["queue"] = {"query": "sum(cartorio_jobs_waiting)", "perPod": 20}
    plan, _ = _build(project)
    (policy,) = [
        one for one in plan.of("kubernetes:networking.k8s.io/v1:NetworkPolicy") if one.name.endswith("room-questions")
    ]
    assert "keda" in json.dumps(policy.inputs)


def test_secrets_are_delivered_to_the_room_before_anything_runs(project: Project) -> None:
    project.config["cartorio:secrets"] = {
        "managed": [{"name": "slack", "description": "webhook of the team's channel"}],
        "delivered": [
            {
                "namespace": "observability",
                "name": "slack",
                "source": "secrets-manager",
                "entries": [{"key": "url", "secret": "slack"}],
            }
        ],
    }
    plan, _ = _build(project)
    delivery = plan.one("kubernetes:external-secrets.io/v1:ExternalSecret")
    assert "observability-room-namespace" in _before(delivery, plan)
    assert delivery.name in _before(_releases(plan)["monitoring"], plan)


def test_without_the_section_there_is_nothing(project: Project) -> None:
    read = project.settings({"KUBECONFIG": "some/kubeconfig"})
    plan, outputs = run(lambda: build(read), stack=project.stack)
    assert not [component for component in plan.components if ":observability:" in component.type]
    assert (outputs.grafana, outputs.telemetry, outputs.logs_bucket) == (None, None, None)
