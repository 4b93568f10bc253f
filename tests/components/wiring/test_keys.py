from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from components.account import KnownAccount
from components.errors import SettingsError
from components.keys.purposes import KeyPurpose
from components.stack import build
from components.wiring.keys import platform_users
from tests.support.cluster import access, good
from tests.support.plan import ACCOUNT, run
from tests.support.site import VAULT
from tests.support.stackfiles import Project, put

if TYPE_CHECKING:
    from pathlib import Path

    from components.keys.inventory import PurposeUsers

OWNER = KnownAccount(ACCOUNT, "aws", "sa-east-1")


def test_each_user_is_a_role_that_the_stack_makes(tmp_path: Path) -> None:
    settings = Project(tmp_path, "producao").settings()
    users = platform_users("producao", settings.configuration, OWNER)
    named = {user for entry in users for user in entry.principals}
    plan, _ = run(lambda: build(settings), stack="producao")
    made = {role.inputs.get("name") for role in plan.of("aws:iam/role:Role")}
    assert named
    assert {str(user).rpartition("role/")[2] for user in named} <= made


def test_the_policies_of_the_keys_name_them(tmp_path: Path) -> None:
    settings = Project(tmp_path, "producao").settings()
    plan, _ = run(lambda: build(settings), stack="producao")
    for entry in platform_users("producao", settings.configuration, OWNER):
        policy = json.dumps(json.loads(plan.one("aws:kms/key:Key", f"keys-{entry.purpose}").inputs["policy"]))
        assert all(str(user) in policy for user in (*entry.principals, *entry.grantors)), entry.purpose


def test_the_envelope_key_serves_the_cluster_and_who_makes_it(project: Project) -> None:
    def entry() -> list[PurposeUsers]:
        users = platform_users("local", project.settings().configuration, OWNER)
        return [entry for entry in users if entry.purpose is KeyPurpose.ENVELOPE]

    assert entry() == []
    roles = [access("makers"), access("sso/admins"), access("readers", level="view")]
    put(project.config, "cartorio:cluster/eks", good(access=roles))
    role = f"arn:aws:iam::{ACCOUNT}:role/"
    (found,) = entry()
    assert found.principals == (f"{role}cartorio-local-cluster",)
    assert found.grantors == (f"{role}makers", f"{role}sso/admins")


def test_vaults_key_has_a_user_when_there_is_a_vault(project: Project) -> None:
    def unsealers() -> tuple[object, ...]:
        users = platform_users("local", project.settings().configuration, OWNER)
        return next(entry.principals for entry in users if entry.purpose is KeyPurpose.VAULT_UNSEAL)

    assert unsealers() == ()
    project.config["cartorio:certificates"] = {}
    project.config["cartorio:vault"] = VAULT
    assert unsealers() == (f"arn:aws:iam::{ACCOUNT}:role/cartorio-local-vault-unseal",)


def test_the_keys_of_a_second_region_are_under_its_own_provider(project: Project) -> None:
    project.config["cartorio:keys"] = {"replica": {"region": "us-east-1", "purposes": ["vault-unseal"]}}
    settings = project.settings()
    plan, _ = run(lambda: build(settings))
    replica = plan.one("aws:kms/replicaKey:ReplicaKey")
    assert (replica.name, replica.provider_name) == ("keys-copy-vault-unseal", "aws-us-east-1")
    assert plan.one("pulumi:providers:aws", "aws-us-east-1").inputs["region"] == "us-east-1"
    assert [key.name for key in plan.of("aws:kms/key:Key") if key.inputs.get("multiRegion")] == ["keys-vault-unseal"]


def test_a_replica_in_the_stacks_own_region_is_refused(project: Project) -> None:
    project.config["cartorio:keys"] = {"replica": {"region": "sa-east-1"}}
    with pytest.raises(SettingsError, match=r"cartorio:keys\.replica\.region  must be another region"):
        project.settings()


def test_the_password_of_the_store_is_looked_up_and_stays_secret(tmp_path: Path) -> None:
    project = Project(tmp_path, "producao")
    pem = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
    secret = f"arn:aws:secretsmanager:sa-east-1:{ACCOUNT}:secret:cartorio/hsm-a1b2c3"
    project.config["cartorio:keys"] = {"store": {"cluster": {"trustAnchor": pem, "passwordSecret": secret}}}
    settings = project.settings()
    plan, _ = run(lambda: build(settings), stack="producao")
    store = plan.one("aws:kms/customKeyStore:CustomKeyStore")
    assert store.inputs["keyStorePassword"] == "of-the-secret"
    assert "keyStorePassword" in store.secrets


def test_hsms_stand_in_the_intra_subnets(tmp_path: Path) -> None:
    project = Project(tmp_path, "producao")
    project.config["cartorio:keys"] = {"store": {"cluster": {}}}
    settings = project.settings()
    plan, _ = run(lambda: build(settings), stack="producao")
    subnets = plan.one("aws:cloudhsmv2/cluster:Cluster").inputs["subnetIds"]
    assert len(subnets) == 3
    assert all("intra" in subnet for subnet in subnets)


def test_hsms_without_a_network_are_refused(project: Project) -> None:
    del project.config["cartorio:network"]
    project.config["cartorio:keys"] = {"store": {"cluster": {}}}
    with pytest.raises(SettingsError, match=r"cartorio:keys\.store\.cluster  needs cartorio:network"):
        project.settings()
