"""Key policies: who administers a key and who uses it, never the same principal.

Every statement speaks to the account and narrows it by `aws:PrincipalArn`: a principal then needs its own IAM
permission as well, a role can be named before it exists, and one that is made anew keeps its access (a principal
written directly would be replaced by an internal id). Service-linked roles have no permission of their own on the
account's keys: their statements speak to everyone instead, narrowed by `kms:CallerAccount` and `aws:PrincipalArn`.

KMS's lockout check stays on (`bypassPolicyLockoutSafetyCheck` is never set): it refuses a policy whose author could
not change it again, so whoever runs the first `up` has to be one of the configured administrators.
https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi

from components.policies import EVERYONE, Condition, Principal, Statement

if TYPE_CHECKING:
    from components.account import Owner
    from components.base import Text
    from components.keys.purposes import KeyRow


@dataclass(frozen=True)
class Regions:
    """Where a multi-Region key is made, and where its replica is."""

    primary: str
    replica: str


_THE_KEY = ("*",)  # in a key policy, the key that it belongs to

# What EBS does besides for whoever makes a volume or a machine with one: the driver of volumes, Karpenter.
# https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption-requirements.html#ebs-encryption-permissions
_FOR_VOLUMES = ("kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncryptFrom", "kms:ReEncryptTo")
_EBS = "ec2"  # KMS sees EBS as EC2

# Everything an administrator needs, nothing that encrypts, decrypts or signs.
_ADMINISTRATION = (
    "kms:CancelKeyDeletion",
    "kms:CreateAlias",
    "kms:DeleteAlias",
    "kms:DescribeKey",
    "kms:DisableKey",
    "kms:DisableKeyRotation",
    "kms:EnableKey",
    "kms:EnableKeyRotation",
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "kms:GetPublicKey",
    "kms:ListGrants",
    "kms:ListKeyPolicies",
    "kms:ListKeyRotations",
    "kms:ListResourceTags",
    "kms:PutKeyPolicy",
    "kms:RevokeGrant",
    "kms:RotateKeyOnDemand",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:UpdateAlias",
    "kms:UpdateKeyDescription",
)
_BY_SERVICES = ("kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey")
_IN_FULL = (
    "kms:Decrypt",
    "kms:DescribeKey",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
)


def statements(
    row: KeyRow,
    account: Owner,
    administrators: tuple[str, ...],
    users: tuple[Text, ...],
    regions: Regions | None = None,
    *,
    grantors: tuple[Text, ...] = (),
) -> tuple[Statement, ...]:
    """The statements of one key's policy.

    Args:
        row: which key.
        account: the account that owns it, and the region that the key is in.
        administrators: ARNs; empty: whoever the account's IAM policies allow to.
        users: ARNs; empty: nobody but the services that the row names.
        regions: of a multi-Region key.
        grantors: ARNs of who makes clusters that encrypt with it; EKS takes the grant in their name.
    """
    owner = Principal("AWS", (account.arn("iam", "root"),))
    result = [administration(account, administrators)]
    if row.usage == "SIGN_VERIFY":
        # It is no secret, and whoever verifies asks for it: the cluster's own gate, a release, a person.
        result.append(
            Statement(
                sid="ReadPublicHalf",
                principal=owner,
                actions=("kms:DescribeKey", "kms:GetPublicKey"),
                resources=_THE_KEY,
            )
        )
    if regions:
        result += _across(regions, account, owner, (_only(administrators),) if administrators else ())
    if users:
        result.append(
            Statement(sid="Use", principal=owner, actions=row.actions, resources=_THE_KEY, conditions=(_only(users),))
        )
    if grantors:
        # Not with `kms:GrantIsForAWSResource`, which CreateCluster does not support:
        # https://docs.aws.amazon.com/eks/latest/userguide/enable-kms.html
        result.append(
            Statement(
                sid="GrantsForClusters",
                principal=owner,
                actions=("kms:CreateGrant", "kms:DescribeKey"),
                resources=_THE_KEY,
                conditions=(_only(grantors),),
            )
        )
    if row.via:
        through = tuple(f"{service}.{account.region}.amazonaws.com" for service in row.via)
        via = Condition("StringEquals", "kms:ViaService", through)
        result += [
            Statement(
                sid="UseThroughServices",
                principal=owner,
                actions=(*_BY_SERVICES, *(_FOR_VOLUMES if _EBS in row.via else ())),
                resources=_THE_KEY,
                conditions=(via,),
            ),
            Statement(
                sid="GrantsForServices",
                principal=owner,
                actions=("kms:CreateGrant", "kms:RetireGrant"),
                resources=_THE_KEY,
                conditions=(via, Condition("Bool", "kms:GrantIsForAWSResource", ("true",))),
            ),
        ]
    if row.service_roles:
        roles = tuple(account.arn("iam", f"role/aws-service-role/{role}") for role in row.service_roles)
        theirs = (Condition("StringEquals", "kms:CallerAccount", (account.id,)), _only(roles))
        result += [
            Statement(
                sid="UseByServiceRoles",
                principal=EVERYONE,
                actions=(*_IN_FULL, "kms:GenerateDataKeyWithoutPlaintext"),
                resources=_THE_KEY,
                conditions=theirs,
            ),
            Statement(
                sid="GrantsByServiceRoles",
                principal=EVERYONE,
                actions=("kms:CreateGrant",),
                resources=_THE_KEY,
                conditions=(*theirs, Condition("Bool", "kms:GrantIsForAWSResource", ("true",))),
            ),
        ]
    if row.logs:
        result.append(
            Statement(
                sid="UseByLogs",
                principal=Principal("Service", (f"logs.{account.region}.amazonaws.com",)),
                actions=_IN_FULL,
                resources=_THE_KEY,
                conditions=(Condition("ArnLike", "kms:EncryptionContext:aws:logs:arn", (_log_groups(account),)),),
            )
        )
    if row.trail:
        # https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html
        result.append(
            Statement(
                sid="UseByCloudTrail",
                principal=Principal("Service", ("cloudtrail.amazonaws.com",)),
                actions=("kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"),
                resources=_THE_KEY,
                conditions=(Condition("StringLike", "kms:EncryptionContext:aws:cloudtrail:arn", (_trails(account),)),),
            )
        )
    # Without a condition, as AWS documents it: where one does not hold, people are not told.
    # https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html and, for `backup`,
    # https://docs.aws.amazon.com/aws-backup/latest/devguide/backup-notifications.html
    result += [
        Statement(
            sid=f"UseBy{teller.capitalize()}",
            principal=Principal("Service", (f"{teller}.amazonaws.com",)),
            actions=("kms:Decrypt", "kms:GenerateDataKey"),
            resources=_THE_KEY,
        )
        for teller in row.tellers
    ]
    return tuple(result)


def administration(account: Owner, administrators: tuple[str, ...]) -> Statement:
    """What administrators (ARNs; none: whoever the account's IAM policies allow to) may do with a key."""
    return Statement(
        sid="Administration",
        principal=Principal("AWS", (account.arn("iam", "root"),)),
        actions=_ADMINISTRATION,
        resources=_THE_KEY,
        conditions=(_only(administrators),) if administrators else (),
    )


def copies(account: Owner, administrators: tuple[str, ...]) -> tuple[Statement, ...]:
    """The statements of a key in another region that encrypts what services copy there.

    Who copies, the account's IAM policies say, as AWS documents it for copies of backups: their roles call it in their
    own name. https://docs.aws.amazon.com/aws-backup/latest/devguide/create-cross-account-backup.html
    """
    owner = Principal("AWS", (account.arn("iam", "root"),))
    return (
        administration(account, administrators),
        Statement(
            sid="UseByTheAccount",
            principal=owner,
            actions=(*_IN_FULL, "kms:GenerateDataKeyWithoutPlaintext"),
            resources=_THE_KEY,
        ),
        Statement(
            sid="GrantsForServices",
            principal=owner,
            actions=("kms:CreateGrant", "kms:RetireGrant"),
            resources=_THE_KEY,
            conditions=(Condition("Bool", "kms:GrantIsForAWSResource", ("true",)),),
        ),
    )


def _across(
    regions: Regions, account: Owner, owner: Principal, administrators: tuple[Condition, ...]
) -> tuple[Statement, ...]:
    """What administrators may do with a multi-Region key: replicate it to its one other region, and turn over.

    https://docs.aws.amazon.com/kms/latest/developerguide/multi-region-keys-auth.html
    """
    turn_over = Statement(
        sid="TurnOver",
        principal=owner,
        actions=("kms:UpdatePrimaryRegion",),
        resources=_THE_KEY,
        conditions=(
            *administrators,
            Condition("StringEquals", "kms:PrimaryRegion", (regions.primary, regions.replica)),
        ),
    )
    if account.region != regions.primary:
        return (turn_over,)
    replicate = Statement(
        sid="Replication",
        principal=owner,
        actions=("kms:ReplicateKey",),
        resources=_THE_KEY,
        conditions=(*administrators, Condition("StringEquals", "kms:ReplicaRegion", (regions.replica,))),
    )
    return replicate, turn_over


def _only(principals: tuple[Text, ...]) -> Condition:
    return Condition("ArnEquals", "aws:PrincipalArn", principals)


def _log_groups(account: Owner) -> Text:
    return _joined("arn:", account.partition, ":logs:", account.region, ":", account.id, ":log-group:*")


def _trails(account: Owner) -> Text:
    return _joined("arn:", account.partition, ":cloudtrail:*:", account.id, ":trail/*")


def _joined(*parts: Text) -> Text:
    """The parts as one text: a plain one if all of them are, as `cartorio keys sync` needs it."""
    known = [part for part in parts if isinstance(part, str)]
    return "".join(known) if len(known) == len(parts) else pulumi.Output.concat(*parts)
