"""S3: the settings of a bucket, each a resource of its own with the bucket's name as its id.

All share one pattern, `Setting`: an operation that puts the whole setting, one that gets it, one that deletes it.
https://docs.aws.amazon.com/AmazonS3/latest/API/ and terraform-provider-aws' `internal/service/s3/bucket_*.go`.

Gaps of moto 5.2 and what is done about them:
- lifecycle: object sizes in filters and `newerNoncurrentVersions` of an expiration are dropped by it, so that using
  them is an error here (`Resource` compares what it reads with what it wrote); `date`s are kept as given;
- object lock can only be configured while the bucket is empty; AWS allows it at any time;
- MFA delete is dropped: an error; `expectedBucketOwner` is ignored by it and not supported here.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from lab.providers.aws import documents
from lab.providers.aws.cloud import ApiError
from lab.providers.aws.resource import Resource, Table
from lab.providers.aws.shapes import Member, One, Pairs, Shape, Text, pascal
from lab.providers.model import NotFoundError, Properties, ResourceError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lab.providers.aws.cloud import Api


class Setting(Resource):
    """One setting of a bucket. `body` is the shape of all its properties but `bucket`, as `parameter` carries them."""

    parameter: ClassVar[str]
    putting: ClassVar[str]
    getting: ClassVar[str]
    deleting: ClassVar[str]
    body: ClassVar[Shape]

    def make(self, api: Api, inputs: Properties) -> str:
        """Put it."""
        bucket = str(inputs["bucket"])
        self.put(api, bucket, inputs)
        return bucket

    def fetch(self, api: Api, resource_id: str, known: Properties) -> dict[str, Any]:
        """Get it."""
        del known
        answer = api(self.getting, Bucket=resource_id)
        return {"bucket": resource_id, **self.body.from_api(answer.get(self.parameter, {}))}

    def change(self, api: Api, resource_id: str, old: Properties, new: Properties, changed: frozenset[str]) -> None:
        """Put it again: S3 replaces the whole."""
        del old, changed
        self.put(api, resource_id, new)

    def remove(self, api: Api, resource_id: str, known: Properties) -> None:
        """Delete it."""
        if not known.get("skipDestroy"):
            api(self.deleting, Bucket=resource_id)

    def put(self, api: Api, bucket: str, inputs: Properties) -> None:
        """Put the whole setting."""
        values = {name: inputs.get(name) for name in self.body.members}
        api(self.putting, Bucket=bucket, **{self.parameter: self.body.to_api(values)})


class BucketVersioning(Setting):
    """`aws.s3.BucketVersioning`. Deleting it suspends the versioning; object lock forbids even that."""

    table = Table(
        "aws:s3/bucketVersioning:BucketVersioning",
        "s3",
        inputs=("bucket", "versioningConfiguration"),
        force_new=frozenset({"bucket"}),
        shapes={"versioningConfiguration": pascal("status", mfaDelete="MFADelete")},
    )

    def put(self, api: Api, bucket: str, inputs: Properties) -> None:
        """Put it; a bucket that never had versioning is `Disabled` without any call."""
        wanted = inputs["versioningConfiguration"]
        if wanted.get("status") == "Disabled":
            if api("get_bucket_versioning", Bucket=bucket).get("Status"):
                raise ResourceError(
                    "versioningConfiguration.status can't become Disabled once it was Enabled: use Suspended"
                )
            return
        body = self.table.shapes["versioningConfiguration"].to_api(wanted, "versioningConfiguration")
        api("put_bucket_versioning", Bucket=bucket, VersioningConfiguration=body)

    def fetch(self, api: Api, resource_id: str, known: Properties) -> dict[str, Any]:
        """Get it."""
        answer = api("get_bucket_versioning", Bucket=resource_id)
        found = {"status": "Disabled", **self.table.shapes["versioningConfiguration"].from_api(answer)}
        if "mfaDelete" in (known.get("versioningConfiguration") or {}):
            found.setdefault("mfaDelete", "Disabled")
        return {"bucket": resource_id, "versioningConfiguration": found}

    def remove(self, api: Api, resource_id: str, known: Properties) -> None:
        """Suspend it."""
        del known
        if not api("get_bucket_versioning", Bucket=resource_id).get("Status"):
            return
        try:
            api("put_bucket_versioning", Bucket=resource_id, VersioningConfiguration={"Status": "Suspended"})
        except ApiError as error:
            if error.code != "InvalidBucketState":  # object lock is on: versioning stays for the bucket's life
                raise


_SSE_DEFAULT = pascal(sseAlgorithm="SSEAlgorithm", kmsMasterKeyId="KMSMasterKeyID")
_SSE_RULE = pascal("bucketKeyEnabled", applyServerSideEncryptionByDefault=_SSE_DEFAULT)


class BucketServerSideEncryptionConfiguration(Setting):
    """`aws.s3.BucketServerSideEncryptionConfiguration`."""

    table = Table(
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
        "s3",
        inputs=("bucket", "rules"),
        force_new=frozenset({"bucket"}),
        shapes={"rules": _SSE_RULE},
    )
    body = pascal(rules=_SSE_RULE)
    parameter = "ServerSideEncryptionConfiguration"
    putting, getting, deleting = "put_bucket_encryption", "get_bucket_encryption", "delete_bucket_encryption"


class BucketPublicAccessBlock(Setting):
    """`aws.s3.BucketPublicAccessBlock`."""

    table = Table(
        "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
        "s3",
        inputs=(
            "blockPublicAcls",
            "blockPublicPolicy",
            "bucket",
            "ignorePublicAcls",
            "restrictPublicBuckets",
            "skipDestroy",
        ),
        force_new=frozenset({"bucket"}),
        defaults={
            "blockPublicAcls": False,
            "blockPublicPolicy": False,
            "ignorePublicAcls": False,
            "restrictPublicBuckets": False,
        },
        local=frozenset({"skipDestroy"}),
    )
    body = pascal("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
    parameter = "PublicAccessBlockConfiguration"
    putting, getting, deleting = "put_public_access_block", "get_public_access_block", "delete_public_access_block"


_OWNERSHIP = pascal("objectOwnership")


class BucketOwnershipControls(Setting):
    """`aws.s3.BucketOwnershipControls`."""

    table = Table(
        "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
        "s3",
        inputs=("bucket", "rule"),
        force_new=frozenset({"bucket"}),
        shapes={"rule": _OWNERSHIP},
    )
    body = pascal(rule=Member("Rules", One(_OWNERSHIP)))
    parameter = "OwnershipControls"
    putting = "put_bucket_ownership_controls"
    getting = "get_bucket_ownership_controls"
    deleting = "delete_bucket_ownership_controls"


class BucketPolicy(Setting):
    """`aws.s3.BucketPolicy`."""

    table = Table(
        "aws:s3/bucketPolicy:BucketPolicy",
        "s3",
        inputs=("bucket", "policy"),
        force_new=frozenset({"bucket"}),
        documents={"policy": documents.same_policy},
    )
    deleting = "delete_bucket_policy"

    def put(self, api: Api, bucket: str, inputs: Properties) -> None:
        """Put the document."""
        api("put_bucket_policy", Bucket=bucket, Policy=inputs["policy"])

    def fetch(self, api: Api, resource_id: str, known: Properties) -> dict[str, Any]:
        """Get the document."""
        del known
        policy = api("get_bucket_policy", Bucket=resource_id)["Policy"]
        return {"bucket": resource_id, "policy": documents.normal(policy)}


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _shown(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


_DATE = Text(_moment, _shown)
_SIZES = {"objectSizeGreaterThan": "ObjectSizeGreaterThan", "objectSizeLessThan": "ObjectSizeLessThan"}
_FILTER = pascal("prefix", tag=pascal("key", "value"), **{"and": pascal("prefix", tags=Pairs(), **_SIZES)}, **_SIZES)
_LIFECYCLE_RULE = pascal(
    "prefix",
    "status",
    id="ID",
    abortIncompleteMultipartUpload=pascal("daysAfterInitiation"),
    expiration=pascal("days", "expiredObjectDeleteMarker", date=_DATE),
    filter=_FILTER,
    noncurrentVersionExpiration=pascal("newerNoncurrentVersions", "noncurrentDays"),
    noncurrentVersionTransitions=pascal("newerNoncurrentVersions", "noncurrentDays", "storageClass"),
    transitions=pascal("days", "storageClass", date=_DATE),
)


def _same_rules(left: Any, right: Any) -> bool:  # noqa: ANN401 - JSON
    return bool(_plain_rules(left) == _plain_rules(right))


def _plain_rules(rules: Any) -> Any:  # noqa: ANN401 - JSON
    """Rules without what means nothing: a filter for everything, said in one of three ways."""
    if not isinstance(rules, list | tuple):
        return rules
    return [
        {name: value for name, value in rule.items() if not (name in {"filter", "prefix"} and _everything(value))}
        for rule in rules
    ]


def _everything(value: Any) -> bool:  # noqa: ANN401 - JSON
    return value in (None, "", {}, {"prefix": ""}, {"prefix": None})


class BucketLifecycleConfiguration(Setting):
    """`aws.s3.BucketLifecycleConfiguration`."""

    table = Table(
        "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
        "s3",
        inputs=("bucket", "rules"),
        force_new=frozenset({"bucket"}),
        equivalent={"rules": _same_rules},
        shapes={"rules": _LIFECYCLE_RULE},
    )
    body = pascal(rules=_LIFECYCLE_RULE)
    deleting = "delete_bucket_lifecycle"

    def check(self, inputs: Properties) -> Mapping[str, str]:
        """S3 wants one rule at least, each with something to do."""
        rules = inputs.get("rules")
        if rules is not None and not rules:
            return {"rules": "is empty: delete the resource instead"}
        return super().check(inputs)

    def put(self, api: Api, bucket: str, inputs: Properties) -> None:
        """Put the rules; S3 wants a filter in each that has no prefix."""
        body = self.body.to_api({"rules": inputs.get("rules")})
        for rule in body["Rules"]:
            if "Prefix" not in rule and not rule.get("Filter"):
                rule["Filter"] = {"Prefix": ""}
        api("put_bucket_lifecycle_configuration", Bucket=bucket, LifecycleConfiguration=body)

    def fetch(self, api: Api, resource_id: str, known: Properties) -> dict[str, Any]:
        """Get the rules."""
        del known
        answer = api("get_bucket_lifecycle_configuration", Bucket=resource_id)
        return {"bucket": resource_id, **self.body.from_api(answer)}


_LOCK_RULE = pascal(defaultRetention=pascal("days", "mode", "years"))


class BucketObjectLockConfiguration(Setting):
    """`aws.s3.BucketObjectLockConfiguration`. Object lock itself can't be taken back; deleting this ends the rule."""

    table = Table(
        "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
        "s3",
        inputs=("bucket", "objectLockEnabled", "rule"),
        force_new=frozenset({"bucket", "objectLockEnabled"}),
        defaults={"objectLockEnabled": "Enabled"},
        shapes={"rule": _LOCK_RULE},
    )
    body = pascal("objectLockEnabled", rule=_LOCK_RULE)
    parameter = "ObjectLockConfiguration"
    putting, getting = "put_object_lock_configuration", "get_object_lock_configuration"

    def check(self, inputs: Properties) -> Mapping[str, str]:
        """A retention is counted in days or in years."""
        retention = (inputs.get("rule") or {}).get("defaultRetention") or {}
        if inputs.get("rule") and ("days" in retention) == ("years" in retention):
            return {"rule": "defaultRetention needs either days or years"}
        return super().check(inputs)

    def fetch(self, api: Api, resource_id: str, known: Properties) -> dict[str, Any]:
        """Get it; a bucket with object lock and without a rule of ours has none of this."""
        found = super().fetch(api, resource_id, known)
        if not found.get("objectLockEnabled"):
            raise NotFoundError(f"the bucket {resource_id} has no object lock configuration")
        return found

    def remove(self, api: Api, resource_id: str, known: Properties) -> None:
        """Put it without a rule."""
        del known
        api(self.putting, Bucket=resource_id, ObjectLockConfiguration={"ObjectLockEnabled": "Enabled"})


TYPES: tuple[type[Resource], ...] = (
    BucketVersioning,
    BucketServerSideEncryptionConfiguration,
    BucketPublicAccessBlock,
    BucketOwnershipControls,
    BucketPolicy,
    BucketLifecycleConfiguration,
    BucketObjectLockConfiguration,
)
