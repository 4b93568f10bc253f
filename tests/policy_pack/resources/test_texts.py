from __future__ import annotations

from guardrails.resources.reading import UNKNOWN
from guardrails.resources.texts import texts_in


def test_every_text_has_its_place() -> None:
    value = {"a": "x", "b": [{"c": "y"}, "z", 1, None, UNKNOWN], "d": ("w",)}
    assert dict(texts_in(value)) == {"a": "x", "b[0].c": "y", "b[1]": "z", "d[0]": "w"}
    assert dict(texts_in("alone")) == {"": "alone"}
    assert dict(texts_in({"k": "v"}, "values")) == {"values.k": "v"}


def test_depth_has_an_end() -> None:
    value: object = "deep"
    for _ in range(100):
        value = [value]
    assert list(texts_in(value)) == []
