from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from guardrails.resources import aws_reading as at
from guardrails.resources.aws_documents import Document
from guardrails.resources.base import Declared
from guardrails.resources.reading import UNKNOWN, MalformedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from guardrails.resources.reading import Unknown

READABLE = '{"Statement": {"Effect": "Allow", "Action": "a"}}'


@dataclass(frozen=True, slots=True)
class Part(at.Block):
    name: at.Text = at.text("name")
    on: at.Flag = at.flag("deep.on")
    key: at.Link = at.link("keyArn")
    policy: at.Policy = at.policy("policy")


@dataclass(frozen=True, slots=True)
class Thing(at.AwsResource):
    name: at.Text = at.text("name", "default")
    on: at.Flag = at.flag("settings.on", default=True)
    count: at.Number = at.number("settings.count")
    some: at.Texts = at.texts("some")
    there: at.Flag = at.present("there")
    policy: at.Policy = at.policy("policy")
    tags: Mapping[str, str | Unknown] | Unknown = at.tags("tags")
    owner: at.Link = at.link("owner")
    parts: tuple[Part, ...] | Unknown = at.blocks("parts", Part)


def _thing(properties: dict[str, Any], **dependencies: tuple[str, ...]) -> Thing:
    return at.read(Thing, Declared("aws:x/thing:Thing", "x", "urn:x", properties, dependencies))


def test_what_is_absent_is_none_or_what_the_cloud_takes() -> None:
    thing = _thing({})
    assert (thing.address, thing.title) == ("urn:x", "Thing x")
    assert (thing.name, thing.on, thing.count, thing.some, thing.there) == ("default", True, None, (), False)
    assert (thing.policy, thing.tags, thing.owner, thing.parts) == (None, {}, at.Link(None, ()), ())


def test_what_is_there_is_read() -> None:
    properties = {
        "name": "n",
        "settings": {"on": False, "count": 3.0},
        "some": ["a", UNKNOWN],
        "there": {"x": 1},
        "tags": {"a": "b"},
    }
    thing = _thing({**properties, "owner": "o", "parts": [{"name": "p", "deep": {"on": "true"}}]}, owner=("urn:o",))
    assert (thing.name, thing.on, thing.count, thing.there) == ("n", False, 3.0, True)
    assert thing.some == ("a", UNKNOWN)
    assert thing.tags == {"a": "b"}
    assert thing.owner == at.Link("o", ("urn:o",))
    assert thing.parts == (Part("parts[0]", "p", on=True, key=at.Link(None, ()), policy=None),)


def test_a_single_block_needs_no_list_and_a_list_of_one_no_object() -> None:
    thing = _thing({"parts": {"name": "p"}, "settings": [{"on": False}]})
    assert isinstance(thing.parts, tuple)
    assert [part.path for part in thing.parts] == ["parts"]
    assert thing.on is False


def test_a_link_in_a_block_comes_from_the_property_that_holds_it() -> None:
    thing = _thing({"parts": [{"keyArn": "k"}]}, parts=("urn:k",))
    assert isinstance(thing.parts, tuple)
    assert thing.parts[0].key == at.Link("k", ("urn:k",))


@pytest.mark.parametrize(
    "properties",
    [
        {"settings": UNKNOWN},
        {"settings": [UNKNOWN]},
        {"settings": {"on": UNKNOWN, "count": UNKNOWN}},
    ],
)
def test_what_is_inside_something_unknown_is_unknown(properties: dict[str, Any]) -> None:
    thing = _thing(properties)
    assert (thing.on, thing.count) == (UNKNOWN, UNKNOWN)


@pytest.mark.parametrize("value", [UNKNOWN, [UNKNOWN], [{"name": "p"}, UNKNOWN]])
def test_blocks_of_which_one_is_unknown_are(value: object) -> None:
    assert _thing({"parts": value}).parts is UNKNOWN


def test_everything_else_may_be_unknown_too() -> None:
    thing = _thing(dict.fromkeys(("name", "some", "there", "policy", "tags", "owner"), UNKNOWN))
    values = (thing.name, thing.some, thing.there, thing.policy, thing.tags, thing.owner.value)
    assert set(values) == {UNKNOWN}


@pytest.mark.parametrize(
    ("properties", "path"),
    [
        ({"name": 1}, "name"),
        ({"settings": {"on": "perhaps"}}, "settings.on"),
        ({"settings": {"count": True}}, "settings.count"),
        ({"settings": "x"}, "settings"),
        ({"some": [1]}, "some[0]"),
        ({"some": "x"}, "some"),
        ({"tags": {"a": 1}}, "tags.a"),
        ({"parts": ["x"]}, "parts[0]"),
        ({"parts": [{"deep": {"on": 1}}]}, "parts[0].deep.on"),
    ],
)
def test_a_wrong_type_is_malformed_and_says_where(properties: dict[str, Any], path: str) -> None:
    with pytest.raises(MalformedError) as caught:
        _thing(properties)
    assert caught.value.path == path


def test_a_link_leads_by_address_or_by_name() -> None:
    other = _thing({})
    assert at.Link(UNKNOWN, ("urn:x",)).leads_to(other)
    assert at.Link("n", ()).leads_to(other, "n")
    assert not at.Link("n", ("urn:y",)).leads_to(other, "m", UNKNOWN, None)
    assert not at.Link(UNKNOWN, ()).leads_to(other, UNKNOWN)
    assert not at.Link(None, ()).leads_to(other, None)


def test_documents_of_a_resource_include_those_of_its_blocks() -> None:
    found = dict(at.documents(_thing({"policy": "{", "parts": [{"policy": READABLE}, {}, {"policy": UNKNOWN}]})))
    assert found.keys() == {"policy", "parts[0].policy", "parts[2].policy"}
    assert found["parts[2].policy"] is UNKNOWN
    assert isinstance(found["policy"], Document)
    assert at.documents(_thing({"parts": UNKNOWN})) == ()
