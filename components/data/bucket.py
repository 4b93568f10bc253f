"""A bucket as every area uses it: private, versioned, encrypted, reachable over current TLS only.

Whose objects it holds, and who may use them, its owner says. Rules of the bucket's policy:
https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html; of object lock:
https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html.
"""

from __future__ import annotations

from collections.abc import Callable

import pulumi
import pulumi_aws as aws

from components.base import Args, Component, Text
from components.policies import EVERYONE, Condition, Effect, Statement, document
from components.sections.data import LockMode

_ABORT_UPLOADS_AFTER_DAYS = 7
_OLDEST_TLS = "1.2"
_COLD_CLASS = "GLACIER_IR"
_ENCRYPTION = "s3:x-amz-server-side-encryption"
_ENCRYPTION_KEY = f"{_ENCRYPTION}-aws-kms-key-id"
_CUSTOMER_KEY = f"{_ENCRYPTION}-customer-algorithm"

Grants = Callable[[pulumi.Output[str]], tuple[Statement, ...]]


class Lock(Args):
    """How long an object version can be neither changed nor deleted, and who may shorten that."""

    mode: LockMode
    days: int


class BucketArgs(Args):
    """What a bucket is like.

    Attributes:
        key_arn: the KMS key that encrypts; None: S3's own keys, for services that cannot write with a KMS key.
        protect: whether the engine refuses to delete it.
        force_destroy: whether deleting it deletes what it holds.
        lock: of every object; None: none.
        expire_days: days after which an object is deleted; None: never.
        cold_after_days: days after which an object moves to GLACIER_IR; None: never.
        noncurrent_days: days after which a replaced or deleted version is removed.
        grants: further statements of the bucket's policy, given its ARN.
        bucket_name: its name, where something outside relies on it; None: AWS chooses.
        tags: besides the stack's.
    """

    key_arn: Text | None
    noncurrent_days: int
    protect: bool = True
    force_destroy: bool = False
    lock: Lock | None = None
    expire_days: int | None = None
    cold_after_days: int | None = None
    grants: Grants | None = None
    bucket_name: str | None = None
    tags: tuple[tuple[str, str], ...] = ()


