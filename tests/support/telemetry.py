"""What tests of observability work on: values of its charts, and plans that have it."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

from components.observability.collector import agent_values, collector_values
from components.observability.grafana import grafana_values
from components.observability.loki import loki_values
from components.observability.metrics import stack_values
from components.observability.tempo import tempo_values
from components.sections.observability import Observability
from components.sources import Sources
from components.stack import Outputs, build
from tests.support.observability import OBSERVABILITY
from tests.support.plan import Plan, Registered, run
from tests.support.stackfiles import put

if TYPE_CHECKING:
    from tests.support.stackfiles import Project


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


def section(**changes: object) -> Observability:
    """The section, with settings changed: `logs__replicas=1`."""
    settings = copy.deepcopy(OBSERVABILITY)
    for path, value in changes.items():
        put(settings, path.replace("__", "/"), value)
    return Observability.model_validate_json(json.dumps(settings))


def loki(settings: Observability) -> dict[str, Any]:
    """Values of Loki's chart."""
    return loki_values(settings.logs, settings.storage_class, bucket="logs", region="sa-east-1", sources=SOURCES)


def tempo(settings: Observability) -> dict[str, Any]:
    """Values of Tempo's chart."""
    return tempo_values(settings.traces, settings.storage_class, bucket="traces", region="sa-east-1", sources=SOURCES)


def every_chart(settings: Observability) -> dict[str, dict[str, Any]]:
    """Values of all charts, by their releases."""
    return {
        "stack": stack_values(settings, "producao", SOURCES),
        "loki": loki(settings),
        "tempo": tempo(settings),
        "grafana": grafana_values(settings.grafana, admin="grafana-admin", sources=SOURCES),
        "collector": collector_values(settings.collector, settings.metrics.replicas, SOURCES),
        "agent": agent_values(settings.collector, SOURCES),
    }


def planned(project: Project, **changes: object) -> tuple[Plan, Outputs]:
    """The plan of the stack `local` with the section, with settings changed."""
    settings = copy.deepcopy(OBSERVABILITY)
    for path, value in changes.items():
        put(settings, path.replace("__", "/"), value)
    project.config["cartorio:observability"] = settings
    read = project.settings({"KUBECONFIG": "some/kubeconfig"})
    return run(lambda: build(read), stack=project.stack)


def releases(plan: Plan) -> dict[str, Registered]:
    """The Helm releases, by their names in the cluster."""
    return {release.inputs["name"]: release for release in plan.of("kubernetes:helm.sh/v3:Release")}


def before(resource: Registered, plan: Plan) -> set[str]:
    """Names of what a resource waits for."""
    return {plan.urns()[urn].name for urn in resource.depends_on if urn in plan.urns()}
