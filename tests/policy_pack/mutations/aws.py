"""AWS: keys and buckets."""

from __future__ import annotations

from typing import Final

from tests.support.mutations import Mutation, dropping, setting

_ACCESS: Final = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"

MUTATIONS: Final = (
    Mutation(
        "aws/kms-rotation",
        "a key that never rotates",
        setting("aws:kms/key:Key", "backup-copy-key-key", "enableKeyRotation", value=False),
    ),
    Mutation(
        "aws/s3-public-access",
        "one of four switches is off",
        setting(_ACCESS, "documents-access", "blockPublicPolicy", value=False),
    ),
    Mutation("aws/s3-public-access", "nothing keeps a bucket from the public", dropping(_ACCESS, "documents-access")),
)
