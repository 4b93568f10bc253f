from __future__ import annotations

from typing import TYPE_CHECKING

from components.wiring.network import build
from tests.support.plan import run
from tests.support.site import site

if TYPE_CHECKING:
    from tests.support.stackfiles import Project


def test_the_network_is_there_when_the_stacks_file_has_it(project: Project) -> None:
    settings = project.settings()
    plan, network = run(lambda: build(site(settings), "arn:logs"))
    assert network is not None
    assert plan.one("aws:cloudwatch/logGroup:LogGroup").inputs["kmsKeyId"] == "arn:logs"
    del project.config["cartorio:network"]
    without = project.settings()
    plan, network = run(lambda: build(site(without), "arn:logs"))
    assert network is None
    assert not plan.components
