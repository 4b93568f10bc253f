"""Reading a stack's state."""

from __future__ import annotations

from typing import Any

import pytest

from lab.engine.state import Operation, Pending, Resource, StackState

_CREATED = {"urn": "urn:a::b::t::created", "type": "t", "id": "1", "inputs": {"x": 1}}
_PENDING = {"urn": "urn:a::b::t::pending", "type": "t", "custom": True}
_BODY = {"resources": [_CREATED], "pending_operations": [{"type": "creating", "resource": _PENDING}]}


@pytest.mark.parametrize(
    "document",
    [{"version": 3, "deployment": _BODY}, {"version": 3, "checkpoint": {"stack": "dev", "latest": _BODY}}],
    ids=["exported", "file"],
)
def test_both_forms_are_read(document: dict[str, Any]) -> None:
    state = StackState.parse(document)
    assert state.resources == (Resource("urn:a::b::t::created", "t", "1", {"x": 1}),)
    assert state.resources[0].name == "created"
    assert state.pending == (Pending(Operation.CREATING, Resource("urn:a::b::t::pending", "t")),)


def test_what_a_resource_waits_for_is_its_dependencies_and_its_provider() -> None:
    waiting = {
        "urn": "u",
        "type": "t",
        "dependencies": ["urn:a", "urn:b"],
        "provider": "urn:p::providers:aws::aws::id-1",
    }
    (resource,) = StackState.parse({"deployment": {"resources": [waiting]}}).resources
    assert resource.needs == ("urn:a", "urn:b", "urn:p::providers:aws::aws")


def test_a_stack_that_was_only_made_is_empty() -> None:
    assert StackState.parse({"version": 3, "checkpoint": {"stack": "dev"}}) == StackState()
    assert StackState.parse({"version": 3, "deployment": {}}) == StackState()


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"version": 3},
        {"deployment": {"resources": [{"type": "t"}]}},
        {"deployment": {"resources": ["urn"]}},
        {"deployment": {"pending_operations": [{"type": "dreaming", "resource": _PENDING}]}},
    ],
)
def test_what_is_no_state_is_refused(document: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"neither an exported|not a stack's state|not a valid Operation"):
        StackState.parse(document)
