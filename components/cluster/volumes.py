"""What whoever makes encrypted volumes may do with their key: the volumes' driver, Karpenter, Velero; pure.

They call EBS, which calls KMS in their name: https://docs.aws.amazon.com/eks/latest/userguide/ebs-csi.html and
https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption-requirements.html#ebs-encryption-permissions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.policies import Condition, Statement

if TYPE_CHECKING:
    from components.base import Text


def volume_statements(key: Text, region: str) -> tuple[Statement, ...]:
    """The statements: through EC2 only, with `key` of `region`."""
    through = Condition("StringEquals", "kms:ViaService", (f"ec2.{region}.amazonaws.com",))
    return (
        Statement(
            sid="EncryptVolumes",
            actions=(
                "kms:Decrypt",
                "kms:DescribeKey",
                "kms:Encrypt",
                "kms:GenerateDataKeyWithoutPlaintext",
                "kms:ReEncryptFrom",
                "kms:ReEncryptTo",
            ),
            resources=(key,),
            conditions=(through,),
        ),
        Statement(
            sid="LetMachinesUseVolumes",
            actions=("kms:CreateGrant",),
            resources=(key,),
            conditions=(through, Condition("Bool", "kms:GrantIsForAWSResource", ("true",))),
        ),
    )
