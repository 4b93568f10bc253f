from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from guardrails.resources.reading import UNKNOWN
from tests.support.cloud import aws, found

if TYPE_CHECKING:
    from guardrails.resources.base import Declared

SETTINGS = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
ON = dict.fromkeys(SETTINGS, True)
RULE = "aws/s3-public-access"


def _bucket(name: str = "deeds", **properties: object) -> Declared:
    return aws("s3/bucket:Bucket", name, **properties)


def _block(bucket: object, of: str = "", **changes: object) -> Declared:
    kind = "s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
    return aws(kind, "block", links={"bucket": of} if of else None, **{"bucket": bucket, **ON, **changes})


def test_a_block_that_names_the_bucket_protects_it() -> None:
    assert found(RULE, _bucket(bucket="deeds-1"), _block("deeds-1")) == []
    assert found(RULE, _bucket(), _block(UNKNOWN, of="deeds")) == []


@pytest.mark.parametrize("other", [(), (_block("another"),), (_block(UNKNOWN, of="another"),), (_block(None),)])
def test_a_bucket_without_a_block_of_its_own_is_found(other: tuple[Declared, ...]) -> None:
    for bucket in (_bucket(bucket="deeds-1"), _bucket(bucket=UNKNOWN), _bucket()):
        assert found(RULE, bucket, *other) == ["deeds: "]


def test_two_buckets_not_named_yet_are_not_confused() -> None:
    assert found(RULE, _bucket("a"), _bucket("b"), _block(UNKNOWN, of="a")) == ["b: "]


@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("value", [False, None, UNKNOWN])
def test_each_setting_must_be_on(setting: str, value: object) -> None:
    where = found(RULE, _bucket(), _block(UNKNOWN, of="deeds", **{setting: value}))
    assert where == [f"block: {setting}{'?' if value is UNKNOWN else ''}"]
