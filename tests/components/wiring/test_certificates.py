"""Certificates, and what there is without a section."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.stack import build
from tests.support.plan import run

if TYPE_CHECKING:
    from tests.support.plan import Plan
    from tests.support.stackfiles import Project


def _plan(project: Project) -> Plan:
    settings = project.settings()
    return run(lambda: build(settings), stack="local")[0]


def _areas(plan: Plan) -> set[str]:
    return {component.type.split(":")[1] for component in plan.components}


def test_without_their_sections_there_is_none_of_them(project: Project) -> None:
    assert not _areas(_plan(project)) & {"certificates", "vault", "secrets"}


def test_certificates_alone(project: Project) -> None:
    project.config["cartorio:certificates"] = {}
    assert _areas(_plan(project)) & {"certificates", "vault", "secrets"} == {"certificates"}
