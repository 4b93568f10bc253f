from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from lab.providers.aws.tags import TagRules
from lab.providers.model import UNKNOWN
from tests.support.aws_case import KEYS

if TYPE_CHECKING:
    from tests.support.aws_case import Hands
    from tests.support.provider_engine import Engine

KEY = "aws:kms/key:Key"
BUCKET = "aws:s3/bucket:Bucket"

_TAGS = st.dictionaries(st.sampled_from("abcdef"), st.sampled_from("xyz"))


@given(_TAGS, _TAGS)
def test_own_tags_are_found_again(defaults: dict[str, str], own: dict[str, str]) -> None:
    rules = TagRules(defaults=defaults)
    everything = rules.merged(own)
    assert everything == {**defaults, **own}
    assert rules.own(everything, own) == own
    # Without knowing what the program said, a tag that equals a default is taken for the default.
    assert rules.own(everything, {}) == {name: value for name, value in own.items() if defaults.get(name) != value}


def test_ignored_and_reserved_tags_are_not_shown() -> None:
    rules = TagRules(ignored_keys=frozenset({"a"}), ignored_prefixes=("k8s.io/",))
    assert rules.shown({"a": "1", "k8s.io/x": "2", "aws:cloudformation:stack": "3", "b": "4"}) == {"b": "4"}


def test_unknown_makes_all_unknown() -> None:
    assert TagRules(unknown=True).merged({"a": "b"}) is UNKNOWN
    assert TagRules().merged(UNKNOWN) is UNKNOWN
    assert TagRules().merged({"a": UNKNOWN}) is UNKNOWN


def test_default_tags_reach_the_cloud_and_tags_all(bare: Engine, by_hand: Hands) -> None:
    bare.configure(region="sa-east-1", defaultTags={"tags": {"stack": "local", "owner": "platform"}}, **KEYS)
    inputs = {"tags": {"owner": "signing", "a": "b"}}
    checked = bare.check(KEY, "k", inputs)
    assert checked["tags"] == inputs["tags"]
    assert checked["tagsAll"] == {"stack": "local", "owner": "signing", "a": "b"}
    key = bare.create(KEY, "k", inputs)
    found = by_hand("kms").list_resource_tags(KeyId=key.id)["Tags"]
    assert {tag["TagKey"]: tag["TagValue"] for tag in found} == key.outputs["tagsAll"]
    assert key.outputs["tags"] == inputs["tags"]
    fresh = bare.refresh(key)
    assert fresh is not None
    assert (fresh.outputs, fresh.given) == (key.outputs, key.given)


def test_changed_default_tags_are_an_update_of_each_resource(bare: Engine, by_hand: Hands) -> None:
    bare.configure(region="sa-east-1", defaultTags={"tags": {"stack": "local"}}, **KEYS)
    key, bucket = bare.create(KEY, "k", {}), bare.create(BUCKET, "b", {"bucket": "one"})
    bare.configure(region="sa-east-1", defaultTags={"tags": {"stack": "other"}}, **KEYS)
    for resource in (key, bucket):
        given = {} if resource is key else {"bucket": "one"}
        assert {path.partition(".")[0] for path in bare.diff(resource, given).paths} == {"tagsAll"}
        changed = bare.update(resource, given)
        assert changed.outputs["tagsAll"] == {"stack": "other"}
        assert not bare.diff(changed, given).any
    assert by_hand("s3").get_bucket_tagging(Bucket="one")["TagSet"] == [{"Key": "stack", "Value": "other"}]


def test_a_tag_by_hand_is_drift_and_taken_away(engine: Engine, by_hand: Hands) -> None:
    key = engine.create(KEY, "k", {"tags": {"a": "b"}})
    by_hand("kms").tag_resource(KeyId=key.id, Tags=[{"TagKey": "hand", "TagValue": "made"}])
    drifted = engine.refresh(key)
    assert drifted is not None
    assert drifted.outputs["tagsAll"] == {"a": "b", "hand": "made"}
    assert engine.diff(drifted, {"tags": {"a": "b"}}).any
    mended = engine.update(drifted, {"tags": {"a": "b"}})
    assert mended.outputs["tagsAll"] == {"a": "b"}


def test_ignored_tags_are_left_alone(bare: Engine, by_hand: Hands) -> None:
    bare.configure(region="sa-east-1", ignoreTags={"keys": ["cost"]}, **KEYS)
    bucket = bare.create(BUCKET, "b", {"bucket": "one", "tags": {"a": "b"}})
    others = [{"Key": "a", "Value": "b"}, {"Key": "cost", "Value": "9"}]
    by_hand("s3").put_bucket_tagging(Bucket="one", Tagging={"TagSet": others})
    fresh = bare.refresh(bucket)
    assert fresh is not None
    assert fresh.outputs["tagsAll"] == {"a": "b"}
    bare.update(fresh, {"bucket": "one", "tags": {"a": "c"}})
    found = by_hand("s3").get_bucket_tagging(Bucket="one")["TagSet"]
    assert {tag["Key"]: tag["Value"] for tag in found} == {"a": "c", "cost": "9"}
