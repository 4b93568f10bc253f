from __future__ import annotations

import pytest

from guardrails.resources.located import Located
from guardrails.resources.reading import UNKNOWN

ROOM = "urn:pulumi:producao::cartorio::cartorio:tenancy:Room$kubernetes:core/v1:Namespace::room"


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
        (_at(UNKNOWN, "urn:a", ROOM), _at(UNKNOWN, "urn:b", ROOM, "urn:other"), True),
        (_at(UNKNOWN, "urn:a", ROOM), _at(UNKNOWN, "urn:b", f"{ROOM}-2"), False),
        (_at(UNKNOWN, "urn:a", "urn:x"), _at(UNKNOWN, "urn:b", "urn:x"), UNKNOWN),
        (_at(UNKNOWN, "urn:a", ROOM), _at("a", "urn:b", ROOM), UNKNOWN),
    ],
)
def test_two_are_beside_each_other_in_one_namespace(one: Located, other: Located, verdict: object) -> None:
    assert one.beside(other) is verdict
    assert other.beside(one) is verdict
