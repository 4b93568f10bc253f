"""The bucket of evidence: what must be shown to an inspector, as it was written.

Versions are kept, locked for the agreed time (https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html),
encrypted with the envelope key, reachable over TLS only and never public.
"""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

from components.base import Args, Component, Text
from components.policies import EVERYONE, Condition, Effect, Statement, document
from components.sections.data import Evidence

_ABORT_UPLOADS_AFTER_DAYS = 7
_OLDEST_TLS = "1.2"


class EvidenceBucketArgs(Args):
    """The settings, the key that encrypts the objects, and protection."""

    settings: Evidence
    key_arn: Text
    protect: bool = True


class EvidenceBucket(Component):
    """The bucket and its settings.

    Attributes:
        bucket: its name, which AWS chooses.
        arn: its ARN.
    """

    TYPE = "cartorio:data:EvidenceBucket"
    bucket: pulumi.Output[str]
    arn: pulumi.Output[str]

    def __init__(self, name: str, args: EvidenceBucketArgs, opts: pulumi.ResourceOptions) -> None:
        super().__init__(name, opts)
        bucket = aws.s3.Bucket(
            f"{name}-bucket",
            object_lock_enabled=True,
            force_destroy=args.settings.force_destroy,
            opts=self._child(protect=args.protect),
        )
        self._close(name, bucket, args)
        self._encrypt(name, bucket, args)
        self._retain(name, bucket, args)
        self.bucket = bucket.bucket
        self.arn = bucket.arn
        self.register_outputs({"bucket": self.bucket, "arn": self.arn})

    def _close(self, name: str, bucket: aws.s3.Bucket, args: EvidenceBucketArgs) -> None:
        block = aws.s3.BucketPublicAccessBlock(
            f"{name}-access",
            bucket=bucket.bucket,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            opts=self._child(),
        )
        aws.s3.BucketOwnershipControls(
            f"{name}-ownership",
            bucket=bucket.bucket,
            rule=aws.s3.BucketOwnershipControlsRuleArgs(object_ownership="BucketOwnerEnforced"),
            opts=self._child(),
        )
        aws.s3.BucketPolicy(
            f"{name}-policy",
            bucket=bucket.bucket,
            policy=document(*_statements(bucket.arn, args.key_arn)),
            # S3 refuses to change both at the same moment.
            opts=self._child(depends_on=[block]),
        )

    def _encrypt(self, name: str, bucket: aws.s3.Bucket, args: EvidenceBucketArgs) -> None:
        aws.s3.BucketServerSideEncryptionConfiguration(
            f"{name}-encryption",
            bucket=bucket.bucket,
            rules=[
                aws.s3.BucketServerSideEncryptionConfigurationRuleArgs(
                    apply_server_side_encryption_by_default=(
                        aws.s3.BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultArgs(
                            sse_algorithm="aws:kms", kms_master_key_id=args.key_arn
                        )
                    ),
                    bucket_key_enabled=True,
                )
            ],
            opts=self._child(),
        )

    def _retain(self, name: str, bucket: aws.s3.Bucket, args: EvidenceBucketArgs) -> None:
        settings = args.settings
        versioning = aws.s3.BucketVersioning(
            f"{name}-versioning",
            bucket=bucket.bucket,
            versioning_configuration=aws.s3.BucketVersioningVersioningConfigurationArgs(status="Enabled"),
            opts=self._child(),
        )
        aws.s3.BucketObjectLockConfiguration(
            f"{name}-lock",
            bucket=bucket.bucket,
            rule=aws.s3.BucketObjectLockConfigurationRuleArgs(
                default_retention=aws.s3.BucketObjectLockConfigurationRuleDefaultRetentionArgs(
                    mode=settings.lock_mode.value, days=settings.lock_days
                )
            ),
            opts=self._child(depends_on=[versioning]),
        )
        aws.s3.BucketLifecycleConfiguration(
            f"{name}-lifecycle",
            bucket=bucket.bucket,
            rules=[
                aws.s3.BucketLifecycleConfigurationRuleArgs(
                    id="evidence",
                    status="Enabled",
                    filter=aws.s3.BucketLifecycleConfigurationRuleFilterArgs(prefix=""),
                    transitions=[
                        aws.s3.BucketLifecycleConfigurationRuleTransitionArgs(
                            days=settings.cold_after_days, storage_class="GLACIER_IR"
                        )
                    ],
                    noncurrent_version_expiration=(
                        aws.s3.BucketLifecycleConfigurationRuleNoncurrentVersionExpirationArgs(
                            noncurrent_days=settings.noncurrent_days
                        )
                    ),
                    abort_incomplete_multipart_upload=(
                        aws.s3.BucketLifecycleConfigurationRuleAbortIncompleteMultipartUploadArgs(
                            days_after_initiation=_ABORT_UPLOADS_AFTER_DAYS
                        )
                    ),
                )
            ],
            opts=self._child(depends_on=[versioning]),
        )


def _statements(bucket: pulumi.Output[str], key: Text) -> tuple[Statement, ...]:
    everything = (bucket, pulumi.Output.concat(bucket, "/*"))
    objects = (everything[1],)
    deny = Effect.DENY
    return (
        Statement(
            sid="TlsOnly",
            effect=deny,
            principal=EVERYONE,
            actions=("s3:*",),
            resources=everything,
            conditions=(Condition("Bool", "aws:SecureTransport", ("false",)),),
        ),
        Statement(
            sid="CurrentTlsOnly",
            effect=deny,
            principal=EVERYONE,
            actions=("s3:*",),
            resources=everything,
            conditions=(Condition("NumericLessThan", "s3:TlsVersion", (_OLDEST_TLS,)),),
        ),
        # Absent headers mean the bucket's default, which is the right key; these two refuse another choice.
        Statement(
            sid="KmsOnly",
            effect=deny,
            principal=EVERYONE,
            actions=("s3:PutObject",),
            resources=objects,
            conditions=(Condition("StringNotEqualsIfExists", "s3:x-amz-server-side-encryption", ("aws:kms",)),),
        ),
        Statement(
            sid="ThisKeyOnly",
            effect=deny,
            principal=EVERYONE,
            actions=("s3:PutObject",),
            resources=objects,
            conditions=(Condition("ArnNotEqualsIfExists", "s3:x-amz-server-side-encryption-aws-kms-key-id", (key,)),),
        ),
    )
