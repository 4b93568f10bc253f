"""The application, wired to what scales it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi

from components.observability.handle import MonitoringHandle
from components.wiring.workload import build
from tests.support import site as support
from tests.support.observability import OBSERVABILITY
from tests.support.plan import run
from tests.support.stackfiles import RELEASE, put

if TYPE_CHECKING:
    from components.wiring.workload import WorkloadOutputs
    from tests.support.plan import Plan
    from tests.support.stackfiles import Project

HELM = "kubernetes:helm.sh/v3:Release"


def _run(project: Project, *, monitored: bool = False) -> tuple[Plan, WorkloadOutputs | None]:
    settings = project.settings()
    monitoring = MonitoringHandle("observability", "http://prometheus:9090") if monitored else None

    def program() -> WorkloadOutputs | None:
        namespace = pulumi.Output.from_input("cartorio")
        return build(support.site(settings), support.cluster(), namespace, monitoring, ())

    return run(program)


def test_without_a_wish_there_is_the_application_alone(project: Project) -> None:
    plan, outputs = _run(project)
    assert [release.name for release in plan.of(HELM)] == ["workload-release"]
    assert not plan.of("cartorio:workload:Controllers")
    assert outputs is not None


def test_the_application_comes_after_the_kinds_that_its_chart_uses(project: Project) -> None:
    project.config["cartorio:observability"] = OBSERVABILITY
    put(project.config, "cartorio:workload/canary", {})
    put(project.config, "cartorio:workload/workers/queue", {"query": "sum(jobs)", "perPod": 5})
    plan, _ = _run(project, monitored=True)
    application = plan.one(HELM, "workload-release")
    for controller in ("scaling-keda", "scaling-flagger", "scaling-loadtester"):
        assert plan.one(HELM, controller).urn in application.depends_on
    assert application.inputs["values"]["prometheus"] == "http://prometheus:9090"


def test_controllers_are_there_before_the_first_release(project: Project) -> None:
    put(project.config, "cartorio:workload/metricsServer", value=True)
    project.release = {**RELEASE, "images": {}}
    plan, outputs = _run(project)
    assert [release.name for release in plan.of(HELM)] == ["scaling-metrics-server"]
    assert outputs is None