class Bucket(Component):
    """The bucket and its settings.

    Attributes:
        bucket: its name.
        arn: its ARN.
    """

    TYPE = "cartorio:data:Bucket"
    bucket: pulumi.Output[str]
    arn: pulumi.Output[str]

    def __init__(self, name: str, args: BucketArgs, opts: pulumi.ResourceOptions) -> None:
        super().__init__(name, opts)
        bucket = aws.s3.Bucket(
            f"{name}-bucket",
            bucket=args.bucket_name,
            object_lock_enabled=args.lock is not None or None,
            force_destroy=args.force_destroy,
            tags=dict(args.tags) or None,
            opts=self._child(protect=args.protect),
        )
        self.bucket = bucket.bucket
        self.arn = bucket.arn
        self._close(name, args)
        self._encrypt(name, args)
        versioning = aws.s3.BucketVersioning(
            f"{name}-versioning",
            bucket=self.bucket,
            versioning_configuration=aws.s3.BucketVersioningVersioningConfigurationArgs(status="Enabled"),
            opts=self._child(),
        )
        if args.lock is not None:
            self._lock(name, args.lock, versioning)
        self._age(name, args, versioning)
        self.register_outputs({"bucket": self.bucket, "arn": self.arn})

    def _close(self, name: str, args: BucketArgs) -> None:
        block = aws.s3.BucketPublicAccessBlock(
            f"{name}-access",
            bucket=self.bucket,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            opts=self._child(),
        )
        aws.s3.BucketOwnershipControls(
            f"{name}-ownership",
            bucket=self.bucket,
            rule=aws.s3.BucketOwnershipControlsRuleArgs(object_ownership="BucketOwnerEnforced"),
            opts=self._child(),
        )
        granted = args.grants(self.arn) if args.grants else ()
        aws.s3.BucketPolicy(
            f"{name}-policy",
            bucket=self.bucket,
            policy=document(*_refusals(self.arn, args.key_arn), *granted),
            # S3 refuses to change both at the same moment.
            opts=self._child(depends_on=[block]),
        )

    def _encrypt(self, name: str, args: BucketArgs) -> None:
        default = aws.s3.BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultArgs(
            sse_algorithm="AES256" if args.key_arn is None else "aws:kms", kms_master_key_id=args.key_arn
        )
        aws.s3.BucketServerSideEncryptionConfiguration(
            f"{name}-encryption",
            bucket=self.bucket,
            rules=[
                aws.s3.BucketServerSideEncryptionConfigurationRuleArgs(
                    apply_server_side_encryption_by_default=default,
                    bucket_key_enabled=args.key_arn is not None or None,
                )
            ],
            opts=self._child(),
        )

    def _lock(self, name: str, lock: Lock, versioning: aws.s3.BucketVersioning) -> None:
        aws.s3.BucketObjectLockConfiguration(
            f"{name}-lock",
            bucket=self.bucket,
            rule=aws.s3.BucketObjectLockConfigurationRuleArgs(
                default_retention=aws.s3.BucketObjectLockConfigurationRuleDefaultRetentionArgs(
                    mode=lock.mode.value, days=lock.days
                )
            ),
            opts=self._child(depends_on=[versioning]),
        )

    def _age(self, name: str, args: BucketArgs, versioning: aws.s3.BucketVersioning) -> None:
        rule = aws.s3.BucketLifecycleConfigurationRuleArgs(
            id="age",
            status="Enabled",
            filter=aws.s3.BucketLifecycleConfigurationRuleFilterArgs(prefix=""),
            transitions=[
                aws.s3.BucketLifecycleConfigurationRuleTransitionArgs(
                    days=args.cold_after_days, storage_class=_COLD_CLASS
                )
            ]
            if args.cold_after_days
            else None,
            expiration=aws.s3.BucketLifecycleConfigurationRuleExpirationArgs(days=args.expire_days)
            if args.expire_days
            else None,
            noncurrent_version_expiration=aws.s3.BucketLifecycleConfigurationRuleNoncurrentVersionExpirationArgs(
                noncurrent_days=args.noncurrent_days
            ),
            abort_incomplete_multipart_upload=(
                aws.s3.BucketLifecycleConfigurationRuleAbortIncompleteMultipartUploadArgs(
                    days_after_initiation=_ABORT_UPLOADS_AFTER_DAYS
                )
            ),
        )
        aws.s3.BucketLifecycleConfiguration(
            f"{name}-lifecycle",
            bucket=self.bucket,
            rules=[rule],
            # Versions have to be there before a rule about them.
            opts=self._child(depends_on=[versioning]),
        )


def _refusals(bucket: pulumi.Output[str], key: Text | None) -> tuple[Statement, ...]:
    """What nobody may do, whatever else grants it."""
    objects = (pulumi.Output.concat(bucket, "/*"),)
    everything = (bucket, *objects)
    refusals = (
        _refusal("TlsOnly", "s3:*", everything, Condition("Bool", "aws:SecureTransport", ("false",))),
        _refusal("CurrentTlsOnly", "s3:*", everything, Condition("NumericLessThan", "s3:TlsVersion", (_OLDEST_TLS,))),
        # Whoever writes with a key of their own can hold the objects to ransom.
        _refusal("NoCustomerKeys", "s3:PutObject", objects, _given(_CUSTOMER_KEY)),
    )
    if key is None:
        return refusals
    # Without these headers the bucket's default holds, which is the right key. A negated condition is true of an absent
    # header, with `IfExists` too, so that its presence has to be a condition of its own:
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
    return (
        *refusals,
        _refusal(
            "KmsOnly",
            "s3:PutObject",
            objects,
            Condition("StringNotEquals", _ENCRYPTION, ("aws:kms",)),
            _given(_ENCRYPTION),
        ),
        _refusal(
            "ThisKeyOnly",
            "s3:PutObject",
            objects,
            Condition("ArnNotEquals", _ENCRYPTION_KEY, (key,)),
            _given(_ENCRYPTION_KEY),
        ),
    )


def _given(key: str) -> Condition:
    return Condition("Null", key, ("false",))


def _refusal(sid: str, action: str, resources: tuple[Text, ...], *conditions: Condition) -> Statement:
    return Statement(
        sid=sid,
        effect=Effect.DENY,
        principal=EVERYONE,
        actions=(action,),
        resources=resources,
        conditions=conditions,
    )
