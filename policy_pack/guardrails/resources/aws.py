"""AWS resources, as Pulumi's provider declares them: https://www.pulumi.com/registry/packages/aws/api-docs/."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar, Final, TypeAlias

from guardrails.resources import reading
from guardrails.resources.base import Declared, Resource
from guardrails.resources.reading import Unknown

_Shape: TypeAlias = Callable[[Declared], Resource]


@dataclass(frozen=True, slots=True)
class KmsKey(Resource):
    """`aws:kms/key:Key`; absent properties have AWS's defaults."""

    label: ClassVar[str] = "aws:kms/key:Key"

    spec: str | Unknown
    usage: str | Unknown
    rotates: bool | Unknown


@dataclass(frozen=True, slots=True)
class S3Bucket(Resource):
    """`aws:s3/bucket:Bucket` or its older twin.

    Args:
        bucket: its physical name, when known.
    """

    label: ClassVar[str] = "aws:s3/bucket:Bucket"

    bucket: str | Unknown | None


@dataclass(frozen=True, slots=True)
class S3PublicAccessBlock(Resource):
    """`aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock`.

    Args:
        bucket: the physical name of the bucket it protects, when known.
        bucket_addresses: the resources that name comes from.
        settings: the four switches; an absent one is False, as at AWS.
    """

    label: ClassVar[str] = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"

    bucket: str | Unknown | None
    bucket_addresses: tuple[str, ...]
    settings: Mapping[str, bool | Unknown]


PUBLIC_ACCESS_SETTINGS: Final = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")


def _title(declared: Declared) -> str:
    return f"{declared.type.rpartition(':')[2]} {declared.name}"


def _kms_key(declared: Declared) -> KmsKey:
    raw = declared.properties
    rotates = reading.flag(raw, "enableKeyRotation", "")
    return KmsKey(
        declared.address,
        declared.address,
        _title(declared),
        spec=reading.text(raw, "customerMasterKeySpec", "") or "SYMMETRIC_DEFAULT",
        usage=reading.text(raw, "keyUsage", "") or "ENCRYPT_DECRYPT",
        rotates=rotates if isinstance(rotates, Unknown) else bool(rotates),
    )


def _s3_bucket(declared: Declared) -> S3Bucket:
    return S3Bucket(
        declared.address, declared.address, _title(declared), bucket=reading.text(declared.properties, "bucket", "")
    )


def _s3_public_access_block(declared: Declared) -> S3PublicAccessBlock:
    settings = {key: reading.flag(declared.properties, key, "") for key in PUBLIC_ACCESS_SETTINGS}
    return S3PublicAccessBlock(
        declared.address,
        declared.address,
        _title(declared),
        bucket=reading.text(declared.properties, "bucket", ""),
        bucket_addresses=declared.dependencies.get("bucket", ()),
        settings={key: value if isinstance(value, Unknown) else bool(value) for key, value in settings.items()},
    )


SHAPES: Final[Mapping[str, _Shape]] = {
    "aws:kms/key:Key": _kms_key,
    "aws:s3/bucket:Bucket": _s3_bucket,
    "aws:s3/bucketV2:BucketV2": _s3_bucket,
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": _s3_public_access_block,
}
"""How each type is read; another type is a dataclass and a line here."""


def parse_aws(declared: Declared) -> Resource | None:
    """The typed resource, or None for a type that no rule knows.

    Raises:
        reading.MalformedError: a property has another type than the provider allows.
    """
    shape = SHAPES.get(declared.type)
    return shape(declared) if shape is not None else None
