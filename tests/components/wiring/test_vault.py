"""Vault, wired to its key and its bucket."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.stack import build
from tests.support.plan import run
from tests.support.site import VAULT

if TYPE_CHECKING:
    from tests.support.plan import Plan
    from tests.support.stackfiles import Project


def _plan(project: Project) -> Plan:
    settings = project.settings()
    return run(lambda: build(settings), stack="local")[0]


def test_vault_is_unsealed_by_the_role_that_its_key_knows(project: Project) -> None:
    project.config["cartorio:certificates"] = {}
    project.config["cartorio:vault"] = VAULT
    plan = _plan(project)
    policy = plan.one("aws:kms/key:Key", "keys-vault-unseal").inputs["policy"]
    roles = [role.inputs["name"] for role in plan.of("aws:iam/role:Role") if role.name.startswith("vault-server")]
    assert roles == ["cartorio-local-vault-unseal"]
    assert f"role/{roles[0]}" in policy
    snapshots = plan.one("aws:s3/bucket:Bucket", "vault-snapshots-bucket")
    assert snapshots.inputs["forceDestroy"] is True, "the stack local protects nothing"


def test_what_is_delivered_to_vault_waits_for_its_namespace(project: Project) -> None:
    project.config["cartorio:certificates"] = {}
    project.config["cartorio:vault"] = VAULT
    entries = [{"key": "username", "secret": "vault/mongodb", "property": "username"}]
    delivered = {"name": "mongodb", "namespace": "vault", "source": "secrets-manager", "entries": entries}
    project.config["cartorio:secrets"] = {
        "managed": [{"name": "vault/mongodb", "description": "of MongoDB"}],
        "delivered": [delivered],
    }
    secret = _plan(project).one("kubernetes:external-secrets.io/v1:ExternalSecret", "secrets-vault-mongodb")
    assert secret.inputs["metadata"]["namespace"] == "vault"
    assert any(urn.endswith("vault-room-namespace") for urn in (*secret.depends_on, *secret.sources["metadata"]))
