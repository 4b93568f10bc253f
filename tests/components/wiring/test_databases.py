"""The databases, wired to their keys, certificates, passwords and clients."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from components.stack import build
from tests.support.databases import DATABASE, LICENSED, waits_for
from tests.support.plan import run
from tests.support.site import VAULT

if TYPE_CHECKING:
    from tests.support.plan import Plan
    from tests.support.stackfiles import Project

SET = "kubernetes:psmdb.percona.com/v1:PerconaServerMongoDB"
POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"


def _plan(project: Project, *, served: bool = False, **section: Any) -> Plan:  # noqa: ANN401 - JSON
    project.config["cartorio:certificates"] = {}
    project.config["cartorio:secrets"] = {}
    if served:
        database = {
            "name": "documentos",
            "hosts": "mongodb-rs0-0.mongodb-rs0.mongodb.svc.cluster.local:27017",
            "namespace": "mongodb",
            "adminSecret": "mongodb-admin",
            "database": "cartorio",
        }
        project.config["cartorio:vault"] = {**VAULT, "databases": [database]}
    project.config["cartorio:databases"] = {"storageClass": "databases", **section}
    settings = project.settings()
    return run(lambda: build(settings), stack="local")[0]


def test_both_databases_and_the_way_to_them(project: Project) -> None:
    plan = _plan(project, mongodb=DATABASE, neo4j=LICENSED)
    described = plan.one(SET)
    assert described.protect is False, "the stack local protects nothing"
    assert described.inputs["spec"]["tls"]["issuerConf"]["name"] == "cartorio-internal"
    out = {one.name: one.inputs for one in plan.of(POLICY) if "-access-from-" in one.name}
    assert set(out) == {"mongodb-access-from-cartorio", "neo4j-access-from-cartorio"}
    assert {inputs["metadata"]["namespace"] for inputs in out.values()} == {"cartorio"}


def test_people_are_told_where_databases_and_their_backups_are(project: Project) -> None:
    project.config["cartorio:certificates"] = {}
    project.config["cartorio:databases"] = {"storageClass": "databases", "mongodb": DATABASE}
    settings = project.settings()
    outputs = run(lambda: build(settings), stack="local")[1]
    assert set(outputs.databases) == set(outputs.backup_buckets) == {"mongodb"}


def test_the_password_of_neo4j_waits_for_what_makes_it(project: Project) -> None:
    plan = _plan(project, neo4j=LICENSED)
    generator = plan.one("kubernetes:generators.external-secrets.io/v1alpha1:Password")
    assert "secrets-release" in waits_for(generator, plan)


@pytest.mark.parametrize("served", [True, False])
def test_vault_is_let_in_where_it_makes_users(project: Project, served: bool) -> None:  # noqa: FBT001 - parametrised
    plan = _plan(project, served=served, mongodb=DATABASE)
    (policy,) = [one for one in plan.of(POLICY) if one.name == "mongodb-room-clients"]
    (rule,) = policy.inputs["spec"]["ingress"]
    names = {peer["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"] for peer in rule["from"]}
    assert ("vault" in names) is served


def test_without_the_section_there_is_nothing(project: Project) -> None:
    settings = project.settings()
    plan = run(lambda: build(settings), stack="local")[0]
    assert not [one for one in plan.components if "cartorio:databases:" in one.type]
