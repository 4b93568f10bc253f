"""The sections about the account, the keys, the supply chain and the data."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from components.keys.purposes import KeyPurpose
from components.sections.base import Section, unique
from components.values import AccountId, DnsLabel, FilePath, PrincipalArn, Region, RegistryPrefix, RepositoryName, Word

# What CloudWatch Logs accepts: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
RetentionDays = Literal[
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653
]
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-class-intro.html: colder classes bill at least 30 days.
_COLD_AFTER = 30


class Profile(StrEnum):
    """How strictly the policy pack judges the stack."""

    LOCAL = "local"
    STAGING = "staging"
    PRODUCAO = "producao"


class Aws(Section):
    """The AWS account that the stack lives in."""

    region: Region
    """Region of everything regional."""
    accounts: tuple[AccountId, ...] = ()
    """The only accounts that this stack may touch; empty: whichever the credentials belong to."""
    path_style_buckets: bool = False
    """Address buckets by path instead of by host name, for S3 endpoints on an address without names."""
    owner: Word
    """Tag `owner` of every resource: the team that answers for it."""
    cost_centre: Word
    """Tag `cost-centre` of every resource."""


class Cluster(Section):
    """The Kubernetes cluster that the stack deploys to."""

    identifier: DnsLabel
    """Names the cluster in the state: changing it replaces everything in the cluster; a new kubeconfig does not."""
    kubeconfig: FilePath | None = None
    """Path of the kubeconfig; without it, the environment variable KUBECONFIG names it."""
    context: Word | None = None
    """Context in the kubeconfig; without it, its current one."""


class KeyUsers(Section):
    """Who may use one of the keys."""

    purpose: KeyPurpose
    """Which key."""
    principals: Annotated[tuple[PrincipalArn, ...], Field(min_length=1)]
    """Roles and users that may use it. They need the permission in their own IAM policy too."""


class Keys(Section):
    """KMS keys."""

    administrators: tuple[PrincipalArn, ...] = ()
    """Who may administer the keys, without using them; empty: whoever the account's IAM policies allow to."""
    users: tuple[KeyUsers, ...] = ()
    """Who may use which key, besides the parts of the platform itself."""
    deletion_window_days: Annotated[int, Field(ge=7, le=30)] = 30
    """Days between asking for a key's deletion and losing it."""
    rotation_period_days: Annotated[int, Field(ge=90, le=2560)] = 365
    """Days after which KMS renews a symmetric key's material."""

    @field_validator("users")
    @classmethod
    def _users(cls, value: tuple[KeyUsers, ...], info: ValidationInfo) -> tuple[KeyUsers, ...]:
        unique(tuple(entry.purpose for entry in value), "purpose")
        administrators = set(info.data.get("administrators", ()))
        both = sorted({principal for entry in value for principal in entry.principals} & administrators)
        if both:
            raise PydanticCustomError(
                "separation",
                "must not name {who}, an administrator of the keys: the two roles are apart",
                {"who": both[0]},
            )
        return value


class Supply(Section):
    """Where images come from and who signs them."""

    registries: Annotated[tuple[RegistryPrefix, ...], Field(min_length=1)]
    """Registries, or folders in them, of which the cluster admits images."""
    repositories: Annotated[tuple[RepositoryName, ...], Field(min_length=1)]
    """Repositories kept in the account's registry (ECR)."""
    expire_candidates_days: Annotated[int, Field(ge=1, le=365)] = 30
    """Days after which an image tagged `candidate-...`, and not `v...` too, is removed from the account's registry."""
    signers: tuple[PrincipalArn, ...] = ()
    """Who may take the role that signs releases; empty: whoever the account's IAM policies allow to."""

    @field_validator("registries", "repositories")
    @classmethod
    def _once(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return unique(value, "the entry")


class Audit(Section):
    """The audit trail."""

    retention_days: RetentionDays
    """Days that log entries are kept."""


class LockMode(StrEnum):
    """Who may shorten an object's retention: GOVERNANCE, whoever has that permission; COMPLIANCE, nobody."""

    GOVERNANCE = "GOVERNANCE"
    COMPLIANCE = "COMPLIANCE"


class Evidence(Section):
    """The bucket of evidence: what must be shown to an inspector, unchanged."""

    lock_mode: LockMode
    """Who may shorten the retention of an object."""
    lock_days: Annotated[int, Field(ge=1, le=36500)]
    """Days that an object can be neither changed nor deleted."""
    cold_after_days: Annotated[int, Field(ge=_COLD_AFTER, le=36500)] = 90
    """Days after which an object moves to the cheaper class GLACIER_IR."""
    noncurrent_days: Annotated[int, Field(ge=1, le=36500)]
    """Days after which a replaced version is removed; at least lockDays."""
    force_destroy: bool = False
    """Whether destroying the stack also deletes the evidence; only where `cartorio:protect` is false."""

    @field_validator("noncurrent_days")
    @classmethod
    def _after_lock(cls, value: int, info: ValidationInfo) -> int:
        locked = info.data.get("lock_days")
        if locked is not None and value < locked:
            raise PydanticCustomError("after_lock", "must be at least lockDays ({locked})", {"locked": locked})
        return value


class Data(Section):
    """Data that outlives the platform."""

    evidence: Evidence
    """The bucket of evidence."""
