from __future__ import annotations

from components.keys.purposes import KEYS, KeyPurpose


def test_every_purpose_has_one_key() -> None:
    assert [row.purpose for row in KEYS] == list(KeyPurpose)


def test_signing_keys_never_encrypt_and_encrypting_keys_never_sign() -> None:
    for row in KEYS:
        signs = {"kms:Sign", "kms:Verify"} & set(row.actions)
        encrypts = {"kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey"} & set(row.actions)
        assert bool(signs) == (row.usage == "SIGN_VERIFY")
        assert bool(encrypts) == (row.usage == "ENCRYPT_DECRYPT")
        assert row.rotates == (row.spec == "SYMMETRIC_DEFAULT")
        assert not any("*" in action for action in row.actions)


def test_releases_are_signed_on_the_curve_that_verifiers_expect() -> None:
    (row,) = [row for row in KEYS if row.purpose is KeyPurpose.RELEASE_SIGNING]
    assert (row.spec, row.usage) == ("ECC_NIST_P256", "SIGN_VERIFY")
