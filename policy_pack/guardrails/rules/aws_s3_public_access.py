"""Buckets are shut to the public: a rule across resources, because the lock is a resource of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from guardrails.model import Example, Finding, Policy, Severity
from guardrails.resources.aws import S3Bucket, S3PublicAccessBlock
from guardrails.resources.base import Stack
from guardrails.resources.reading import Unknown
from guardrails.rules._sources import security_hub

if TYPE_CHECKING:
    from collections.abc import Iterator

    from guardrails.model import Context


def _judge(stack: Stack, _context: Context) -> tuple[Finding, ...]:
    blocks = [resource for resource in stack.resources if isinstance(resource, S3PublicAccessBlock)]
    return tuple(
        finding
        for bucket in stack.resources
        if isinstance(bucket, S3Bucket)
        for finding in _check(bucket, [block for block in blocks if _protects(block, bucket)])
    )


def _protects(block: S3PublicAccessBlock, bucket: S3Bucket) -> bool:
    if bucket.address in block.bucket_addresses:
        return True
    return isinstance(bucket.bucket, str) and block.bucket == bucket.bucket


def _check(bucket: S3Bucket, blocks: list[S3PublicAccessBlock]) -> Iterator[Finding]:
    if not blocks:
        yield Finding("", "no public access block names this bucket", address=bucket.address, resource=bucket.title)
    for block in blocks:
        for setting, value in block.settings.items():
            if isinstance(value, Unknown):
                message = f"{setting} is not known before the update, so nobody can judge it"
                yield Finding(setting, message, unknown=True, address=block.address, resource=block.title)
            elif not value:
                yield Finding(setting, f"{setting} is off", address=block.address, resource=block.title)


_BUCKET: Final = """\
type: aws:s3/bucket:Bucket
name: evidence
properties: {}
"""
_BLOCK: Final = """\
---
type: aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock
name: evidence
properties:
  bucket: ${evidence}
  blockPublicAcls: true
  blockPublicPolicy: true
  ignorePublicAcls: true
  restrictPublicBuckets: true
"""

POLICIES: Final = (
    Policy(
        id="aws/s3-public-access",
        title="Every bucket has a public access block with all four settings on",
        severity=Severity.CRITICAL,
        rationale=(
            "One mistaken bucket policy or ACL publishes deeds and identity documents. The block overrides both, "
            "whoever writes them later."
        ),
        resource_types=(Stack,),
        remediation=(
            "Declare a BucketPublicAccessBlock whose `bucket` is the bucket's id, with blockPublicAcls, "
            "blockPublicPolicy, ignorePublicAcls and restrictPublicBuckets true."
        ),
        since="0.1.0",
        rule=_judge,
        controls=(security_hub("S3.1", "s3"),),
        passing=Example(_BUCKET + _BLOCK),
        failing=Example(_BUCKET + _BLOCK.replace("ignorePublicAcls: true", "ignorePublicAcls: false")),
    ),
)
