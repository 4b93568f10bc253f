"""Buckets and their settings, each a resource of its own: https://www.pulumi.com/registry/packages/aws/api-docs/s3/."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from guardrails.resources import aws_reading as at

if TYPE_CHECKING:
    from collections.abc import Mapping

    from guardrails.resources.reading import Unknown


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class S3Bucket(at.AwsResource):
    """A bucket.

    Args:
        bucket: its physical name, when known.
    """

    label: ClassVar[str] = "aws:s3/bucket:Bucket"

    bucket: at.Text = at.text("bucket")
    object_lock: at.Flag = at.flag("objectLockEnabled")
    acl: at.Text = at.text("acl")
    tags: Mapping[str, str | Unknown] | Unknown = at.tags("tags")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class OfBucket(at.AwsResource):
    """A setting of a bucket: which one's."""

    bucket: at.Link = at.link("bucket")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class S3PublicAccessBlock(OfBucket):
    """The four switches; an absent one is off, as at AWS."""

    label: ClassVar[str] = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"

    block_acls: at.Flag = at.flag("blockPublicAcls")
    block_policy: at.Flag = at.flag("blockPublicPolicy")
    ignore_acls: at.Flag = at.flag("ignorePublicAcls")
    restrict: at.Flag = at.flag("restrictPublicBuckets")

    @property
    def settings(self) -> Mapping[str, at.Flag]:
        """Each switch by its name."""
        return {
            "blockPublicAcls": self.block_acls,
            "blockPublicPolicy": self.block_policy,
            "ignorePublicAcls": self.ignore_acls,
            "restrictPublicBuckets": self.restrict,
        }


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class EncryptionRule(at.Block):
    """How objects are encrypted that come without a wish of their own."""

    algorithm: at.Text = at.text("applyServerSideEncryptionByDefault.sseAlgorithm")
    key: at.Link = at.link("applyServerSideEncryptionByDefault.kmsMasterKeyId")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class S3Encryption(OfBucket):
    """A bucket's default encryption."""

    label: ClassVar[str] = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"

    rules: tuple[EncryptionRule, ...] | Unknown = at.blocks("rules", EncryptionRule)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class S3Versioning(OfBucket):
    """Whether a bucket keeps what is overwritten or deleted."""

    label: ClassVar[str] = "aws:s3/bucketVersioning:BucketVersioning"

    status: at.Text = at.text("versioningConfiguration.status")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class S3Ownership(OfBucket):
    """Who owns objects; with `BucketOwnerEnforced` there are no ACLs."""

    label: ClassVar[str] = "aws:s3/bucketOwnershipControls:BucketOwnershipControls"

    ownership: at.Text = at.text("rule.objectOwnership")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class S3Lock(OfBucket):
    """How long objects can be neither changed nor deleted."""

    label: ClassVar[str] = "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration"

    mode: at.Text = at.text("rule.defaultRetention.mode")
    days: at.Number = at.number("rule.defaultRetention.days")
    years: at.Number = at.number("rule.defaultRetention.years")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class S3Policy(OfBucket):
    """Who may do what with a bucket."""

    label: ClassVar[str] = "aws:s3/bucketPolicy:BucketPolicy"

    policy: at.Policy = at.policy("policy")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class S3Acl(OfBucket):
    """An access list, S3's older way."""

    label: ClassVar[str] = "aws:s3/bucketAcl:BucketAcl"

    acl: at.Text = at.text("acl")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Replica(at.Block):
    """Where copies go."""

    bucket: at.Link = at.link("destination.bucket")
    key: at.Link = at.link("destination.encryptionConfiguration.replicaKmsKeyId")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class S3Replication(OfBucket):
    """What copies a bucket to another."""

    label: ClassVar[str] = "aws:s3/bucketReplicationConfig:BucketReplicationConfig"

    rules: tuple[Replica, ...] | Unknown = at.blocks("rules", Replica)


_TYPES: Final = {
    "bucket:Bucket": S3Bucket,
    "bucketPublicAccessBlock:BucketPublicAccessBlock": S3PublicAccessBlock,
    "bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": S3Encryption,
    "bucketVersioning:BucketVersioning": S3Versioning,
    "bucketOwnershipControls:BucketOwnershipControls": S3Ownership,
    "bucketObjectLockConfiguration:BucketObjectLockConfiguration": S3Lock,
    "bucketPolicy:BucketPolicy": S3Policy,
    "bucketAcl:BucketAcl": S3Acl,
    "bucketReplicationConfig:BucketReplicationConfig": S3Replication,
}


def _twin(name: str) -> str:
    """The older name of a type: `bucket:Bucket` was once `bucketV2:BucketV2`."""
    module, _, kind = name.partition(":")
    return f"{module}V2:{kind}V2"


KINDS: Final[dict[str, type[at.AwsResource]]] = {
    f"aws:s3/{token}": kind for name, kind in _TYPES.items() for token in (name, _twin(name))
}
"""What each type is."""
