"""Secrets, with and without Vault."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.stack import build
from tests.support.plan import run

if TYPE_CHECKING:
    from tests.support.plan import Plan
    from tests.support.stackfiles import Project

SECRETS = {"replicas": 1, "managed": [{"name": "mail-relay", "description": "Credentials of the mail relay."}]}


def _plan(project: Project) -> Plan:
    settings = project.settings()
    return run(lambda: build(settings), stack="local")[0]


def _areas(plan: Plan) -> set[str]:
    return {component.type.split(":")[1] for component in plan.components}


def test_secrets_come_from_secrets_manager_with_no_vault(project: Project) -> None:
    project.config["cartorio:secrets"] = SECRETS
    plan = _plan(project)
    assert _areas(plan) & {"vault", "secrets"} == {"secrets"}
    stores = [one.inputs["spec"]["provider"] for one in plan.of("kubernetes:external-secrets.io/v1:ClusterSecretStore")]
    assert [set(provider) for provider in stores] == [{"aws"}]
