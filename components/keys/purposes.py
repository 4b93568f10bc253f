"""What keys exist, as data: adding a key is adding a row. What AWS calls things: https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateKey.html."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final


class KeyPurpose(StrEnum):
    """What a key is for; also the end of its alias."""

    ENVELOPE = "envelope"
    EBS = "ebs"
    S3 = "s3"
    LOGS = "logs"
    BACKUP = "backup"
    VAULT_UNSEAL = "vault-unseal"
    RELEASE_SIGNING = "release-signing"
    PULUMI_SECRETS = "pulumi-secrets"


REPLICABLE: Final = (KeyPurpose.ENVELOPE, KeyPurpose.VAULT_UNSEAL, KeyPurpose.PULUMI_SECRETS)
"""Keys that are of use in another region: what they encrypt is carried there as it is, and decrypted there.

Services encrypt their copies anew, with a key of the copy's region (S3, AWS Backup, EBS), and logs stay in their own:
https://docs.aws.amazon.com/kms/latest/developerguide/multi-region-keys-overview.html. The key that signs releases is
not replicated: a signature is verified with the public key, wherever that is, so that nothing is lost with the region;
and each place that holds the private key is one more place that can sign.
"""


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
        trail: whether CloudTrail encrypts with it.
        tellers: services that tell people things by topics that are encrypted with it.
        service_roles: service-linked roles of the account that use it, as `<service>/<role name>`.
    """

    purpose: KeyPurpose
    description: str
    spec: str
    usage: str
    rotates: bool
    actions: tuple[str, ...]
    via: tuple[str, ...] = ()
    logs: bool = False
    trail: bool = False
    tellers: tuple[str, ...] = ()
    service_roles: tuple[str, ...] = ()


_ENCRYPT = (
    "kms:Decrypt",
    "kms:DescribeKey",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyWithoutPlaintext",
)
# What a seal does: it wraps its own small secret and asks for no data keys.
_SEAL = ("kms:Decrypt", "kms:DescribeKey", "kms:Encrypt")


def _symmetric(
    purpose: KeyPurpose,
    description: str,
    *,
    actions: tuple[str, ...] = _ENCRYPT,
    via: tuple[str, ...] = (),
    service_roles: tuple[str, ...] = (),
) -> KeyRow:
    return KeyRow(
        purpose=purpose,
        description=f"Cartorio: {description}",
        spec="SYMMETRIC_DEFAULT",
        usage="ENCRYPT_DECRYPT",
        rotates=True,
        actions=actions,
        via=via,
        service_roles=service_roles,
    )


KEYS: tuple[KeyRow, ...] = (
    _symmetric(
        KeyPurpose.ENVELOPE,
        "encrypts the data keys of images, of the cluster's secrets and of those in Secrets Manager",
        # The role of an EKS cluster looks for the grant that EKS has.
        actions=(*_ENCRYPT, "kms:ListGrants"),
        via=("ecr", "secretsmanager"),
    ),
    _symmetric(
        KeyPurpose.EBS,
        "encrypts the volumes of nodes and databases",
        via=("ec2",),  # KMS sees EBS as EC2
        # https://docs.aws.amazon.com/autoscaling/ec2/userguide/key-policy-requirements-EBS-encryption.html
        service_roles=("autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling",),
    ),
    _symmetric(KeyPurpose.S3, "encrypts documents and evidence in S3", via=("s3",)),
    # Firehose takes a grant for what is under way, in the name of whoever makes the stream:
    # https://docs.aws.amazon.com/firehose/latest/dev/encryption.html
    replace(
        _symmetric(KeyPurpose.LOGS, "encrypts logs, trails and alarms", via=("firehose",)),
        logs=True,
        trail=True,
        tellers=("backup", "cloudwatch", "events"),
    ),
    # The vaults of AWS Backup, and the bucket that Velero and Vault's snapshots go to.
    _symmetric(KeyPurpose.BACKUP, "encrypts backups and snapshots", via=("backup", "s3")),
    _symmetric(KeyPurpose.VAULT_UNSEAL, "unseals Vault", actions=_SEAL),
    KeyRow(
        purpose=KeyPurpose.RELEASE_SIGNING,
        description="Cartorio: signs the digests of released images",
        spec="ECC_NIST_P256",
        usage="SIGN_VERIFY",
        rotates=False,
        actions=("kms:DescribeKey", "kms:GetPublicKey", "kms:Sign", "kms:Verify"),
    ),
    _symmetric(KeyPurpose.PULUMI_SECRETS, "encrypts the secrets in Pulumi's state", actions=_SEAL),
)
