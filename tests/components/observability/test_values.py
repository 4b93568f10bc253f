"""What the values of all the charts have in common, and what is special in each."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest

from components.observability.collector import agent_values, collector_values
from components.observability.grafana import datasources, grafana_values
from components.observability.handle import MONITORED
from components.observability.loki import loki_values
from components.observability.metrics import stack_values
from components.observability.tempo import tempo_values
from components.sections.observability import Observability
from components.sources import Sources
from tests.support.observability import OBSERVABILITY
from tests.support.stackfiles import put

if TYPE_CHECKING:
    from collections.abc import Iterator

SOURCES = Sources()
OIDC = {
    "authorizationUrl": "https://id.cartorio.example/authorize",
    "tokenUrl": "https://id.cartorio.example/token",
    "userinfoUrl": "https://id.cartorio.example/userinfo",
    "clientId": "grafana",
    "secret": "grafana-oidc",
    "adminGroup": "plataforma",
    "editorGroup": "desenvolvimento",
}


def _settings(**changes: object) -> Observability:
    settings = copy.deepcopy(OBSERVABILITY)
    for path, value in changes.items():
        put(settings, path.replace("__", "/"), value)
    return Observability.model_validate_json(json.dumps(settings))


def _all(settings: Observability) -> dict[str, dict[str, Any]]:
    return {
        "stack": stack_values(settings, "producao", SOURCES),
        "loki": _loki(settings),
        "tempo": _tempo(settings),
        "grafana": grafana_values(settings.grafana, admin="grafana-admin", sources=SOURCES),
        "collector": collector_values(settings.collector, settings.metrics.replicas, SOURCES),
        "agent": agent_values(settings.collector, SOURCES),
    }


def _loki(settings: Observability) -> dict[str, Any]:
    return loki_values(settings.logs, settings.storage_class, bucket="logs", region="sa-east-1", sources=SOURCES)


def _tempo(settings: Observability) -> dict[str, Any]:
    return tempo_values(settings.traces, settings.storage_class, bucket="traces", region="sa-east-1", sources=SOURCES)


def _walk(value: object, path: str = "") -> Iterator[tuple[str, object]]:
    yield path, value
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _walk(inner, f"{path}.{key}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _walk(inner, f"{path}[{index}]")


def test_no_value_is_nothing() -> None:
    # The engine leaves out what is None: a chart's default would stay, unseen.
    for chart, values in _all(_settings(storageClass="databases", grafana__oidc=OIDC)).items():
        assert not [path for path, value in _walk(values) if value is None], chart


def test_no_secret_is_among_the_values() -> None:
    for chart, values in _all(_settings(grafana__oidc=OIDC)).items():
        for path, value in _walk(values):
            last = path.rpartition(".")[2].lower()
            if "password" in last or last in {"client_secret", "secretaccesskey", "secret_key"}:
                assert last.endswith(("_file", "key")) or str(value).startswith("$__file{"), f"{chart}{path}"


@pytest.mark.parametrize("chart", ["stack", "loki", "tempo"])
def test_volumes_are_of_the_class_that_encrypts(chart: str) -> None:
    with_class = json.dumps(_all(_settings(storageClass="databases"))[chart])
    assert '"databases"' in with_class
    assert '"databases"' not in json.dumps(_all(_settings())[chart])


def test_prometheus_keeps_what_fits_and_reads_what_is_labelled() -> None:
    spec = stack_values(_settings(), "producao", SOURCES)["prometheus"]["prometheusSpec"]
    assert (spec["retention"], spec["retentionSize"]) == ("30d", "40960MiB")
    for kind in ("rule", "serviceMonitor", "podMonitor", "probe", "scrapeConfig"):
        assert spec[f"{kind}Selector"] == {"matchLabels": MONITORED}
        assert spec[f"{kind}SelectorNilUsesHelmValues"] is False
    assert spec["externalLabels"] == {"stack": "producao"}
    assert spec["enableAdminAPI"] is False


def test_alertmanager_has_its_secrets_as_files_and_no_way_to_the_api() -> None:
    spec = stack_values(_settings(), "producao", SOURCES)["alertmanager"]["alertmanagerSpec"]
    assert spec["secrets"] == ["heartbeat", "mail-relay", "pagerduty", "slack"]
    assert spec["automountServiceAccountToken"] is False


@pytest.mark.parametrize(("replicas", "hard"), [(1, False), (3, True)])
def test_of_several_one_may_go_at_a_time(replicas: int, hard: bool) -> None:  # noqa: FBT001 - parametrised
    values = stack_values(_settings(metrics__replicas=replicas, alerting__replicas=replicas), "x", SOURCES)
    for part, spec in (("prometheus", "prometheusSpec"), ("alertmanager", "alertmanagerSpec")):
        assert values[part]["podDisruptionBudget"]["enabled"] is hard
        assert (values[part][spec]["podAntiAffinity"] == "hard") is hard


def test_what_needs_the_host_or_wakes_people_untested_is_not_installed() -> None:
    values = stack_values(_settings(), "producao", SOURCES)
    assert values["nodeExporter"] == {"enabled": False}
    assert values["defaultRules"] == {"create": False}
    assert values["grafana"] == {"enabled": False}


@pytest.mark.parametrize(("replicas", "copies"), [(1, 1), (3, 3), (5, 3)])
def test_loki_keeps_as_many_copies_as_it_can(replicas: int, copies: int) -> None:
    values = _loki(_settings(logs__replicas=replicas))
    assert values["loki"]["commonConfig"]["replication_factor"] == copies
    assert values["singleBinary"]["replicas"] == replicas
    assert values["singleBinary"]["podDisruptionBudget"]["enabled"] is (replicas > 1)


def test_logs_and_traces_are_forgotten_in_time() -> None:
    loki, tempo = _loki(_settings()), _tempo(_settings())
    assert loki["loki"]["limits_config"]["retention_period"] == "720h"
    assert loki["loki"]["compactor"]["retention_enabled"] is True
    assert tempo["tempo"]["retention"] == "168h"


def test_buckets_are_reached_by_identity_and_not_by_keys() -> None:
    assert _loki(_settings())["loki"]["storage"]["s3"] == {"region": "sa-east-1", "s3ForcePathStyle": False}
    s3 = _tempo(_settings())["tempo"]["storage"]["trace"]["s3"]
    assert s3 == {"bucket": "traces", "region": "sa-east-1", "endpoint": "s3.sa-east-1.amazonaws.com"}


def test_nobody_reports_home() -> None:
    assert _loki(_settings())["loki"]["analytics"] == {"reporting_enabled": False}
    assert _tempo(_settings())["tempo"]["reportingEnabled"] is False
    ini = grafana_values(_settings().grafana, admin="x", sources=SOURCES)["grafana.ini"]
    assert not any(ini["analytics"].values())


def test_whoever_signs_in_gets_the_role_of_their_group() -> None:
    values = grafana_values(_settings(grafana__oidc=OIDC).grafana, admin="x", sources=SOURCES)
    oauth = values["grafana.ini"]["auth.generic_oauth"]
    assert oauth["role_attribute_path"] == (
        "contains(groups[*], 'plataforma') && 'Admin' || contains(groups[*], 'desenvolvimento') && 'Editor' || 'Viewer'"
    )
    assert oauth["client_secret"] == "$__file{/etc/secrets/oidc/client-secret}"
    (mount,) = values["extraSecretMounts"]
    assert (mount["secretName"], mount["mountPath"]) == ("grafana-oidc", "/etc/secrets/oidc")
    assert values["grafana.ini"]["auth.anonymous"] == {"enabled": False}


def test_without_an_issuer_there_is_the_administrator_alone() -> None:
    values = grafana_values(_settings().grafana, admin="mine", sources=SOURCES)
    assert "auth.generic_oauth" not in values["grafana.ini"]
    assert "extraSecretMounts" not in values
    assert values["admin"]["existingSecret"] == "mine"
    assert "route" not in values


def test_a_gateway_leads_to_grafana_by_its_name() -> None:
    settings = _settings(grafana__gateway={"name": "public", "namespace": "ingress"})
    route = grafana_values(settings.grafana, admin="x", sources=SOURCES)["route"]["main"]
    assert route == {
        "enabled": True,
        "hostnames": ["grafana.cartorio.example"],
        "parentRefs": [{"name": "public", "namespace": "ingress"}],
    }


def test_grafana_has_one_default_and_leads_from_one_to_the_other() -> None:
    found = {source["uid"]: source for source in datasources()}
    assert [uid for uid, source in found.items() if source["isDefault"]] == ["prometheus"]
    assert found["loki"]["jsonData"]["derivedFields"][0]["datasourceUid"] == "tempo"
    assert found["tempo"]["jsonData"]["tracesToLogsV2"]["datasourceUid"] == "loki"


def _pipelines(values: dict[str, Any]) -> dict[str, Any]:
    config = values["alternateConfig"]
    for pipeline in config["service"]["pipelines"].values():
        for exporter in pipeline["exporters"]:
            assert exporter in config["exporters"]
        for processor in pipeline["processors"]:
            assert processor in config["processors"] or processor == "k8s_attributes", "the chart brings that one"
        for receiver in pipeline["receivers"]:
            assert receiver in config["receivers"]
    pipelines: dict[str, Any] = config["service"]["pipelines"]
    return pipelines


@pytest.mark.parametrize("chart", ["collector", "agent"])
def test_nothing_leaves_a_collector_unmasked(chart: str) -> None:
    for pipeline in _pipelines(_all(_settings())[chart]).values():
        assert pipeline["processors"][:2] == ["memory_limiter", "transform/personal"]
        assert pipeline["processors"][-1] == "batch"


def test_signals_go_where_they_belong() -> None:
    pipelines = _pipelines(collector_values(_settings().collector, 2, SOURCES))
    assert pipelines["logs"]["exporters"] == ["otlp_http/loki"]
    assert pipelines["traces"]["exporters"] == ["otlp_grpc/tempo"]
    assert pipelines["metrics"]["exporters"] == ["otlp_http/prometheus-0", "otlp_http/prometheus-1"]


def test_the_collector_is_restricted_and_the_agent_as_far_as_it_can_be() -> None:
    values = _all(_settings())
    assert values["collector"]["securityContext"]["runAsNonRoot"] is True
    agent = values["agent"]["securityContext"]
    assert (agent["runAsUser"], agent["allowPrivilegeEscalation"], agent["readOnlyRootFilesystem"]) == (0, False, True)
    assert agent["capabilities"] == {"drop": ["ALL"]}
    assert values["agent"]["serviceAccount"]["automountServiceAccountToken"] is False
    assert not [port for port, how in values["agent"]["ports"].items() if how["enabled"] and port != "metrics"]
