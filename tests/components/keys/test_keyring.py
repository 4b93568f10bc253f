from __future__ import annotations

from functools import partial

import pulumi
import pulumi_aws as aws
import pytest

from components.keys.keyring import KeyRing, KeyRingArgs, PurposeUsers
from components.keys.purposes import KeyPurpose
from components.providers import Account
from components.sections.keys import Keys
from tests.support.plan import ACCOUNT, Plan, policy_of, run

SIGNER = f"arn:aws:iam::{ACCOUNT}:role/signer"
AUDITOR = f"arn:aws:iam::{ACCOUNT}:role/auditor"


def _run(stack: str = "local", *, protect: bool = True) -> tuple[Plan, dict[str, str]]:
    settings = Keys.model_validate_json(
        f'{{"deletionWindowDays": 14, "rotationPeriodDays": 180,'
        f' "users": [{{"purpose": "release-signing", "principals": ["{AUDITOR}"]}}]}}'
    )

    def program() -> None:
        users = PurposeUsers(purpose=KeyPurpose.RELEASE_SIGNING, principals=(pulumi.Output.from_input(SIGNER),))
        ring = KeyRing(
            "keys",
            KeyRingArgs(stack=stack, settings=settings, platform_users=(users,), protect=protect),
            Account(pulumi.Output.from_input(ACCOUNT), pulumi.Output.from_input("aws"), "sa-east-1"),
            pulumi.ResourceOptions(providers=[aws.Provider("aws", region="sa-east-1")]),
        )
        for purpose in KeyPurpose:
            ring.arn(purpose).apply(partial(found.__setitem__, f"{purpose}-arn"))
            ring.alias(purpose).apply(partial(found.__setitem__, f"{purpose}-alias"))

    found: dict[str, str] = {}
    return run(program, stack=stack)[0], found


def _ring(stack: str = "local", *, protect: bool = True) -> Plan:
    return _run(stack, protect=protect)[0]


@pytest.mark.parametrize("purpose", KeyPurpose)
def test_a_key_and_its_alias_are_found_by_purpose(purpose: KeyPurpose) -> None:
    found = _run()[1]
    assert found[f"{purpose}-arn"].endswith(f":keys-{purpose}")
    assert found[f"{purpose}-alias"] == f"alias/cartorio-local-{purpose}"


def test_the_envelope_key_encrypts_and_rotates() -> None:
    inputs = _ring().one("aws:kms/key:Key", "keys-envelope").inputs
    assert (inputs["customerMasterKeySpec"], inputs["keyUsage"]) == ("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT")
    assert (inputs["enableKeyRotation"], inputs["rotationPeriodInDays"]) == (True, 180)
    assert inputs["deletionWindowInDays"] == 14


def test_the_signing_key_is_p256_and_does_not_rotate() -> None:
    inputs = _ring().one("aws:kms/key:Key", "keys-release-signing").inputs
    assert (inputs["customerMasterKeySpec"], inputs["keyUsage"]) == ("ECC_NIST_P256", "SIGN_VERIFY")
    assert inputs["enableKeyRotation"] is False
    assert "rotationPeriodInDays" not in inputs


def test_aliases_are_the_names_that_the_trust_policy_relies_on() -> None:
    plan = _ring()
    assert {alias.inputs["name"] for alias in plan.of("aws:kms/alias:Alias")} == {
        f"alias/cartorio-local-{purpose}" for purpose in KeyPurpose
    }
    alias = plan.one("aws:kms/alias:Alias", "keys-release-signing-alias")
    assert alias.inputs["targetKeyId"] == "id-of-keys-release-signing"


def test_the_platforms_users_and_the_configured_ones_may_sign() -> None:
    use = policy_of(_ring().one("aws:kms/key:Key", "keys-release-signing"))["Use"]
    assert use["Condition"]["ArnEquals"]["aws:PrincipalArn"] == [SIGNER, AUDITOR]


@pytest.mark.parametrize("protect", [True, False])
def test_keys_are_protected_by_setting_and_aliases_never(protect: bool) -> None:  # noqa: FBT001 - parametrised
    plan = _ring(protect=protect)
    assert [key.protect for key in plan.of("aws:kms/key:Key")] == [protect] * len(KeyPurpose)
    assert [alias.protect for alias in plan.of("aws:kms/alias:Alias")] == [False] * len(KeyPurpose)


def test_the_outputs_name_every_key() -> None:
    plan = _ring()
    (outputs,) = plan.outputs[plan.one("cartorio:keys:KeyRing").urn]
    assert set(outputs["arns"]) == set(outputs["aliases"]) == {purpose.value for purpose in KeyPurpose}


def test_a_long_stack_name_yields_a_valid_alias() -> None:
    for alias in _ring("s" * 300).of("aws:kms/alias:Alias"):
        assert len(alias.inputs["name"]) <= 256


def test_keys_are_of_several_regions_or_in_a_store_where_the_settings_say_so() -> None:
    settings = Keys.model_validate_json(
        '{"replica": {"region": "us-east-1", "purposes": ["envelope"]},'
        ' "store": {"id": "cks-1234567890abcdef0", "purposes": ["vault-unseal"]}}'
    )

    def program() -> None:
        KeyRing(
            "keys",
            KeyRingArgs(stack="local", settings=settings),
            Account(pulumi.Output.from_input(ACCOUNT), pulumi.Output.from_input("aws"), "sa-east-1"),
            pulumi.ResourceOptions(providers=[aws.Provider("aws", region="sa-east-1")]),
        )

    plan = run(program)[0]
    keys = {key.name.removeprefix("keys-"): key for key in plan.of("aws:kms/key:Key")}
    assert [name for name, key in keys.items() if key.inputs.get("multiRegion")] == ["envelope"]
    assert {name: key.inputs["customKeyStoreId"] for name, key in keys.items() if "customKeyStoreId" in key.inputs} == {
        "vault-unseal": "cks-1234567890abcdef0"
    }
    assert keys["vault-unseal"].inputs["enableKeyRotation"] is False
    assert "rotationPeriodInDays" not in keys["vault-unseal"].inputs
    replication = policy_of(keys["envelope"])["Replication"]
    assert replication["Condition"]["StringEquals"] == {"kms:ReplicaRegion": "us-east-1"}
    assert "Replication" not in policy_of(keys["s3"])
