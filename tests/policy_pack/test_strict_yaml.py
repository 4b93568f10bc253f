from __future__ import annotations

import math

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from guardrails import strict_yaml
from guardrails.strict_yaml import StrictYamlError, document, documents

WORDS = (
    *("", "~", "null", "yes", "Off", "TRUE", "y", "a", "a b", "<<", "=", "!", "'", '"', "#", "- a", "a: b", "*a", "&a"),
    *("0", "-1", "017", "08", "0x1F", "0b1", "1_000", "1:30", "1.5", "1e3", "1.e+3", ".5", ".inf", ".nan", "-.INF"),
    *("2026-12-31", "2026-12-31T10:00:00Z", "100m", "1Gi", "0o7", "12345678901234567890", "é", "\u2028", "\n", "\t"),
)
PIECES = st.sampled_from(
    [*WORDS, ": ", "- ", "\n", "\n  ", "{", "}", "[", "]", ", ", "? ", "---\n", "...\n", "!!str ", "|\n ", "&x ", "*x"]
)


def test_documents_in_order() -> None:
    assert list(documents("a: 1\n---\n---\n- b\n")) == [{"a": 1}, None, ["b"]]


def test_a_date_stays_text() -> None:
    assert document("on: 2026-12-31\nat: 2026-12-31T10:00:00Z\n") == {
        True: "2026-12-31",  # YAML 1.1, as Kubernetes' own reader has it
        "at": "2026-12-31T10:00:00Z",
    }


def test_an_operator_stays_text() -> None:
    assert document("enum: ['!=', =, =~]\n=: 1\n") == {"enum": ["!=", "=", "=~"], "=": 1}


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


@pytest.mark.parametrize("text", ["[" * 1001, "a: &x 1\nb: " + "[" * 3_000_000, "- " * 3_000_000, "{? " * 1_000_000])
def test_what_is_nested_without_end_is_refused_and_ends_nothing(text: str) -> None:
    with pytest.raises(StrictYamlError, match=r"line \d+, column \d+: nested more than 1000 deep"):
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


def _same(one: object, other: object) -> bool:
    """Equal, and of the same types: 1, 1.0 and True are not one; NaN is itself."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict) and isinstance(other, dict):
        pairs = zip(one.items(), other.items(), strict=False)
        return len(one) == len(other) and all(_same(a, c) and _same(b, d) for (a, b), (c, d) in pairs)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(_same(a, b) for a, b in zip(one, other, strict=False))
    return one == other or (isinstance(one, float) and math.isnan(one))


def _read_both_ways(text: str) -> bool:
    """Whether the quick way takes the text; what it makes of it has to be what PyYAML makes of it."""
    try:
        quick = strict_yaml._quickly(text)
    except (strict_yaml._UnusualError, yaml.YAMLError, ValueError, TypeError):
        return False
    assert _same(quick, list(strict_yaml._thoroughly(text)))
    return True


@given(
    st.recursive(
        st.sampled_from(WORDS) | st.integers() | st.floats() | st.booleans() | st.none() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(WORDS) | st.integers(), inner),
        max_leaves=20,
    ),
    st.sampled_from([None, "'", '"', "|", ">"]),
    st.sampled_from([None, True, False]),
)
def test_the_quick_way_reads_what_the_thorough_one_does(content: object, style: str, flow: bool) -> None:  # noqa: FBT001
    text = yaml.safe_dump(content, default_style=style, default_flow_style=flow, allow_unicode=True)
    _read_both_ways(text)


@given(st.lists(PIECES, max_size=30).map("".join))
def test_the_quick_way_reads_no_text_otherwise(text: str) -> None:
    _read_both_ways(text)


@pytest.mark.parametrize(
    ("text", "quick"),
    [
        *((f"a: [{word}]\n", True) for word in ("yes", "1:30", "017", ".nan", "2026-12-31", "~", "", "a, 'yes', 1")),
        ("- |\n  a\n- {b: {}, c: []}\n---\n---\nd\n", True),
        ("{1: a, '1': b, true: c}", False),  # 1 is True: PyYAML says where
        *((text, False) for text in ("&a b", "!!str 1", "! 1", "<<: {a: 1}", "a: <<", "? [a]\n: b", "a: 1\na: 2")),
        ("[" * 64 + "]" * 64, True),
        ("[" * 65 + "]" * 65, False),
        ("[" * 5000, False),
    ],
)
def test_what_is_unusual_is_read_the_thorough_way(text: str, quick: bool) -> None:  # noqa: FBT001
    assert _read_both_ways(text) is quick


def test_scalars_are_not_kept_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strict_yaml, "_MOST_KNOWN", len(strict_yaml._scalars) + 2)
    assert document("[never-a, never-b, never-c, 987654321]") == ["never-a", "never-b", "never-c", 987654321]
    assert ("never-b" in strict_yaml._scalars, "never-c" in strict_yaml._scalars) == (True, False)
