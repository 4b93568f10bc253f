from __future__ import annotations

import pytest
from pydantic import ValidationError
from pydantic_core import PydanticCustomError

from components.sections.base import Quantities, Section, unique, within


class _Sample(Section):
    some_name: tuple[int, ...] = ()


def _quantities(cpu: str, memory: str) -> Quantities:
    return Quantities.model_validate({"cpu": cpu, "memory": memory})


def test_names_are_camel_case_in_the_file_only() -> None:
    assert _Sample.model_validate_json('{"someName": [1]}').some_name == (1,)
    with pytest.raises(ValidationError):
        _Sample.model_validate_json('{"some_name": [1]}')


def test_sections_are_strict_and_frozen() -> None:
    with pytest.raises(ValidationError):
        _Sample.model_validate_json('{"someName": ["1"]}')
    with pytest.raises(ValidationError, match="frozen"):
        _Sample().some_name = (2,)  # type: ignore[misc]


def test_unique() -> None:
    assert unique((1, 2), "number") == (1, 2)
    with pytest.raises(PydanticCustomError, match="names number '2' twice"):
        unique((2, 1, 2), "number")


@pytest.mark.parametrize(("low", "high"), [(("1", "1Gi"), ("1000m", "1024Mi")), (("100m", "64Mi"), ("2", "2Gi"))])
def test_within_accepts_at_most_as_much(low: tuple[str, str], high: tuple[str, str]) -> None:
    within(_quantities(*low), _quantities(*high), "requests")


@pytest.mark.parametrize(
    ("low", "high", "what"), [(("2", "1Mi"), ("1999m", "1Gi"), "cpu"), (("1m", "1Gi"), ("1", "1023Mi"), "memory")]
)
def test_within_refuses_more(low: tuple[str, str], high: tuple[str, str], what: str) -> None:
    with pytest.raises(PydanticCustomError, match=f"must be at least requests: {what} is"):
        within(_quantities(*low), _quantities(*high), "requests")
