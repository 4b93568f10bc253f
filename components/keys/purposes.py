"""What keys exist, as data: adding a key is adding a row. What AWS calls things: https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateKey.html."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class KeyPurpose(StrEnum):
    """What a key is for; also the end of its alias."""

    ENVELOPE = "envelope"
    RELEASE_SIGNING = "release-signing"


@dataclass(frozen=True)
class KeyRow:
    """One key of the ring.

    Attributes:
        purpose: what it is for.
        description: shown in the console.
        spec: the key material (`KeySpec`).
        usage: what it may do (`KeyUsage`).
        rotates: whether KMS renews the material by itself, which it does for symmetric keys only.
        actions: what a user of the key may call.
        via: services of the same account that call it for a principal (`kms:ViaService`), without the region.
        logs: whether CloudWatch Logs encrypts with it.
    """

    purpose: KeyPurpose
    description: str
    spec: str
    usage: str
    rotates: bool
    actions: tuple[str, ...]
    via: tuple[str, ...] = ()
    logs: bool = False


KEYS: tuple[KeyRow, ...] = (
    KeyRow(
        purpose=KeyPurpose.ENVELOPE,
        description="Cartorio: encrypts the data keys of evidence, logs and images",
        spec="SYMMETRIC_DEFAULT",
        usage="ENCRYPT_DECRYPT",
        rotates=True,
        actions=(
            "kms:Decrypt",
            "kms:DescribeKey",
            "kms:Encrypt",
            "kms:GenerateDataKey",
            "kms:GenerateDataKeyWithoutPlaintext",
        ),
        via=("ecr", "s3"),
        logs=True,
    ),
    KeyRow(
        purpose=KeyPurpose.RELEASE_SIGNING,
        description="Cartorio: signs the digests of released images",
        spec="ECC_NIST_P256",
        usage="SIGN_VERIFY",
        rotates=False,
        actions=("kms:DescribeKey", "kms:GetPublicKey", "kms:Sign", "kms:Verify"),
    ),
)
