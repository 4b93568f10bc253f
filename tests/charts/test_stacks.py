"""The application's chart with the values of each stack: rendered by the real helm, taken by the real API server.

The definitions of Canary, MetricTemplate and ScaledObject are those of Flagger's and KEDA's own modules.
"""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from components.stack import build
from lab.charts.definitions import define, needed
from tests.support.plan import run
from tests.support.stackfiles import ROOT, Project, config_of, stack_files

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lab.toolchain import Toolchain
    from tests.support.lab import RunningLab

CHART = ROOT / "charts/cartorio"
STACKS = [file.name.split(".")[1] for file in stack_files()]
SERIOUS = ("producao", "staging")
ROLES = ("api", "workers")
NAMESPACE = "chart-stacks"
Objects = dict[tuple[str, str], dict[str, Any]]


def _rendered(stack: str, toolchain: Toolchain, folder: Path) -> Objects:
    settings = Project(folder, stack).settings({"KUBECONFIG": "kubeconfig"})
    plan, _ = run(lambda: build(settings), stack=stack)
    file = folder / "values.json"
    file.write_text(json.dumps(plan.one("kubernetes:helm.sh/v3:Release", "workload-release").inputs["values"]))
    done = subprocess.run(
        [toolchain.path("helm"), "template", "cartorio", CHART, "--namespace", NAMESPACE, "--values", file],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    documents = [document for document in yaml.safe_load_all(done.stdout) if document]
    return {(document["kind"], document["metadata"]["name"]): document for document in documents}


@pytest.fixture(scope="module")
def objects(toolchain: Toolchain, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Objects]:
    return {stack: _rendered(stack, toolchain, tmp_path_factory.mktemp(stack)) for stack in STACKS}


def _measures(autoscaler: dict[str, Any]) -> set[str]:
    """What an autoscaler goes by."""
    spec = autoscaler["spec"]
    if autoscaler["kind"] == "ScaledObject":
        return {trigger["type"] for trigger in spec["triggers"]}
    return {metric["resource"]["name"] for metric in spec["metrics"]}


@pytest.mark.parametrize("stack", STACKS)
@pytest.mark.parametrize("role", ROLES)
def test_each_role_has_one_autoscaler_within_its_bounds_and_a_budget(
    stack: str, role: str, objects: dict[str, Objects]
) -> None:
    name, found = f"cartorio-{role}", objects[stack]
    settings = config_of(stack)["cartorio:workload"][role]
    kinds = [kind for kind in ("HorizontalPodAutoscaler", "ScaledObject") if (kind, name) in found]
    assert kinds == (["ScaledObject"] if "queue" in settings else ["HorizontalPodAutoscaler"])
    autoscaler = found[kinds[0], name]
    assert _measures(autoscaler) == {"cpu", "memory", *(["prometheus"] if "queue" in settings else [])}
    spec = autoscaler["spec"]
    bounds = {"min": spec.get("minReplicas", spec.get("minReplicaCount"))}
    bounds["max"] = spec.get("maxReplicas", spec.get("maxReplicaCount"))
    assert bounds == settings["replicas"]
    assert found["PodDisruptionBudget", name]["spec"]["maxUnavailable"] == 1


@pytest.mark.parametrize("stack", SERIOUS)
def test_a_new_version_is_judged_by_what_it_answers_and_taken_back(stack: str, objects: dict[str, Objects]) -> None:
    analysis = objects[stack]["Canary", "cartorio-api"]["spec"]["analysis"]
    assert {metric["templateRef"]["name"] for metric in analysis["metrics"]} == {
        "cartorio-api-success-rate",
        "cartorio-api-latency-p99",
    }
    # Fewer missed rounds take it back than good ones promote it.
    assert analysis["threshold"] < analysis["iterations"]
    for metric in analysis["metrics"]:
        provider = objects[stack]["MetricTemplate", metric["templateRef"]["name"]]["spec"]["provider"]
        assert provider["address"].startswith("http://monitoring-prometheus.observability")


@pytest.mark.parametrize("stack", SERIOUS)
def test_workers_follow_their_queue(stack: str, objects: dict[str, Objects]) -> None:
    triggers = objects[stack]["ScaledObject", "cartorio-workers"]["spec"]["triggers"]
    (queue,) = [trigger for trigger in triggers if trigger["type"] == "prometheus"]
    assert queue["metadata"]["query"] == "sum(cartorio_jobs_waiting)"


@pytest.fixture
def cluster(lab: RunningLab, toolchain: Toolchain) -> Iterator[RunningLab]:
    """The API server, with the definitions and a room as closed as the application's."""
    assert define(lab.services.api(), toolchain, {"flagger", "keda"}, needed((), CHART.parent)) == ()
    room = {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": NAMESPACE, "labels": {"pod-security.kubernetes.io/enforce": "restricted"}},
    }
    lab.kubectl("apply", "--filename=-", given=yaml.safe_dump(room))
    yield lab
    lab.kubectl("delete", "namespace", NAMESPACE, "--wait=false")


@pytest.mark.lab
def test_the_api_server_takes_every_object_of_both_stacks_and_no_broken_one(
    cluster: RunningLab, objects: dict[str, Objects]
) -> None:
    check = ("apply", "--server-side", "--dry-run=server", "--filename=-")
    for stack in SERIOUS:
        cluster.kubectl(*check, given=yaml.safe_dump_all(objects[stack].values()))
    for kind, name, field in (
        ("Canary", "cartorio-api", "analysis"),
        ("MetricTemplate", "cartorio-api-success-rate", "provider"),
        ("ScaledObject", "cartorio-workers", "triggers"),
    ):
        broken = json.loads(json.dumps(objects["producao"][kind, name]))
        broken["spec"][field] = "nothing of the kind"
        with pytest.raises(AssertionError, match=field):
            cluster.kubectl(*check, given=yaml.safe_dump(broken))
