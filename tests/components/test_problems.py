from __future__ import annotations

import pytest
from pydantic import BaseModel, ValidationError

from components.problems import Finding, dotted, findings, section_of, suggestion
from components.sections.base import Section


class _Inner(Section):
    some_name: int
    flag: bool = False


class _Outer(Section):
    inner: _Inner
    many: tuple[_Inner, ...] = ()
    maybe: _Inner | None = None
    words: tuple[str, ...] = ()


def _findings(text: str) -> tuple[Finding, ...]:
    with pytest.raises(ValidationError) as caught:
        _Outer.model_validate_json(text)
    return findings(caught.value, _Outer)


@pytest.mark.parametrize(
    ("path", "text"),
    [((), ""), (("a",), "a"), (("a", "b"), "a.b"), (("a", 0, "b", 1, 2), "a[0].b[1][2]"), ((0,), "[0]")],
)
def test_dotted(path: tuple[str | int, ...], text: str) -> None:
    assert dotted(path) == text


def test_suggestion_of_something_close_or_of_everything() -> None:
    assert suggestion("replica", ["replicas", "resources"]) == "; did you mean 'replicas'?"
    assert suggestion("zzz", ["b", "a"]) == "; there are a, b"


def test_unknown_names_are_compared_with_those_of_the_same_section() -> None:
    (found,) = _findings('{"inner": {"someName": 1, "somName": 2}}')
    assert found == Finding(("inner", "somName"), "is not a setting; did you mean 'someName'?")


def test_unknown_names_inside_lists_and_optional_sections() -> None:
    found = _findings(
        '{"inner": {"someName": 1}, "many": [{"someName": 1, "flags": 1}], "maybe": {"x": 1, "someName": 2}}'
    )
    assert [item.message for item in found] == [
        "is not a setting; did you mean 'flag'?",
        "is not a setting; there are flag, someName",
    ]


def test_values_are_shown_but_cut() -> None:
    (found,) = _findings(f'{{"inner": {{"someName": "{"x" * 500}"}}}}')
    assert "valid integer; it is 'xxx" in found.message
    assert len(found.message) < 150


def test_several_at_once() -> None:
    assert len(_findings('{"inner": {"flag": 3}, "words": [1, 2]}')) == 4


@pytest.mark.parametrize(
    ("annotation", "model"),
    [
        (_Inner, _Inner),
        (_Inner | None, _Inner),
        (tuple[_Inner, ...], _Inner),
        (str, None),
        (tuple[str, ...], None),
        (None, None),
    ],
)
def test_section_of(annotation: object, model: type[BaseModel] | None) -> None:
    assert section_of(annotation) is model
