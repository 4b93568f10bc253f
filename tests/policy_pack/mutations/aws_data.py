"""AWS's buckets and keys."""

from __future__ import annotations

from typing import Any, Final

from tests.support.mutations import Mutation, adding, dropping, removing, setting, together, within_json

_KEY: Final = "aws:kms/key:Key"
_S3: Final = "aws:s3/"
_ENCRYPTION: Final = f"{_S3}bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
_DEFAULT: Final = "rules[0].applyServerSideEncryptionByDefault"
_VERSIONING: Final = f"{_S3}bucketVersioning:BucketVersioning"
_OWNERSHIP: Final = f"{_S3}bucketOwnershipControls:BucketOwnershipControls"
_LOCK: Final = f"{_S3}bucketObjectLockConfiguration:BucketObjectLockConfiguration"
_POLICY: Final = f"{_S3}bucketPolicy:BucketPolicy"
_BUCKET: Final = f"{_S3}bucket:Bucket"
_ACCESS: Final = f"{_S3}bucketPublicAccessBlock:BucketPublicAccessBlock"


def _plain_http(document: dict[str, Any]) -> None:
    document["Statement"] = [one for one in document["Statement"] if one["Sid"] != "TlsOnly"]


MUTATIONS: Final = (
    Mutation(
        "aws/kms-rotation", "a key that never rotates", setting(_KEY, "copies-key", "enableKeyRotation", value=False)
    ),
    Mutation("aws/kms-rotation", "a key for seven years", setting(_KEY, "keys-s3", "rotationPeriodInDays", 2560)),
    Mutation("aws/kms-deletion-window", "a key gone in a week", setting(_KEY, "keys-s3", "deletionWindowInDays", 7)),
    Mutation("aws/kms-usable", "a disabled key", setting(_KEY, "keys-s3", "isEnabled", value=False)),
    Mutation(
        "aws/kms-multi-region",
        "a key to be copied that nothing copies",
        dropping("aws:kms/replicaKey:ReplicaKey", "keys-copy-vault-unseal"),
    ),
    Mutation(
        "aws/s3-public-access",
        "one of four switches is off",
        setting(_ACCESS, "documents-access", "blockPublicPolicy", value=False),
    ),
    Mutation("aws/s3-public-access", "nothing keeps a bucket from the public", dropping(_ACCESS, "documents-access")),
    Mutation(
        "aws/s3-encryption",
        "S3's own keys",
        setting(_ENCRYPTION, "documents-encryption", f"{_DEFAULT}.sseAlgorithm", "AES256"),
    ),
    Mutation(
        "aws/s3-encryption", "AWS's key", removing(_ENCRYPTION, "documents-encryption", f"{_DEFAULT}.kmsMasterKeyId")
    ),
    Mutation(
        "aws/s3-encryption", "nothing is said of encryption", dropping(_ENCRYPTION, "telemetry-logs-objects-encryption")
    ),
    Mutation(
        "aws/s3-versioning",
        "versions are no longer kept",
        setting(_VERSIONING, "documents-versioning", "versioningConfiguration.status", "Suspended"),
    ),
    Mutation("aws/s3-versioning", "nothing is said of versions", dropping(_VERSIONING, "edge-logs-versioning")),
    Mutation(
        "aws/s3-ownership",
        "whoever writes owns",
        setting(_OWNERSHIP, "documents-ownership", "rule.objectOwnership", "ObjectWriter"),
    ),
    Mutation("aws/s3-acl", "a list that lets anybody read", setting(_BUCKET, "documents-bucket", "acl", "public-read")),
    Mutation("aws/s3-policy", "a bucket without a policy", dropping(_POLICY, "documents-policy")),
    Mutation("aws/s3-tls", "plain HTTP is answered", within_json(_POLICY, "documents-policy", "policy", _plain_http)),
    Mutation(
        "aws/s3-object-lock",
        "evidence that administrators may delete",
        setting(_LOCK, "evidence-lock", "rule.defaultRetention.mode", "GOVERNANCE"),
    ),
    Mutation("aws/s3-object-lock", "no lock unless asked for", dropping(_LOCK, "evidence-lock")),
    Mutation(
        "aws/s3-object-lock",
        "a record that can be changed",
        together(
            removing(_BUCKET, "account-trail-record-bucket", "objectLockEnabled"),
            dropping(_LOCK, "account-trail-record-lock"),
        ),
    ),
    Mutation(
        "aws/s3-acl",
        "a list of its own that lets anybody write",
        adding(f"{_S3}bucketAcl:BucketAcl", "open", {"bucket": "documents-bucket-1234567", "acl": "public-read-write"}),
    ),
)
