"""S3: buckets. Their settings are resources of their own (`s3_settings`), as pulumi-aws 7 prefers it.

https://docs.aws.amazon.com/AmazonS3/latest/API/ and terraform-provider-aws' `internal/service/s3/bucket.go`. The
settings that a Bucket can also carry inline (`versioning`, `policy`, `lifecycleRules`...) are deprecated there and not
supported here: a setting with two owners drifts.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from lab.providers.aws.cloud import ApiError
from lab.providers.aws.resource import Resource, Table
from lab.providers.aws.tags import WholeTagging
from lab.providers.model import Properties, ResourceError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lab.providers.aws.cloud import Api

_FIRST = "us-east-1"  # the one region that must not be named as a location
_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_BATCH = 1000  # DeleteObjects takes so many

# https://docs.aws.amazon.com/general/latest/gr/s3.html
_HOSTED_ZONES = {
    "ap-northeast-1": "Z2M4EHUR26P7ZW",
    "ap-southeast-1": "Z3O0J2DXBE1FTB",
    "ap-southeast-2": "Z1WCIGYICN2BYD",
    "ca-central-1": "Z1QDHH18159H29",
    "eu-central-1": "Z21DNDUVLTQW6Q",
    "eu-west-1": "Z1BKCTXD74EZPE",
    "eu-west-2": "Z3GKZC51ZF0DB4",
    "eu-west-3": "Z3R1K369G5AVDG",
    "sa-east-1": "Z7KQH4QJS55SO",
    "us-east-1": "Z3AQBSTGFJSTF",
    "us-east-2": "Z2O1EMRO9K5GLX",
    "us-west-1": "Z2F56UZL2M1ACD",
    "us-west-2": "Z3BJ6K6RIION7M",
}


class Bucket(Resource):
    """`aws.s3.Bucket`. Its id is its name."""

    table = Table(
        "aws:s3/bucket:Bucket",
        "s3",
        inputs=("bucket", "forceDestroy", "objectLockEnabled", "tags"),
        outputs=frozenset({"arn", "bucketDomainName", "bucketRegion", "bucketRegionalDomainName", "hostedZoneId"}),
        force_new=frozenset({"bucket", "objectLockEnabled"}),
        defaults={"forceDestroy": False},
        computed=frozenset({"objectLockEnabled"}),
        local=frozenset({"forceDestroy"}),
        autoname="bucket",
        autoname_max=63,
        autoname_transform=str.lower,
        tagging=WholeTagging(
            by="id",
            target="Bucket",
            listing="get_bucket_tagging",
            adding="put_bucket_tagging",
            removing="delete_bucket_tagging",
            tags="TagSet",
            at_create=None,
        ),
    )

    def check(self, inputs: Properties) -> Mapping[str, str]:
        """The name's form."""
        name = inputs.get("bucket")
        if isinstance(name, str) and not (_NAME.fullmatch(name) and ".." not in name):
            return {"bucket": f"is {name!r}: 3 to 63 lower-case letters, digits, dots and hyphens are possible"}
        return {}

    def make(self, api: Api, inputs: Properties) -> str:
        """Create it. S3 answers "fine" when the bucket is one's own already: the name is tried first."""
        name = str(inputs["bucket"])
        try:
            api("head_bucket", Bucket=name)
        except ApiError as error:
            if not error.missing:
                raise
        else:
            raise ApiError(
                f"the bucket {name} exists already; import it (`pulumi import {self.table.token} NAME {name}`) "
                "or choose another name",
                "BucketAlreadyExists",
            )
        elsewhere = None if api.region == _FIRST else {"LocationConstraint": api.region}
        api(
            "create_bucket",
            Bucket=name,
            CreateBucketConfiguration=elsewhere,
            ObjectLockEnabledForBucket=inputs.get("objectLockEnabled"),
        )
        return name

    def finish(self, api: Api, resource_id: str, inputs: Properties) -> None:
        """Tag it."""
        self._retag(api, resource_id, {}, inputs)

    def fetch(self, api: Api, resource_id: str, known: Properties) -> dict[str, Any]:
        """A bucket has little of its own."""
        del known
        api("head_bucket", Bucket=resource_id)
        region = api("get_bucket_location", Bucket=resource_id).get("LocationConstraint") or _FIRST
        return {
            "arn": f"arn:{self.cloud.partition}:s3:::{resource_id}",
            "bucket": resource_id,
            "bucketDomainName": f"{resource_id}.s3.amazonaws.com",
            "bucketRegion": region,
            "bucketRegionalDomainName": f"{resource_id}.s3.{region}.amazonaws.com",
            "hostedZoneId": _HOSTED_ZONES.get(region),
            "objectLockEnabled": _locks(api, resource_id),
        }

    def remove(self, api: Api, resource_id: str, known: Properties) -> None:
        """Delete it; `forceDestroy` empties it first, versions, delete markers and governance locks included."""
        if known.get("forceDestroy"):
            self._empty(api, resource_id, bypass=bool(known.get("objectLockEnabled")))
        api("delete_bucket", Bucket=resource_id)

    @staticmethod
    def _empty(api: Api, bucket: str, *, bypass: bool) -> None:
        found = [
            {"Key": item["Key"], "VersionId": item["VersionId"]}
            for kind in ("Versions", "DeleteMarkers")
            for item in api.pages("list_object_versions", kind, Bucket=bucket)
        ]
        for start in range(0, len(found), _BATCH):
            answer = api(
                "delete_objects",
                Bucket=bucket,
                Delete={"Objects": found[start : start + _BATCH], "Quiet": True},
                BypassGovernanceRetention=True if bypass else None,
            )
            if answer.get("Errors"):
                first = answer["Errors"][0]
                raise ResourceError(
                    f"{len(answer['Errors'])} objects of {bucket} can't be deleted, the first is {first.get('Key')}: "
                    f"{first.get('Message')} ({first.get('Code')})"
                )


def _locks(api: Api, bucket: str) -> bool:
    try:
        answer = api("get_object_lock_configuration", Bucket=bucket)
    except ApiError as error:
        if error.code == "ObjectLockConfigurationNotFoundError":
            return False
        raise
    return bool(answer.get("ObjectLockConfiguration", {}).get("ObjectLockEnabled") == "Enabled")


TYPES: tuple[type[Resource], ...] = (Bucket,)
