"""Buckets are shut to the public: a rule across resources, because the lock is a resource of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from guardrails.model import Example, Finding, Policy, Severity
from guardrails.resources.aws_s3 import S3PublicAccessBlock
from guardrails.resources.base import Stack
from guardrails.rules._aws import of, on
from guardrails.rules._buckets import BUCKET, Settings, buckets, setting
from guardrails.rules._sources import fsbp, security_hub

if TYPE_CHECKING:
    from collections.abc import Iterator

    from guardrails.model import Context
    from guardrails.resources.aws_s3 import S3Bucket


def _judge(stack: Stack, _context: Context) -> tuple[Finding, ...]:
    blocks = Settings(stack, S3PublicAccessBlock)
    return tuple(finding for bucket in buckets(stack) for finding in _check(bucket, blocks.of(bucket)))


def _check(bucket: S3Bucket, blocks: list[S3PublicAccessBlock]) -> Iterator[Finding]:
    if not blocks:
        yield from of(bucket, [Finding("", "no public access block names this bucket")])
    for block in blocks:
        for name, value in block.settings.items():
            yield from of(block, on(value, name, name, f"{name} is off"))


_BLOCK: Final = setting(
    "bucketPublicAccessBlock:BucketPublicAccessBlock",
    "blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true",
)

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
        controls=(security_hub("S3.1", "s3"), fsbp("S3.8")),
        passing=Example(BUCKET + _BLOCK),
        failing=Example(BUCKET + _BLOCK.replace("ignorePublicAcls: true", "ignorePublicAcls: false")),
    ),
)
