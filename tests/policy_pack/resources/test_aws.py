from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guardrails.resources.aws import KINDS, parse_aws
from guardrails.resources.aws_kms import KmsKey
from guardrails.resources.aws_reading import AwsResource
from guardrails.resources.aws_s3 import S3Bucket, S3PublicAccessBlock
from guardrails.resources.base import Declared
from guardrails.resources.reading import UNKNOWN, MalformedError

BLOCK = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"


def _parse(kind: str, properties: dict[str, Any], **dependencies: tuple[str, ...]) -> AwsResource | None:
    return parse_aws(Declared(kind, "x", "urn:x", properties, dependencies))


def test_absent_properties_have_the_clouds_defaults() -> None:
    key = _parse("aws:kms/key:Key", {})
    assert isinstance(key, KmsKey)
    assert (key.spec, key.usage, key.rotates) == ("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT", False)
    block = _parse(BLOCK, {})
    assert isinstance(block, S3PublicAccessBlock)
    assert set(block.settings.values()) == {False}


def test_unknown_properties_stay_unknown() -> None:
    key = _parse("aws:kms/key:Key", {"enableKeyRotation": UNKNOWN, "keyUsage": UNKNOWN})
    assert isinstance(key, KmsKey)
    assert (key.rotates, key.usage) == (UNKNOWN, UNKNOWN)
    block = _parse(BLOCK, {"blockPublicAcls": UNKNOWN})
    assert isinstance(block, S3PublicAccessBlock)
    assert block.settings["blockPublicAcls"] is UNKNOWN


def test_a_bucket_and_its_block_know_their_names() -> None:
    for kind in ("aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2"):
        bucket = _parse(kind, {"bucket": "evidence"})
        assert isinstance(bucket, S3Bucket)
        assert bucket.bucket == "evidence"
    block = _parse(BLOCK, {"bucket": UNKNOWN}, bucket=("urn:b",))
    assert isinstance(block, S3PublicAccessBlock)
    assert block.bucket.addresses == ("urn:b",)


def test_a_type_that_no_rule_knows_is_still_a_resource_of_aws() -> None:
    found = _parse("aws:sfn/stateMachine:StateMachine", {"anything": 1})
    assert type(found) is AwsResource
    assert found.declared.properties == {"anything": 1}


def test_another_clouds_is_nothing() -> None:
    assert _parse("gcp:storage/bucket:Bucket", {}) is None


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_type_is_read_when_nothing_is_given_and_when_nothing_is_known(kind: str) -> None:
    found = _parse(kind, {})
    assert type(found) is KINDS[kind]
    assert KINDS[kind].label != AwsResource.label


KEYS = st.sampled_from(["policy", "bucket", "rules", "tags", "rule", "vpcConfig", "metadataOptions", "x"])
ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.just(UNKNOWN),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=60)
@given(st.sampled_from(sorted(KINDS)), st.dictionaries(KEYS, ODD, max_size=5))
def test_odd_properties_are_read_or_malformed(kind: str, properties: dict[str, Any]) -> None:
    with contextlib.suppress(MalformedError):
        assert _parse(kind, properties) is not None
