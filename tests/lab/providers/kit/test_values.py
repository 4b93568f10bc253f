from __future__ import annotations

import math
from typing import Any

import pytest
from google.protobuf import struct_pb2
from hypothesis import given
from hypothesis import strategies as st
from pulumi.runtime import rpc

from lab.providers.kit import values
from lab.providers.kit.values import Secret, UnsupportedValueError, Value, format_path, marshal, reveal, unmarshal
from lab.providers.model import UNKNOWN

_scalars = (
    st.none()
    | st.booleans()
    | st.integers(min_value=-(2**53), max_value=2**53)
    | st.floats(allow_nan=False, allow_infinity=False).filter(lambda number: not number.is_integer())
    | st.text()
    | st.just(UNKNOWN)
)
_plain = st.recursive(
    _scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4), max_leaves=12
)
bags = st.dictionaries(st.text(), _plain | _plain.map(Secret), max_size=5)


@given(bags)
def test_what_is_written_is_read(bag: dict[str, Any]) -> None:
    wire = struct_pb2.Struct.FromString(marshal(bag).SerializeToString())
    assert unmarshal(wire) == bag


@given(bags)
def test_a_peer_without_secrets_gets_the_plain_values(bag: dict[str, Any]) -> None:
    assert unmarshal(marshal(bag, secrets=False)) == reveal(bag)


def test_the_markers_are_the_sdks() -> None:
    assert values._UNKNOWN_STRING == rpc.UNKNOWN
    assert rpc._special_sig_key == values.SIGNATURE
    assert rpc._special_secret_sig == values._SECRET
    assert rpc._special_output_value_sig == values._OUTPUT
    assert set(values._UNSUPPORTED) == {
        rpc._special_asset_sig,
        rpc._special_archive_sig,
        rpc._special_resource_sig,
    }


@pytest.mark.parametrize("sentinel", sorted(values._UNKNOWN_SENTINELS))
def test_every_sentinel_is_unknown(sentinel: str) -> None:
    assert unmarshal(marshal({"a": [sentinel]})) == {"a": [UNKNOWN]}


@pytest.mark.parametrize(("signature", "kind"), sorted(values._UNSUPPORTED.items()))
def test_assets_archives_and_references_are_refused_by_path(signature: str, kind: str) -> None:
    bag = marshal({"files": [{"it": {values.SIGNATURE: signature, "text": "x"}}]})
    with pytest.raises(UnsupportedValueError, match=kind) as caught:
        unmarshal(bag)
    assert format_path(caught.value.path) == "files[0].it"


def test_output_values_are_their_values() -> None:
    def output(**fields: Value) -> dict[str, Any]:
        return {values.SIGNATURE: values._OUTPUT, **fields}

    bag = marshal({"known": output(value=1), "hidden": output(value=2, secret=True), "later": output()})
    assert unmarshal(bag) == {"known": 1, "hidden": Secret(2), "later": UNKNOWN}


def test_whole_numbers_are_integers_and_booleans_stay_booleans() -> None:
    bag = unmarshal(marshal({"a": 3.0, "b": True, "c": 0.5}))
    assert [type(value) for value in bag.values()] == [int, bool, float]
    assert bag == {"a": 3, "b": True, "c": 0.5}


def test_infinity_is_no_integer() -> None:
    assert unmarshal(marshal({"a": math.inf})) == {"a": math.inf}


def test_what_a_double_cannot_hold_is_refused_and_named() -> None:
    with pytest.raises(ValueError, match=r"`a\[0\]`"):
        marshal({"a": [2**53 + 1]})


def test_what_is_no_value_is_refused_and_named() -> None:
    with pytest.raises(TypeError, match=r"`a\.b` is a set"):
        marshal({"a": {"b": {1}}})


def test_secrets_neither_nest_nor_print() -> None:
    assert values.secret(Secret(1)) == Secret(1)
    assert "hidden" not in repr(Secret("hidden"))
    assert values.has_secret({"a": [Secret(1)]})
    assert not values.has_secret({"a": [1]})
    assert values.has_unknown({"a": Secret([UNKNOWN])})


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (("tags", "env"), "tags.env"),
        (("rules", 0, "x"), "rules[0].x"),
        (("tags", "kubernetes.io/name"), 'tags["kubernetes.io/name"]'),
        (("tags", 'a"b\\'), 'tags["a\\"b\\\\"]'),
        (("a b",), '["a b"]'),
    ],
)
def test_paths_are_written_as_pulumi_does(path: values.Path, text: str) -> None:
    assert format_path(path) == text
