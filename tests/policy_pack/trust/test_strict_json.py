from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardrails.trust import strict_json
from guardrails.trust.errors import Malformed

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.text()
    | st.floats(allow_nan=False, allow_infinity=False)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


def ambiguous(value: Any) -> bool:  # noqa: ANN401 -- any JSON value
    if isinstance(value, list):
        return any(map(ambiguous, value))
    if not isinstance(value, dict):
        return False
    return len({key.casefold() for key in value}) < len(value) or any(map(ambiguous, value.values()))


@given(VALUES)
def test_unambiguous_documents_are_read_as_the_standard_library_does(value: Any) -> None:  # noqa: ANN401
    data = json.dumps(value).encode()
    if ambiguous(value):
        with pytest.raises(Malformed):
            strict_json.loads(data)
    else:
        assert strict_json.loads(data) == json.loads(data)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        strict_json.loads(data)
    except Malformed:
        return
    json.loads(data)


@given(st.text(alphabet='{}[]",:truefalsn0123456789.eE-+\\u dDkK \u212a', max_size=60))
def test_near_json_is_read_or_refused(text: str) -> None:
    try:
        strict_json.loads(text.encode())
    except Malformed:
        return
    json.loads(text)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b'{"a":1,"a":1}', "twice"),
        (b'{"a":1,"A":1}', "also as 'a'"),
        (b'{"x":{"k":1,"\xe2\x84\xaa":1}}', "also as 'k'"),  # the Kelvin sign, which Go folds to k
        (b'{"s":1,"\xc5\xbf":1}', "also as 's'"),  # the long s
        (b'[{"b":1,"\\u0062":2}]', "twice"),
        (b"\xef\xbb\xbf{}", "not JSON"),
        (b'"\xff"', "not UTF-8"),
        (b'{"a":"\\ud800"}', "half a surrogate pair"),
        (b'{"\\udfff":1}', "half a surrogate pair"),
        (b'{"a":[["\\uDBFF"]]}', "half a surrogate pair"),
        (b'["\\ud83c\\udfe0\\udfe0"]', "half a surrogate pair"),
        (b"NaN", "NaN is not JSON"),
        (b"[-Infinity]", "-Infinity is not JSON"),
        (b"1e999", "too large"),
        (b"9" * 5000, "unreadable number"),
        (b"[" * 200_000, "nested too deeply"),
        (b'{"a":' * 200_000, "nested too deeply"),
        (b"{} {}", "not JSON"),
        (b"", "not JSON"),
        (b"{'a':1}", "not JSON"),
        (b'{"a":1,}', "not JSON"),
    ],
)
def test_what_parsers_disagree_about_is_refused(data: bytes, why: str) -> None:
    with pytest.raises(Malformed, match=why):
        strict_json.loads(data)


def test_an_object_is_demanded_with_its_keys_as_they_are_known() -> None:
    assert strict_json.load_object(b'{"a":1,"Z":2}', frozenset({"a"})) == {"a": 1, "Z": 2}
    with pytest.raises(Malformed, match="differs from 'layers' only by case"):
        strict_json.load_object(b'{"Layers":[]}', frozenset({"layers"}))
    with pytest.raises(Malformed, match="a JSON object was expected"):
        strict_json.load_object(b"[]")
