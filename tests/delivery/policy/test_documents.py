from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.policy.documents import Document, UnreadableError, documents, is_object, opened

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


def _read(text: str, *, as_json: bool = False) -> list[tuple[int, object]]:
    return [(one.number, one.content) for one in documents(text.encode(), as_json=as_json)[1]]


def test_documents_are_numbered_and_empty_ones_left_out() -> None:
    assert _read("a: 1\n---\n---\nb: 2\n") == [(1, {"a": 1}), (3, {"b": 2})]


def test_json_is_one_document_or_several() -> None:
    assert _read('{"a": 1}\n\t{"b": [2]}', as_json=True) == [(1, {"a": 1}), (2, {"b": [2]})]
    assert _read('{"a": 1}') == [(1, {"a": 1})]
    assert _read("", as_json=True) == []


def test_a_mark_of_the_encoding_is_no_text() -> None:
    assert documents(b"\xef\xbb\xbfa: 1\n", as_json=False)[1][0].content == {"a": 1}


@pytest.mark.parametrize(
    ("content", "as_json", "line", "says"),
    [
        (b"a: 1\nb: ]\n", False, 2, "not valid YAML"),
        (b"a: 1\na: 2\n", False, 1, "a key appears twice"),
        (b"a: 1\nb: \xff\n", False, 2, "not text in UTF-8"),
        (b'{"a":\n 1,}', True, 2, "not valid JSON"),
        (b'{"b": 1,\n "a": {"x": 1, "x": 2}}', True, 2, "a key appears twice"),
        (b'{"a": NaN}', True, 1, "NaN is no number"),
        (b"[" * 100_000, True, 1, "nested"),
        (b"a: " + b"{b: " * 80 + b"1" + b"}" * 80, False, 0, "nested more than 64 deep"),
        (b"a: !!python/object/apply:os.system [id]", False, 1, "not valid YAML"),
    ],
)
def test_what_cannot_be_read_says_why_and_where(content: bytes, as_json: bool, line: int, says: str) -> None:  # noqa: FBT001
    with pytest.raises(UnreadableError, match=says) as caught:
        documents(content, as_json=as_json)
    assert caught.value.line == line
    assert caught.value.remedy


def test_aliases_of_aliases_are_refused_before_anybody_walks_through_them() -> None:
    bomb = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12))
    with pytest.raises(UnreadableError, match="more than 1000000 values"):
        documents(bomb.encode(), as_json=False)


def test_a_list_is_opened_and_a_list_in_it() -> None:
    inner = {"apiVersion": "v1", "kind": "List", "items": [{"kind": "Pod"}]}
    whole = Document(2, "", {"apiVersion": "v1", "kind": "List", "items": [{"kind": "Secret"}, inner]})
    assert [(one.number, one.within, one.content) for one in opened(whole)] == [
        (2, "items[0]", {"kind": "Secret"}),
        (2, "items[1].items[0]", {"kind": "Pod"}),
    ]


@pytest.mark.parametrize(
    "content",
    [
        {"apiVersion": "example.org/v1", "kind": "AccessList", "items": [{}]},
        {"apiVersion": "v1", "kind": "List", "items": "none"},
        {"apiVersion": "v1", "kind": "List", "items": ["text"]},
        {"apiVersion": ["v1"], "kind": "List", "items": [{}]},
    ],
)
def test_what_is_no_list_stays_whole(content: object) -> None:
    assert [one.content for one in opened(Document(1, "", content))] == [content]


@pytest.mark.parametrize(
    ("content", "yes"), [({"kind": "Pod"}, True), ({"apiVersion": 1}, True), ({}, False), ([], False)]
)
def test_an_object_says_that_it_is_one(content: object, yes: bool) -> None:  # noqa: FBT001
    assert is_object(content) is yes


@given(st.binary(max_size=200), st.booleans())
def test_any_content_is_read_or_refused(content: bytes, as_json: bool) -> None:  # noqa: FBT001
    try:
        _, found = documents(content, as_json=as_json)
    except UnreadableError as error:
        said = error.what
    else:
        said = ""
        assert all(one.number > 0 for one in found)
    assert "\n" not in said
