"""Firehose: streams that write what they are given into a bucket.

https://docs.aws.amazon.com/firehose/latest/APIReference/ and terraform-provider-aws' `internal/service/firehose`.

Gaps of moto 5.2 and what is done about them: a destination's settings that are no longer given stay as they were, so
that an update says all of them; it writes what CloudWatch Logs hands over at once, without waiting for more, and does
not encrypt it. Only buckets are supported as destinations (`extended_s3`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lab.providers.aws.resource import Resource, Table
from lab.providers.aws.shapes import camel
from lab.providers.aws.tags import Tagging
from lab.providers.model import ResourceError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lab.providers.aws.cloud import Api
    from lab.providers.model import Properties

_TO_BUCKET = "extended_s3"
# What Firehose fills in: https://docs.aws.amazon.com/firehose/latest/APIReference/API_ExtendedS3DestinationConfiguration.html
_DEFAULTS: Mapping[str, Any] = {"bufferingInterval": 300, "bufferingSize": 5, "compressionFormat": "UNCOMPRESSED"}
_PLAIN = {
    "bucketArn": "BucketARN",
    "compressionFormat": "CompressionFormat",
    "errorOutputPrefix": "ErrorOutputPrefix",
    "prefix": "Prefix",
    "roleArn": "RoleARN",
}
_BUCKET = camel(*_PLAIN, "bufferingInterval", "bufferingSize", "kmsKeyArn")
_ENCRYPTION = camel("enabled", "keyArn", "keyType")


def _same_bucket(left: Any, right: Any) -> bool:  # noqa: ANN401 - JSON
    return {**_DEFAULTS, **left} == {**_DEFAULTS, **right}


class FirehoseDeliveryStream(Resource):
    """`aws.kinesis.FirehoseDeliveryStream`. Its id is its ARN; it is imported by it."""

    table = Table(
        "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream",
        "firehose",
        inputs=("arn", "destination", "extendedS3Configuration", "name", "serverSideEncryption", "tags"),
        force_new=frozenset({"arn", "destination", "name"}),
        computed=frozenset({"arn"}),
        shapes={"extendedS3Configuration": _BUCKET, "serverSideEncryption": _ENCRYPTION},
        equivalent={"extendedS3Configuration": _same_bucket},
        autoname="name",
        autoname_max=64,
        tagging=Tagging(
            by="name",
            target="DeliveryStreamName",
            listing="list_tags_for_delivery_stream",
            adding="tag_delivery_stream",
            removing="untag_delivery_stream",
        ),
    )

    def make(self, api: Api, inputs: Properties) -> str:
        """Create it."""
        if inputs["destination"] != _TO_BUCKET:
            raise ResourceError(
                f"the lab's aws provider supports destination {_TO_BUCKET} only, not {inputs['destination']}"
            )
        encryption = inputs.get("serverSideEncryption") or {}
        answer = api(
            "create_delivery_stream",
            DeliveryStreamName=inputs["name"],
            DeliveryStreamType="DirectPut",
            DeliveryStreamEncryptionConfigurationInput=_key(encryption) if encryption.get("enabled") else None,
            ExtendedS3DestinationConfiguration=_destination(inputs["extendedS3Configuration"]),
            **self.creation_tags(inputs),
        )
        return str(answer["DeliveryStreamARN"])

    def fetch(self, api: Api, resource_id: str, known: Properties) -> dict[str, Any]:
        """Describe it."""
        del known
        name = _name(resource_id)
        told = _described(api, name)
        return {
            "arn": told["DeliveryStreamARN"],
            "destination": _TO_BUCKET,
            "extendedS3Configuration": _bucket(told["Destinations"][0]["ExtendedS3DestinationDescription"]),
            "name": name,
            "serverSideEncryption": _encryption(told.get("DeliveryStreamEncryptionConfiguration") or {}),
        }

    def change(self, api: Api, resource_id: str, old: Properties, new: Properties, changed: frozenset[str]) -> None:
        """Destination and encryption have operations of their own."""
        del old
        name = _name(resource_id)
        if "extendedS3Configuration" in changed:
            told = _described(api, name)
            api(
                "update_destination",
                DeliveryStreamName=name,
                CurrentDeliveryStreamVersionId=told["VersionId"],
                DestinationId=told["Destinations"][0]["DestinationId"],
                ExtendedS3DestinationUpdate=_destination(new["extendedS3Configuration"]),
            )
        if "serverSideEncryption" in changed:
            encryption = new.get("serverSideEncryption") or {}
            if encryption.get("enabled"):
                api(
                    "start_delivery_stream_encryption",
                    DeliveryStreamName=name,
                    DeliveryStreamEncryptionConfigurationInput=_key(encryption),
                )
            else:
                api("stop_delivery_stream_encryption", DeliveryStreamName=name)

    def remove(self, api: Api, resource_id: str, known: Properties) -> None:
        """Delete it, with what it has not written yet."""
        del known
        api("delete_delivery_stream", DeliveryStreamName=_name(resource_id), AllowForceDelete=True)


def _name(arn: str) -> str:
    return arn.rpartition("/")[2]


def _described(api: Api, name: str) -> dict[str, Any]:
    found: dict[str, Any] = api("describe_delivery_stream", DeliveryStreamName=name)["DeliveryStreamDescription"]
    return found


def _key(encryption: Properties) -> dict[str, Any]:
    told = {"KeyType": encryption.get("keyType") or "AWS_OWNED_CMK", "KeyARN": encryption.get("keyArn")}
    return {name: value for name, value in told.items() if value is not None}


def _encryption(told: Properties) -> dict[str, Any] | None:
    if not told or told.get("Status") == "DISABLED":
        return None
    found = {"enabled": True, "keyType": told.get("KeyType"), "keyArn": told.get("KeyARN")}
    return {name: value for name, value in found.items() if value is not None}


def _destination(given: Properties) -> dict[str, Any]:
    _BUCKET.to_api(given, "extendedS3Configuration")  # refuses what is not supported
    wanted = {**_DEFAULTS, "prefix": "", "errorOutputPrefix": "", **given}
    key = wanted.get("kmsKeyArn")
    return {
        **{api: wanted[name] for name, api in _PLAIN.items()},
        "BufferingHints": {"IntervalInSeconds": wanted["bufferingInterval"], "SizeInMBs": wanted["bufferingSize"]},
        "EncryptionConfiguration": (
            {"KMSEncryptionConfig": {"AWSKMSKeyARN": key}} if key else {"NoEncryptionConfig": "NoEncryption"}
        ),
    }


def _bucket(told: Properties) -> dict[str, Any]:
    hints = told.get("BufferingHints") or {}
    found = {
        **{name: told.get(api) for name, api in _PLAIN.items()},
        "bufferingInterval": hints.get("IntervalInSeconds"),
        "bufferingSize": hints.get("SizeInMBs"),
        "kmsKeyArn": ((told.get("EncryptionConfiguration") or {}).get("KMSEncryptionConfig") or {}).get("AWSKMSKeyARN"),
    }
    return {name: value for name, value in found.items() if value not in (None, "")}


TYPES: tuple[type[Resource], ...] = (FirehoseDeliveryStream,)
