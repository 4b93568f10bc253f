from __future__ import annotations

import pytest

from lab.providers.model import ResourceType, State
from lab.providers.random.generated import at_least_one
from lab.providers.random.plugin import provider

KINDS = tuple(provider().types.values())


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.token)
def test_every_input_of_every_type_replaces(kind: ResourceType) -> None:
    schema = kind.schema
    assert schema.force_new == schema.inputs.keys()
    assert not schema.inputs.keys() & schema.outputs


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.token)
def test_there_is_nothing_to_ask_and_nothing_to_remove(kind: ResourceType) -> None:
    known = {"result": "x", "keepers": {"a": "b"}}
    assert kind.read("id", known) == State("id", known)
    assert kind.update("id", known, {"keepers": {}}) == State("id", {"result": "x", "keepers": {}})
    kind.delete("id", known)


@pytest.mark.parametrize(("length", "wrong"), [(-1, True), (0, True), (1, False), (64, False)])
def test_a_length_is_at_least_one(length: int, wrong: bool) -> None:  # noqa: FBT001 - a parameter
    assert bool(at_least_one("length", {"length": length})) == wrong
