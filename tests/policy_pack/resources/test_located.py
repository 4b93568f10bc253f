from __future__ import annotations

import pytest

from guardrails.resources.located import Located
from guardrails.resources.reading import UNKNOWN


def _at(namespace: object, address: str = "urn:a", *links: str) -> Located:
    return Located(address, address, "x", "Kind", "x", namespace, links)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("one", "other", "verdict"),
    [
        (_at("a"), _at("a", "urn:b"), True),
        (_at("a"), _at("b"), False),
        (_at(UNKNOWN), _at(UNKNOWN), True),
        (_at(UNKNOWN), _at(UNKNOWN, "urn:b"), UNKNOWN),
        (_at(UNKNOWN), _at("a"), UNKNOWN),
        (_at(UNKNOWN, "urn:a", "urn:n"), _at(UNKNOWN, "urn:b", "urn:n"), True),
        (_at(UNKNOWN, "urn:a", "urn:n"), _at(UNKNOWN, "urn:b", "urn:m"), UNKNOWN),
        (_at(UNKNOWN, "urn:a", "urn:n"), _at("a", "urn:b", "urn:n"), UNKNOWN),
    ],
)
def test_two_are_beside_each_other_in_one_namespace(one: Located, other: Located, verdict: object) -> None:
    assert one.beside(other) is verdict
    assert other.beside(one) is verdict
