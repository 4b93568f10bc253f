from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.aws_case import Case, drifts, lives
from tests.support.provider_engine import RefusedError

if TYPE_CHECKING:
    from tests.support.aws_case import Hands
    from tests.support.provider_engine import Engine, Managed

BUCKET = "aws:s3/bucket:Bucket"


def _other_tags(hands: Hands, bucket: Managed) -> None:
    hands("s3").put_bucket_tagging(Bucket=bucket.id, Tagging={"TagSet": [{"Key": "a", "Value": "by hand"}]})


CASES = (
    Case(
        BUCKET,
        {"bucket": "cartorio-evidence", "tags": {"a": "b"}},
        updates=({"forceDestroy": True}, {"tags": {"a": "c", "d": "e"}}, {"tags": {"d": "e"}}, {"tags": None}),
        replaces=({"bucket": "cartorio-other"}, {"objectLockEnabled": True}, {"region": "us-east-1"}),
        spoilt="tags",
        spoil=_other_tags,
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_lives(engine: Engine, case: Case) -> None:
    lives(engine, case)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_shows_drift(engine: Engine, by_hand: Hands, case: Case) -> None:
    drifts(engine, by_hand, case)


def test_outputs(engine: Engine, by_hand: Hands) -> None:
    bucket = engine.create(BUCKET, "Evidence", {})
    assert bucket.id.startswith("evidence-")
    assert bucket.outputs["arn"] == f"arn:aws:s3:::{bucket.id}"
    assert bucket.outputs["bucketDomainName"] == f"{bucket.id}.s3.amazonaws.com"
    assert bucket.outputs["bucketRegionalDomainName"] == f"{bucket.id}.s3.sa-east-1.amazonaws.com"
    assert bucket.outputs["hostedZoneId"] == "Z7KQH4QJS55SO"
    assert bucket.outputs["objectLockEnabled"] is False
    assert by_hand("s3").get_bucket_location(Bucket=bucket.id)["LocationConstraint"] == "sa-east-1"


@pytest.mark.parametrize("region", ["us-east-1", "eu-west-1"])
def test_bucket_of_another_region(engine: Engine, region: str) -> None:
    inputs = {"bucket": "elsewhere", "region": region}
    bucket = engine.create(BUCKET, "b", inputs)
    assert (bucket.outputs["region"], bucket.outputs["bucketRegion"]) == (region, region)
    assert not engine.diff(bucket, inputs).any
    found = engine.find(BUCKET, f"elsewhere@{region}")
    assert found is not None
    assert found.id == "elsewhere"
    assert found.outputs["region"] == region


@pytest.mark.parametrize("region", ["us-east-1", "sa-east-1"])
def test_taken_name_is_refused_even_where_s3_says_fine(engine: Engine, by_hand: Hands, region: str) -> None:
    engine.create(BUCKET, "b", {"bucket": "taken", "region": region})
    by_hand("s3", region).put_bucket_tagging(Bucket="taken", Tagging={"TagSet": [{"Key": "a", "Value": "b"}]})
    with pytest.raises(RefusedError, match="taken exists already; import it"):
        engine.create(BUCKET, "c", {"bucket": "taken", "region": region})
    assert by_hand("s3", region).get_bucket_tagging(Bucket="taken")["TagSet"]


def test_full_bucket_is_kept_and_says_why(engine: Engine, by_hand: Hands) -> None:
    bucket = engine.create(BUCKET, "b", {"bucket": "full"})
    by_hand("s3").put_object(Bucket="full", Key="k", Body=b"x")
    with pytest.raises(RefusedError, match=r"BucketNotEmpty.*forceDestroy"):
        engine.delete(bucket)


def test_force_destroys_versions_and_delete_markers(engine: Engine, by_hand: Hands) -> None:
    bucket = engine.create(BUCKET, "b", {"bucket": "full", "forceDestroy": True})
    s3 = by_hand("s3")
    s3.put_bucket_versioning(Bucket="full", VersioningConfiguration={"Status": "Enabled"})
    for body in (b"1", b"2"):
        s3.put_object(Bucket="full", Key="k", Body=body)
    s3.put_object(Bucket="full", Key="l", Body=b"3")
    s3.delete_object(Bucket="full", Key="k")
    engine.delete(bucket)
    assert engine.refresh(bucket) is None


def test_object_lock_from_the_start(engine: Engine, by_hand: Hands) -> None:
    bucket = engine.create(BUCKET, "b", {"bucket": "locked", "objectLockEnabled": True})
    assert bucket.outputs["objectLockEnabled"] is True
    assert by_hand("s3").get_bucket_versioning(Bucket="locked")["Status"] == "Enabled"
    assert not engine.diff(bucket, {"bucket": "locked"}).any


@pytest.mark.parametrize("name", ["Upper", "a", "x" * 64, "two..dots", "-dash", "under_score"])
def test_wrong_name(engine: Engine, name: str) -> None:
    with pytest.raises(RefusedError, match=r"^bucket: "):
        engine.check(BUCKET, "b", {"bucket": name})


def test_inline_settings_are_refused_by_name(engine: Engine) -> None:
    with pytest.raises(RefusedError, match=r"^versioning: .*does not support the property `versioning`"):
        engine.check(BUCKET, "b", {"versioning": {"enabled": True}})
