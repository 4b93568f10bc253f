from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pulumi
import pulumi_kubernetes as kubernetes
import pulumi_random as random
import pytest

from components.workload.application import Application, ApplicationArgs
from tests.support.plan import Plan, run

if TYPE_CHECKING:
    from tests.support.stackfiles import Project

RELEASE = "kubernetes:helm.sh/v3:Release"


@pytest.fixture
def plan(project: Project) -> Plan:
    settings = project.settings()
    images = settings.release.images
    assert images is not None

    def program() -> None:
        cluster, lots = kubernetes.Provider("kubernetes"), random.Provider("random")
        gate = kubernetes.core.v1.ConfigMap("gate", opts=pulumi.ResourceOptions(provider=cluster))
        args = ApplicationArgs(
            stack="local",
            settings=settings.configuration.workload,
            release=settings.release,
            images=images,
            chart=settings.chart,
            namespace=pulumi.Output.from_input("cartorio"),
            after=(gate,),
        )
        Application("workload", args, pulumi.ResourceOptions(providers=[cluster, lots]))

    return run(program)[0]


def test_the_release_is_of_the_projects_own_chart_by_a_relative_path(plan: Plan) -> None:
    inputs = plan.one(RELEASE).inputs
    assert inputs["chart"] == "./charts/cartorio"
    assert (inputs["name"], inputs["namespace"]) == ("cartorio", "cartorio")
    assert "repositoryOpts" not in inputs


def test_a_failed_upgrade_leaves_the_old_one(plan: Plan) -> None:
    inputs = plan.one(RELEASE).inputs
    assert (inputs["atomic"], inputs["cleanupOnFail"], inputs["createNamespace"]) == (True, True, False)
    assert inputs["timeout"] == 600
    assert "skipAwait" not in inputs


def test_the_session_key_is_long_random_and_secret(plan: Plan) -> None:
    password = plan.one("random:index/randomPassword:RandomPassword").inputs
    assert password == {"length": 64, "special": False}
    secret = plan.one("kubernetes:core/v1:Secret")
    assert secret.inputs["stringData"] == {"session-key": "p" * 64}
    assert secret.secrets
    assert all(path.startswith("stringData") for path in secret.secrets)
    assert plan.one(RELEASE).inputs["values"]["secretName"] == secret.inputs["metadata"]["name"]
    assert base64.b64encode(b"p" * 64).decode() not in str(plan.one(RELEASE).inputs)


def test_both_wait_for_what_has_to_stand_first(plan: Plan) -> None:
    gate = plan.one("kubernetes:core/v1:ConfigMap").urn
    assert gate in plan.one("kubernetes:core/v1:Secret").depends_on
    assert {gate, plan.one("kubernetes:core/v1:Secret").urn} <= set(plan.one(RELEASE).depends_on)


def test_the_outputs_say_where_and_what(plan: Plan) -> None:
    (outputs,) = plan.outputs[plan.one("cartorio:workload:Application").urn]
    assert (outputs["endpoint"], outputs["version"]) == ("http://cartorio-api.cartorio.svc", "1.2.3")


def test_what_runs_is_read_back_and_what_was_set_by_hand_is_told(plan: Plan) -> None:
    assert plan.reads == {"workload-api": "cartorio/cartorio-api", "workload-workers": "cartorio/cartorio-workers"}
    (outputs,) = plan.outputs[plan.one("cartorio:workload:Application").urn]
    assert outputs["drift"] == [
        "cartorio-api: spec.replicas is 3, set by kubectl",
        "cartorio-workers: spec.replicas is 3, set by kubectl",
    ]
