from __future__ import annotations

import gzip
import json
import time
from typing import TYPE_CHECKING

import pytest

from tests.support.aws_case import Case, drifts, lives
from tests.support.provider_engine import RefusedError

if TYPE_CHECKING:
    from tests.support.aws_case import Hands
    from tests.support.provider_engine import Engine, Managed

STREAM = "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream"
KEY = "arn:aws:kms:sa-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
BUCKET = {
    "roleArn": "arn:aws:iam::123456789012:role/shipper",
    "bucketArn": "arn:aws:s3:::record",
    "kmsKeyArn": KEY,
    "prefix": "kubernetes/",
    "errorOutputPrefix": "kubernetes-failed/",
    "bufferingInterval": 120,
    "bufferingSize": 128,
    "compressionFormat": "UNCOMPRESSED",
}
ENCRYPTED = {"enabled": True, "keyType": "CUSTOMER_MANAGED_CMK", "keyArn": KEY}


def _elsewhere(hands: Hands, stream: Managed) -> None:
    hands("firehose").update_destination(
        DeliveryStreamName=stream.outputs["name"],
        CurrentDeliveryStreamVersionId="1",
        DestinationId="destinationId-000000000001",
        ExtendedS3DestinationUpdate={"Prefix": "hidden/"},
    )


STREAM_CASE = Case(
    STREAM,
    {
        "name": "audit",
        "destination": "extended_s3",
        "extendedS3Configuration": BUCKET,
        "serverSideEncryption": ENCRYPTED,
        "tags": {"component": "audit"},
    },
    updates=(
        {"extendedS3Configuration": {**BUCKET, "bufferingInterval": 300}},
        {"extendedS3Configuration": {name: BUCKET[name] for name in ("roleArn", "bucketArn")}},
        {"serverSideEncryption": {"enabled": True, "keyType": "AWS_OWNED_CMK"}},
        {"serverSideEncryption": None},
        {"tags": {"component": "other"}},
    ),
    replaces=({"name": "other"}, {"destination": "splunk"}, {"arn": "arn:aws:firehose"}, {"region": "us-east-1"}),
    spoilt="extendedS3Configuration",
    spoil=_elsewhere,
)
CASES = (STREAM_CASE,)


def test_lives(engine: Engine) -> None:
    lives(engine, STREAM_CASE)


def test_shows_drift(engine: Engine, by_hand: Hands) -> None:
    drifts(engine, by_hand, STREAM_CASE)


def test_only_buckets_are_destinations_and_only_what_is_known_of_them(engine: Engine) -> None:
    with pytest.raises(RefusedError, match="supports destination extended_s3 only, not splunk"):
        engine.create(STREAM, "s", {"destination": "splunk"})
    inputs = {"destination": "extended_s3", "extendedS3Configuration": {**BUCKET, "customTimeZone": "UTC"}}
    with pytest.raises(RefusedError, match="customTimeZone"):
        engine.create(STREAM, "s", inputs)


def test_what_a_log_group_is_given_arrives_in_the_bucket(engine: Engine, by_hand: Hands) -> None:
    group, record = "/aws/eks/cartorio/cluster", by_hand("s3")
    record.create_bucket(Bucket="record", CreateBucketConfiguration={"LocationConstraint": "sa-east-1"})
    engine.create("aws:cloudwatch/logGroup:LogGroup", "g", {"name": group})
    inputs = {"name": "audit", "destination": "extended_s3", "extendedS3Configuration": BUCKET}
    stream = engine.create(STREAM, "s", inputs)
    engine.create(
        "aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter",
        "f",
        {"logGroup": group, "filterPattern": "", "destinationArn": stream.outputs["arn"]},
    )
    logs, said = by_hand("logs"), json.dumps({"apiVersion": "audit.k8s.io/v1", "verb": "get"})
    logs.create_log_stream(logGroupName=group, logStreamName="kube-apiserver-audit-1")
    logs.put_log_events(
        logGroupName=group,
        logStreamName="kube-apiserver-audit-1",
        logEvents=[{"timestamp": int(time.time() * 1000), "message": said}],
    )
    (written,) = record.list_objects_v2(Bucket="record", Prefix="kubernetes/")["Contents"]
    body = json.loads(gzip.decompress(record.get_object(Bucket="record", Key=written["Key"])["Body"].read()))
    assert [event["message"] for event in body["logEvents"]] == [said]
    assert body["logGroup"] == group
