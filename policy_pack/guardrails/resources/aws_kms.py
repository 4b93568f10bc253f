"""Keys: https://www.pulumi.com/registry/packages/aws/api-docs/kms/."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

from guardrails.resources import aws_reading as at


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class KmsKey(at.AwsResource):
    """A key; absent properties have AWS's defaults."""

    label: ClassVar[str] = "aws:kms/key:Key"

    spec: at.Text = at.text("customerMasterKeySpec", "SYMMETRIC_DEFAULT")
    usage: at.Text = at.text("keyUsage", "ENCRYPT_DECRYPT")
    rotates: at.Flag = at.flag("enableKeyRotation")
    rotation_days: at.Number = at.number("rotationPeriodInDays")
    deletion_days: at.Number = at.number("deletionWindowInDays")
    multi_region: at.Flag = at.flag("multiRegion")
    enabled: at.Flag = at.flag("isEnabled", default=True)
    unlocked: at.Flag = at.flag("bypassPolicyLockoutSafetyCheck")
    policy: at.Policy = at.policy("policy")
    arn: at.Text = at.text("arn")
    key_id: at.Text = at.text("keyId")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class KmsReplica(at.AwsResource):
    """A copy of a multi-region key in another region."""

    label: ClassVar[str] = "aws:kms/replicaKey:ReplicaKey"

    primary: at.Link = at.link("primaryKeyArn")
    deletion_days: at.Number = at.number("deletionWindowInDays")
    unlocked: at.Flag = at.flag("bypassPolicyLockoutSafetyCheck")
    policy: at.Policy = at.policy("policy")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class KmsPolicy(at.AwsResource):
    """A key's policy as a resource of its own."""

    label: ClassVar[str] = "aws:kms/keyPolicy:KeyPolicy"

    unlocked: at.Flag = at.flag("bypassPolicyLockoutSafetyCheck")
    policy: at.Policy = at.policy("policy")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class KmsAlias(at.AwsResource):
    """A name of a key."""

    label: ClassVar[str] = "aws:kms/alias:Alias"

    name: at.Text = at.text("name")
    target: at.Link = at.link("targetKeyId")


KINDS: Final = at.kinds(
    KmsKey,
    KmsReplica,
    KmsPolicy,
    KmsAlias,
)
"""What each type is read as."""
