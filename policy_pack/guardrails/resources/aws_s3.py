"""Buckets and their settings, each a resource of its own: https://www.pulumi.com/registry/packages/aws/api-docs/s3/."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from guardrails.resources import aws_reading as at

if TYPE_CHECKING:
    from collections.abc import Mapping

    from guardrails.resources.reading import Unknown


def _both(token: str) -> tuple[str, str]:
    """A type's name and its older one: `bucket:Bucket` was once `bucketV2:BucketV2`."""
    module, kind = token.split(":")
    return f"aws:s3/{token}", f"aws:s3/{module}V2:{kind}V2"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Grant(at.Block):
    """An entry of an access list that stands inside a bucket or an object."""

    group: at.Text = at.text("uri")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class AclGrant(at.Block):
    """An entry of an access list that is a resource of its own."""

    group: at.Text = at.text("grantee.uri")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class S3Bucket(at.AwsResource):
    """A bucket.

    Args:
        bucket: its physical name, when known.
    """

    label: ClassVar[str] = "aws:s3/bucket:Bucket"
    types: ClassVar[tuple[str, ...]] = _both("bucket:Bucket")

    bucket: at.Text = at.text("bucket")
    object_lock: at.Flag = at.flag("objectLockEnabled")
    acl: at.Text = at.text("acl")
    grants: tuple[Grant, ...] | Unknown = at.blocks("grants", Grant)
    policy: at.Policy = at.policy("policy")
    deletes_contents: at.Flag = at.flag("forceDestroy")
    tags: Mapping[str, str | Unknown] | Unknown = at.tags("tags")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class OfBucket(at.AwsResource):
    """A setting of a bucket: which one's."""

    bucket: at.Link = at.link("bucket")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class S3PublicAccessBlock(OfBucket):
    """The four switches; an absent one is off, as at AWS."""

    label: ClassVar[str] = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
    types: ClassVar[tuple[str, ...]] = _both("bucketPublicAccessBlock:BucketPublicAccessBlock")

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
    types: ClassVar[tuple[str, ...]] = _both(
        "bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
    )

    rules: tuple[EncryptionRule, ...] | Unknown = at.blocks("rules", EncryptionRule)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class S3Versioning(OfBucket):
    """Whether a bucket keeps what is overwritten or deleted."""

    label: ClassVar[str] = "aws:s3/bucketVersioning:BucketVersioning"
    types: ClassVar[tuple[str, ...]] = _both("bucketVersioning:BucketVersioning")

    status: at.Text = at.text("versioningConfiguration.status")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class S3Ownership(OfBucket):
    """Who owns objects; with `BucketOwnerEnforced` there are no ACLs."""

    label: ClassVar[str] = "aws:s3/bucketOwnershipControls:BucketOwnershipControls"
    types: ClassVar[tuple[str, ...]] = _both("bucketOwnershipControls:BucketOwnershipControls")

    ownership: at.Text = at.text("rule.objectOwnership")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class S3Lock(OfBucket):
    """How long objects can be neither changed nor deleted."""

    label: ClassVar[str] = "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration"
    types: ClassVar[tuple[str, ...]] = _both("bucketObjectLockConfiguration:BucketObjectLockConfiguration")

    mode: at.Text = at.text("rule.defaultRetention.mode")
    days: at.Number = at.number("rule.defaultRetention.days")
    years: at.Number = at.number("rule.defaultRetention.years")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class S3Policy(OfBucket):
    """Who may do what with a bucket."""

    label: ClassVar[str] = "aws:s3/bucketPolicy:BucketPolicy"
    types: ClassVar[tuple[str, ...]] = _both("bucketPolicy:BucketPolicy")

    policy: at.Policy = at.policy("policy")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class S3Acl(OfBucket):
    """An access list, S3's older way."""

    label: ClassVar[str] = "aws:s3/bucketAcl:BucketAcl"
    types: ClassVar[tuple[str, ...]] = _both("bucketAcl:BucketAcl")

    acl: at.Text = at.text("acl")
    grants: tuple[AclGrant, ...] | Unknown = at.blocks("accessControlPolicy.grants", AclGrant)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class S3Object(at.AwsResource):
    """An object that the program itself writes."""

    label: ClassVar[str] = "aws:s3 BucketObject, BucketObjectv2, ObjectCopy"
    types: ClassVar[tuple[str, ...]] = (
        "aws:s3/bucketObject:BucketObject",
        "aws:s3/bucketObjectv2:BucketObjectv2",
        "aws:s3/objectCopy:ObjectCopy",
    )

    acl: at.Text = at.text("acl")
    grants: tuple[Grant, ...] | Unknown = at.blocks("grants", Grant)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Replica(at.Block):
    """Where copies go."""

    bucket: at.Link = at.link("destination.bucket")
    key: at.Link = at.link("destination.encryptionConfiguration.replicaKmsKeyId")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class S3Replication(OfBucket):
    """What copies a bucket to another."""

    label: ClassVar[str] = "aws:s3/bucketReplicationConfig:BucketReplicationConfig"
    types: ClassVar[tuple[str, ...]] = _both("bucketReplicationConfig:BucketReplicationConfig")

    rules: tuple[Replica, ...] | Unknown = at.blocks("rules", Replica)


KINDS: Final = at.kinds(
    S3Bucket,
    S3PublicAccessBlock,
    S3Encryption,
    S3Versioning,
    S3Ownership,
    S3Lock,
    S3Policy,
    S3Acl,
    S3Object,
    S3Replication,
)
"""What each type is read as."""
