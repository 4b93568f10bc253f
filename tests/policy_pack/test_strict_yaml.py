from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardrails.strict_yaml import StrictYamlError, document, documents


def test_documents_in_order() -> None:
    assert list(documents("a: 1\n---\n---\n- b\n")) == [{"a": 1}, None, ["b"]]


def test_a_date_stays_text() -> None:
    assert document("on: 2026-12-31\nat: 2026-12-31T10:00:00Z\n") == {
        True: "2026-12-31",  # YAML 1.1, as Kubernetes' own reader has it
        "at": "2026-12-31T10:00:00Z",
    }


@pytest.mark.parametrize("text", ["a: 1\na: 2\n", "x: {a: 1, b: 2, a: 1}\n", "- {1: a, 1: b}\n"])
def test_a_key_that_appears_twice_is_refused(text: str) -> None:
    with pytest.raises(StrictYamlError, match=r"line \d+, column \d+: a key appears twice"):
        document(text)


def test_merge_keys_work() -> None:
    assert document("base: &b {a: 1}\nuse: {<<: *b, c: 2}\n")["use"] == {"a": 1, "c": 2}
    assert document("base: &b {a: 1}\nuse: {<<: *b, a: 2}\n")["use"] == {"a": 2}


def test_a_key_that_appears_twice_beside_a_merge_key_is_refused() -> None:
    with pytest.raises(StrictYamlError, match="a key appears twice"):
        document("base: &b {a: 1}\nuse: {<<: *b, c: 2, c: 3}\n")


@pytest.mark.parametrize(
    "text", ["a: [", "!!python/object/apply:os.getcwd []", "? [a]\n: 1", "\x00", "a: &x [*x]\nb: {*x : 1}"]
)
def test_what_is_not_plain_yaml_is_refused(text: str) -> None:
    with pytest.raises(StrictYamlError):
        list(documents(text))


def test_a_second_document_is_not_ignored() -> None:
    with pytest.raises(StrictYamlError, match="single"):
        document("a: 1\n---\nb: 2\n")


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    said = ""
    try:
        list(documents(text))
    except StrictYamlError as error:
        said = str(error)
    assert "\n" not in said


@pytest.mark.parametrize(
    ("text", "line"), [("a: 1\nb: ]\n", 2), ("a: 1\nb: {c: 1, c: 2}\n", 2), ("a: 1\n\nb: \x00", 3), ("a: b: c", 1)]
)
def test_an_error_names_its_line(text: str, line: int) -> None:
    with pytest.raises(StrictYamlError) as caught:
        list(documents(text))
    assert caught.value.line == line
