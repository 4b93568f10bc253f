from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from guardrails.resources.base import Declared
from guardrails.resources.reading import UNKNOWN

if TYPE_CHECKING:
    from tests.support.policies import MakeExaminer

SETTINGS = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
ON = dict.fromkeys(SETTINGS, True)


def _bucket(name: str = "deeds", **properties: object) -> Declared:
    return Declared("aws:s3/bucket:Bucket", name, f"urn:bucket:{name}", properties)


def _block(bucket: object, of: str = "", **changes: object) -> Declared:
    dependencies = {"bucket": (f"urn:bucket:{of}",)} if of else {}
    kind = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
    return Declared(kind, "block", "urn:block", {"bucket": bucket, **ON, **changes}, dependencies)


def _found(examiner: MakeExaminer, *declared: Declared) -> list[tuple[str, str]]:
    return [(violation.address, violation.path) for violation in examiner().examine_stack(declared).violations]


def test_a_block_that_names_the_bucket_protects_it(examiner: MakeExaminer) -> None:
    assert _found(examiner, _bucket(bucket="deeds-1"), _block("deeds-1")) == []
    assert _found(examiner, _bucket(), _block(UNKNOWN, of="deeds")) == []


@pytest.mark.parametrize("other", [(), (_block("another"),), (_block(UNKNOWN, of="another"),), (_block(None),)])
def test_a_bucket_without_a_block_of_its_own_is_found(examiner: MakeExaminer, other: tuple[Declared, ...]) -> None:
    for bucket in (_bucket(bucket="deeds-1"), _bucket(bucket=UNKNOWN), _bucket()):
        assert _found(examiner, bucket, *other) == [("urn:bucket:deeds", "")]


def test_two_buckets_not_named_yet_are_not_confused(examiner: MakeExaminer) -> None:
    found = _found(examiner, _bucket("a"), _bucket("b"), _block(UNKNOWN, of="a"))
    assert found == [("urn:bucket:b", "")]


@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("value", [False, None, UNKNOWN])
def test_each_setting_must_be_on(examiner: MakeExaminer, setting: str, value: object) -> None:
    assert _found(examiner, _bucket(), _block(UNKNOWN, of="deeds", **{setting: value})) == [("urn:block", setting)]
