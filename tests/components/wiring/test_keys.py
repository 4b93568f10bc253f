from __future__ import annotations

import json
from typing import TYPE_CHECKING

from components.account import KnownAccount
from components.keys.purposes import KeyPurpose
from components.stack import build
from components.wiring.keys import platform_users
from tests.support.plan import ACCOUNT, run
from tests.support.site import VAULT
from tests.support.stackfiles import Project

if TYPE_CHECKING:
    from pathlib import Path

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
        assert all(str(user) in policy for user in entry.principals), entry.purpose


def test_vaults_key_has_a_user_when_there_is_a_vault(project: Project) -> None:
    def unsealers() -> tuple[object, ...]:
        users = platform_users("local", project.settings().configuration, OWNER)
        return next(entry.principals for entry in users if entry.purpose is KeyPurpose.VAULT_UNSEAL)

    assert unsealers() == ()
    project.config["cartorio:certificates"] = {}
    project.config["cartorio:vault"] = VAULT
    assert unsealers() == (f"arn:aws:iam::{ACCOUNT}:role/cartorio-local-vault-unseal",)
