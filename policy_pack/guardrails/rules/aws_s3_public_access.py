"""Buckets are shut to the public: a rule across resources, because the lock is a resource of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from guardrails.model import Example, Policy, Severity
from guardrails.resources.aws_s3 import S3PublicAccessBlock
from guardrails.resources.base import Stack
from guardrails.rules._aws import on
from guardrails.rules._buckets import BUCKET, of_each, setting
from guardrails.rules._sources import fsbp, security_hub

if TYPE_CHECKING:
    from collections.abc import Iterator

    from guardrails.model import Finding


def _all_four(block: S3PublicAccessBlock) -> Iterator[Finding]:
    for name, value in block.settings.items():
        yield from on(value, name, name, f"{name} is off")


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
        rule=of_each(S3PublicAccessBlock, "no public access block names this bucket", _all_four),
        controls=(security_hub("S3.1", "s3"), fsbp("S3.8")),
        passing=Example(BUCKET + _BLOCK),
        failing=Example(BUCKET + _BLOCK.replace("ignorePublicAcls: true", "ignorePublicAcls: false")),
    ),
)
