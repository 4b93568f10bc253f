"""Steps of the engine, as changes."""

from __future__ import annotations

from typing import Any

import pytest

from delivery.plan.changes import changes
from delivery.plan.model import Change, Operation, PropertyKind, ValueState
from tests.support.plans import DEPLOYMENT, UNKNOWN, secret, state, step, urn


def _one(*steps: dict[str, Any]) -> Change:
    (change,) = changes(steps)
    return change


def test_what_a_created_resource_has() -> None:
    change = _one(
        step("create", new=state(inputs={"acl": "private", "tags": {"a.b": "c"}, "arn": UNKNOWN}, parent="urn:p"))
    )
    assert (change.operation, change.parent, change.destructive) == (Operation.CREATE, "urn:p", False)
    told = {one.path: (one.after.state, one.after.text) for one in change.properties if one.after}
    assert told == {
        "acl": (ValueState.PLAIN, '"private"'),
        "arn": (ValueState.UNKNOWN, ""),
        'tags["a.b"]': (ValueState.PLAIN, '"c"'),
    }


def test_what_an_update_changes_by_the_providers_account() -> None:
    change = _one(
        step(
            "update",
            type_=DEPLOYMENT,
            old=state(inputs={"spec": {"replicas": 2, "image": "a"}}, outputs={"spec": {"replicas": 5, "image": "a"}}),
            new=state(inputs={"spec": {"replicas": 2, "image": "b"}}),
            detailedDiff={
                "spec.image": {"diffKind": "update", "inputDiff": True},
                "spec.replicas": {"diffKind": "update", "inputDiff": False},  # somebody has scaled it by hand
            },
        )
    )
    told = [(one.path, one.before and one.before.text, one.after and one.after.text) for one in change.properties]
    assert told == [("spec.image", '"a"', '"b"'), ("spec.replicas", "5", "2")]


def test_a_whole_object_that_changes_is_told_leaf_by_leaf() -> None:
    change = _one(
        step(
            "update",
            old=state(inputs={"values": {"a": 1, "b": 2}}),
            new=state(inputs={"values": {"a": 1, "b": 3, "c": 4}}),
            detailedDiff={"values": {"diffKind": "update", "inputDiff": True}},
        )
    )
    assert [(one.path, one.kind) for one in change.properties] == [
        ("values.b", PropertyKind.UPDATE),
        ("values.c", PropertyKind.ADD),
    ]


@pytest.mark.parametrize("more", [{"diffs": ["acl"]}, {"detailedDiff": {}}, {}])
def test_without_the_providers_account_the_inputs_are_compared(more: dict[str, Any]) -> None:
    change = _one(step("update", old=state(inputs={"acl": "a"}), new=state(inputs={"acl": "b"}), **more))
    assert [one.path for one in change.properties] == ["acl"]


def test_a_secret_that_changes_is_told_without_either_value() -> None:
    change = _one(
        step(
            "update",
            old=state(inputs={"token": secret("one")}),
            new=state(inputs={"token": secret("two")}),
            detailedDiff={"token": {"diffKind": "update", "inputDiff": True}},
        )
    )
    (one,) = change.properties
    assert (one.path, one.before and one.before.state, one.after and one.after.state) == ("token", "secret", "secret")


def test_a_replacement_is_one_change_and_says_why() -> None:
    old, new = (
        state(inputs={"bucket": "a", "acl": "x"}, protect=True),
        state(inputs={"bucket": "b", "acl": "y"}, protect=True),
    )
    detailed = {
        "bucket": {"diffKind": "update-replace", "inputDiff": True},
        "acl": {"diffKind": "update", "inputDiff": True},
    }
    steps = [
        step(name, old=old, new=new, detailedDiff=detailed, keys=["bucket"])
        for name in ("create-replacement", "replace", "delete-replaced")
    ]
    for order in (steps, steps[::-1]):
        change = _one(*order)
        assert (change.operation, change.replace_keys) == (Operation.REPLACE, ("bucket",))
        assert (change.destructive, change.protected) == (True, True)
        assert {one.path: one.replaces for one in change.properties} == {"acl": False, "bucket": True}


def test_a_provider_without_details_names_the_keys() -> None:
    change = _one(
        step("replace", keys=["bucket"], old=state(inputs={"bucket": "a"}), new=state(inputs={"bucket": "b"}))
    )
    assert change.replace_keys == ("bucket",)
    assert [(one.path, one.replaces) for one in change.properties] == [("bucket", True)]


@pytest.mark.parametrize(
    ("old", "destructive"),
    [({}, True), ({"retainOnDelete": True}, False), ({"custom": False}, False)],
)
def test_a_deletion_destroys_what_is_real_and_not_kept(old: dict[str, Any], *, destructive: bool) -> None:
    change = _one(step("delete", old=state(**old)))
    assert (change.operation, change.destructive) == (Operation.DELETE, destructive)


def test_what_an_interrupted_update_left_is_deleted() -> None:
    assert _one(step("delete-replaced")).operation is Operation.DELETE


def test_a_provider_that_goes_destroys_nothing() -> None:
    assert not _one(step("delete", type_="pulumi:providers:aws")).destructive


@pytest.mark.parametrize("operation", ["same", "read", "refresh", "read-replacement", "discard"])
def test_what_changes_nothing_is_no_change(operation: str) -> None:
    assert changes([step(operation)]) == ()


def test_protection_that_is_lifted_is_a_change_even_if_nothing_else_is() -> None:
    change = _one(step("same", old=state(protect=True), new=state()))
    assert (change.operation, change.protected, change.unprotects) == (Operation.UPDATE, True, True)
    assert changes([step("same", old=state(protect=True), new=state(protect=True))]) == ()


def test_the_stack_itself_has_no_properties() -> None:
    change = _one(step("create", type_="pulumi:pulumi:Stack", new=state(outputs={"x": "y"}, inputs={"x": 1})))
    assert change.properties == ()


def test_an_automatic_name_is_marked() -> None:
    change = _one(
        step("create", new=state(inputs={"bucket": "evidence-1a2b3c4", "acl": "x", "__defaults": ["bucket", "acl"]}))
    )
    assert {one.path: one.assigned for one in change.properties} == {"acl": False, "bucket": True}


def test_changes_come_in_the_order_of_their_urns() -> None:
    found = changes([step("create", name) for name in ("b", "c", "a")])
    assert [change.urn for change in found] == [urn(name) for name in "abc"]
    assert found[0].name == "a"
