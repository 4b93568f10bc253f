from __future__ import annotations

import json

import pulumi
import pytest

from components.account import KnownAccount
from components.keys.inventory import PurposeUsers, inventory, replicas
from components.keys.purposes import KEYS, KeyPurpose
from components.policies import document, rendered
from components.providers import Account
from components.sections.keys import Keys
from tests.support.plan import ACCOUNT, run

SIGNER = f"arn:aws:iam::{ACCOUNT}:role/signer"
AUDITOR = f"arn:aws:iam::{ACCOUNT}:role/auditor"
KNOWN = KnownAccount(ACCOUNT, "aws", "sa-east-1")
SETTINGS = Keys.model_validate_json(
    f'{{"rotationPeriodDays": 180, "users": [{{"purpose": "release-signing", "principals": ["{AUDITOR}"]}}]}}'
)
USERS = (PurposeUsers(purpose=KeyPurpose.RELEASE_SIGNING, principals=(SIGNER,)),)
DECLARED = {key.purpose: key for key in inventory("local", SETTINGS, USERS, KNOWN)}


def test_every_purpose_has_its_alias() -> None:
    assert {key.alias for key in DECLARED.values()} == {f"alias/cartorio-local-{row.purpose}" for row in KEYS}


def test_symmetric_keys_rotate_as_often_as_configured_and_the_signing_key_never() -> None:
    periods = {purpose: key.rotation_period_days for purpose, key in DECLARED.items()}
    assert periods.pop(KeyPurpose.RELEASE_SIGNING) is None
    assert set(periods.values()) == {180}
    assert [purpose for purpose, key in DECLARED.items() if not key.rotates] == [KeyPurpose.RELEASE_SIGNING]


def test_the_platforms_users_come_before_the_configured_ones() -> None:
    uses = [statement for statement in DECLARED[KeyPurpose.RELEASE_SIGNING].policy if statement.sid == "Use"]
    assert [condition.values for statement in uses for condition in statement.conditions] == [(SIGNER, AUDITOR)]


def test_a_long_stack_name_yields_a_valid_alias() -> None:
    assert all(len(key.alias) <= 256 for key in inventory("s" * 300, Keys(), (), KNOWN))


@pytest.mark.parametrize("purpose", KeyPurpose)
def test_the_policy_of_a_known_account_is_the_one_that_the_engine_makes(purpose: KeyPurpose) -> None:
    seen: list[str] = []

    def program() -> None:
        account = Account(pulumi.Output.from_input(ACCOUNT), pulumi.Output.from_input("aws"), "sa-east-1")
        (key,) = (key for key in inventory("local", SETTINGS, USERS, account) if key.purpose is purpose)
        document(*key.policy).apply(seen.append)

    run(program)
    assert json.loads(seen[0]) == json.loads(json.dumps(rendered(*DECLARED[purpose].policy)))


def test_replicas_are_those_of_the_settings_in_their_region() -> None:
    settings = Keys.model_validate_json('{"replica": {"region": "us-east-1", "purposes": ["vault-unseal"]}}')
    (replica,) = replicas("local", settings, (), KNOWN)
    (primary,) = (key for key in inventory("local", settings, (), KNOWN) if key.multi_region)
    assert (replica.purpose, replica.region, replica.multi_region) == (KeyPurpose.VAULT_UNSEAL, "us-east-1", True)
    assert (primary.alias, primary.region) == (replica.alias, "sa-east-1")
    assert replicas("local", SETTINGS, (), KNOWN) == ()
