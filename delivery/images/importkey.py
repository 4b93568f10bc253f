"""The import's key in KMS: it is there before any stack, and no stack can replace it.

Its policy parts who keeps it from who signs with it: the account may administrate and read it, and may not sign; those
who sign may do nothing else. https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from lab.errors import LabError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mypy_boto3_kms import KMSClient

ALIAS: Final = "alias/cartorio-image-import"
_SPEC: Final = "ECC_NIST_P256"
_KEEP: Final = (
    *("kms:CancelKeyDeletion", "kms:CreateAlias", "kms:DeleteAlias", "kms:DescribeKey", "kms:DisableKey"),
    *("kms:EnableKey", "kms:GetKeyPolicy", "kms:GetPublicKey", "kms:ListResourceTags", "kms:PutKeyPolicy"),
    *("kms:ScheduleKeyDeletion", "kms:TagResource", "kms:UntagResource", "kms:UpdateAlias", "kms:UpdateKeyDescription"),
)
_SIGN: Final = ("kms:DescribeKey", "kms:GetPublicKey", "kms:Sign")


@dataclass(frozen=True, slots=True)
class ImportKey:
    """The key.

    Attributes:
        arn: its name in AWS.
        made: whether it was made now.
    """

    arn: str
    made: bool


def ensure_key(signers: Sequence[str], region: str | None) -> ImportKey:
    """Find the import's key in the account of this shell, or make it.

    Args:
        signers: ARNs of the principals that may sign, of a new key.
        region: AWS region; the shell's if None.

    Raises:
        UsageError: a new key needs somebody who may sign with it.
        LabError: AWS does not answer or refuses, or what is under the alias is no such key.
    """
    import boto3
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        session = boto3.session.Session(region_name=region)
        kms = session.client("kms")
        try:
            found: Any = kms.describe_key(KeyId=ALIAS)["KeyMetadata"]
        except kms.exceptions.NotFoundException:
            account = session.client("sts").get_caller_identity()
            return ImportKey(_make(kms, signers, account["Account"], account["Arn"].split(":")[1]), made=True)
    except (BotoCoreError, ClientError) as error:
        raise LabError(
            f"KMS cannot be asked: {error}",
            where=ALIAS,
            remedy="sign in to AWS (`aws sts get-caller-identity` must answer), or open `cartorio shell` for the lab",
        ) from error
    kind = (found["KeyState"], found["KeyUsage"], found["KeySpec"])
    if kind != ("Enabled", "SIGN_VERIFY", _SPEC):
        raise LabError(
            f"the key is {', '.join(kind)}; it has to be Enabled, SIGN_VERIFY, {_SPEC}",
            where=f"{ALIAS} ({found['Arn']})",
            remedy="enable it; or find out who changed what the alias leads to",
        )
    return ImportKey(str(found["Arn"]), made=False)


def _make(kms: KMSClient, signers: Sequence[str], account: str, partition: str) -> str:
    if not signers:
        raise UsageError(
            "there is no import key yet, and a new one needs somebody who may sign with it",
            where=ALIAS,
            remedy="name the role of the import: --signer arn:aws:iam::<account>:role/<name>",
        )
    made = kms.create_key(
        KeySpec=_SPEC,
        KeyUsage="SIGN_VERIFY",
        Description="Signs third-party images at their import",
        Policy=json.dumps(key_policy(signers, account, partition)),
        Tags=[{"TagKey": "project", "TagValue": "cartorio"}, {"TagKey": "purpose", "TagValue": "image-import"}],
    )["KeyMetadata"]
    kms.create_alias(AliasName=ALIAS, TargetKeyId=made["KeyId"])
    return made["Arn"]


def key_policy(signers: Sequence[str], account: str, partition: str) -> dict[str, Any]:
    """The policy of the key.

    Args:
        signers: who may sign.
        account: the account's id.
        partition: `aws`, or another world of AWS's.
    """
    statements = (
        ("Keep", [f"arn:{partition}:iam::{account}:root"], _KEEP),
        ("Sign", sorted(set(signers)), _SIGN),
    )
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Sid": sid, "Effect": "Allow", "Principal": {"AWS": who}, "Action": list(actions), "Resource": "*"}
            for sid, who, actions in statements
        ],
    }
