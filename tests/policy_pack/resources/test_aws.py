from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from guardrails.resources.aws import SHAPES, KmsKey, S3Bucket, S3PublicAccessBlock, parse_aws
from guardrails.resources.base import Declared
from guardrails.resources.reading import UNKNOWN, MalformedError

if TYPE_CHECKING:
    from guardrails.resources.base import Resource

BLOCK = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"


def _parse(kind: str, properties: dict[str, Any], **dependencies: tuple[str, ...]) -> Resource | None:
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
    assert block.bucket_addresses == ("urn:b",)


def test_a_type_that_no_rule_knows_is_nothing() -> None:
    assert _parse("aws:sqs/queue:Queue", {"anything": 1}) is None


@pytest.mark.parametrize("kind", [kind for kind in SHAPES if "bucket:" in kind or kind == BLOCK])
def test_a_wrong_type_is_malformed(kind: str) -> None:
    with pytest.raises(MalformedError, match="text"):
        _parse(kind, {"bucket": 1})
