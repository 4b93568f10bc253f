from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from components.observability.handle import MONITORED
from components.observability.metrics import stack_values
from tests.support.telemetry import OIDC, SOURCES, every_chart, section

if TYPE_CHECKING:
    from collections.abc import Iterator


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
    for chart, values in every_chart(section(storageClass="databases", grafana__oidc=OIDC)).items():
        assert not [path for path, value in _walk(values) if value is None], chart


def test_no_secret_is_among_the_values() -> None:
    for chart, values in every_chart(section(grafana__oidc=OIDC)).items():
        for path, value in _walk(values):
            last = path.rpartition(".")[2].lower()
            if "password" in last or last in {"client_secret", "secretaccesskey", "secret_key"}:
                assert last.endswith(("_file", "key")) or str(value).startswith("$__file{"), f"{chart}{path}"


@pytest.mark.parametrize("chart", ["stack", "loki", "tempo"])
def test_volumes_are_of_the_class_that_encrypts(chart: str) -> None:
    with_class = json.dumps(every_chart(section(storageClass="databases"))[chart])
    assert '"databases"' in with_class
    assert '"databases"' not in json.dumps(every_chart(section())[chart])


def test_prometheus_keeps_what_fits_and_reads_what_is_labelled() -> None:
    spec = stack_values(section(), "producao", SOURCES)["prometheus"]["prometheusSpec"]
    assert (spec["retention"], spec["retentionSize"]) == ("30d", "40960MiB")
    for kind in ("rule", "serviceMonitor", "podMonitor", "probe", "scrapeConfig"):
        assert spec[f"{kind}Selector"] == {"matchLabels": MONITORED}
        assert spec[f"{kind}SelectorNilUsesHelmValues"] is False
    assert spec["externalLabels"] == {"stack": "producao"}
    assert spec["enableAdminAPI"] is False


def test_alertmanager_has_its_secrets_as_files_and_no_way_to_the_api() -> None:
    spec = stack_values(section(), "producao", SOURCES)["alertmanager"]["alertmanagerSpec"]
    assert spec["secrets"] == ["heartbeat", "mail-relay", "pagerduty", "slack"]
    assert spec["automountServiceAccountToken"] is False


@pytest.mark.parametrize(("replicas", "hard"), [(1, False), (3, True)])
def test_of_several_one_may_go_at_a_time(replicas: int, hard: bool) -> None:  # noqa: FBT001 - parametrised
    values = stack_values(section(metrics__replicas=replicas, alerting__replicas=replicas), "x", SOURCES)
    for part, spec in (("prometheus", "prometheusSpec"), ("alertmanager", "alertmanagerSpec")):
        assert values[part]["podDisruptionBudget"]["enabled"] is hard
        assert (values[part][spec]["podAntiAffinity"] == "hard") is hard


def test_what_needs_the_host_or_wakes_people_untested_is_not_installed() -> None:
    values = stack_values(section(), "producao", SOURCES)
    assert values["nodeExporter"] == {"enabled": False}
    assert values["defaultRules"] == {"create": False}
    assert values["grafana"] == {"enabled": False}
