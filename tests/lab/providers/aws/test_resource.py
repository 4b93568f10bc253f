from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from lab.providers.aws.account import Account
from lab.providers.aws.cloud import ApiError
from lab.providers.aws.resource import Resource, Table
from lab.providers.aws.shapes import pascal
from lab.providers.model import IncompleteError, NotFoundError, ResourceError
from tests.support.aws_case import KEYS

if TYPE_CHECKING:
    from lab.providers.aws.cloud import Api
    from lab.providers.model import Properties


class Thing(Resource):
    """A type whose service is a dictionary, so that it can misbehave."""

    table = Table(
        "aws:test/thing:Thing",
        "kms",
        inputs=("name", "size", "note", "nested", "secretive"),
        local=frozenset({"note"}),
        untold=frozenset({"secretive"}),
        computed=frozenset({"size"}),
        shapes={"nested": pascal("a", "b")},
    )

    def __init__(self, account: Account) -> None:
        super().__init__(account)
        self.kept: dict[str, Any] = {}
        self.finishing: Exception | None = None
        self.dropped: frozenset[str] = frozenset()
        self.deaf = False
        self.calls: list[frozenset[str]] = []

    def make(self, api: Api, inputs: Properties) -> str:
        del api
        self._keep(inputs)
        return "t"

    def finish(self, api: Api, resource_id: str, inputs: Properties) -> None:
        del api, resource_id, inputs
        if self.finishing is not None:
            raise self.finishing

    def fetch(self, api: Api, resource_id: str, known: Properties) -> dict[str, Any]:
        del api, known
        if not self.kept:
            raise ApiError(f"no {resource_id}", "NoSuchThing")
        return dict(self.kept)

    def change(self, api: Api, resource_id: str, old: Properties, new: Properties, changed: frozenset[str]) -> None:
        del api, resource_id, old
        self.calls.append(changed)
        self._keep(new)
        if self.finishing is not None:
            raise self.finishing

    def remove(self, api: Api, resource_id: str, known: Properties) -> None:
        del api, known
        if not self.kept:
            raise ApiError(f"no {resource_id}", "NoSuchThing")
        self.kept = {}

    def _keep(self, inputs: Properties) -> None:
        if self.deaf:
            return
        unseen = self.dropped | {"note", "secretive"}
        self.kept = {name: value for name, value in inputs.items() if name not in unseen}


@pytest.fixture
def thing(environment: dict[str, str]) -> Thing:
    account = Account(environment)
    account.configure(KEYS)
    return Thing(account)


def test_properties_that_the_service_does_not_tell_are_remembered(thing: Thing) -> None:
    state = thing.create({"name": "n", "note": "x", "secretive": 1})
    assert state.properties == {"name": "n", "note": "x", "secretive": 1, "region": "sa-east-1"}
    assert thing.read("t", state.properties) == state
    assert "note" not in thing.read("t", {}).properties


def test_dropped_properties_are_named(thing: Thing) -> None:
    thing.dropped = frozenset({"size"})
    with pytest.raises(IncompleteError, match="did not keep size: ") as caught:
        thing.create({"name": "n", "size": 3})
    assert caught.value.state.id == "t"
    assert "size" not in caught.value.state.properties


def test_dropped_members_are_named_by_path(thing: Thing) -> None:
    state = thing.create({"name": "n", "nested": {"b": 2}})
    thing.deaf = True
    with pytest.raises(IncompleteError, match=r"did not keep nested\.a: "):
        thing.update("t", state.properties, {"name": "n", "nested": {"a": 1, "b": 2}})


def test_what_the_service_adds_is_not_missed(thing: Thing) -> None:
    thing.create({"name": "n", "nested": {"a": 1}})
    thing.kept["nested"] = {"a": 1, "b": 0}
    assert thing.read("t", {"nested": {"a": 1}}).properties["nested"] == {"a": 1}
    thing.kept["nested"] = {"a": 1, "b": 5}
    assert thing.read("t", {"nested": {"a": 1}}).properties["nested"] == {"a": 1, "b": 5}


def test_creation_that_fails_halfway_is_recorded(thing: Thing) -> None:
    thing.finishing = ApiError("no way", "Refused")
    with pytest.raises(IncompleteError, match="no way") as caught:
        thing.create({"name": "n"})
    assert caught.value.state.id == "t"
    assert caught.value.state.properties["name"] == "n"


def test_update_that_fails_halfway_is_recorded_as_it_is(thing: Thing) -> None:
    state = thing.create({"name": "n"})
    thing.finishing = ApiError("no way", "Refused")
    with pytest.raises(IncompleteError, match="no way") as caught:
        thing.update("t", state.properties, {"name": "m"})
    assert caught.value.state.properties["name"] == "m"


def test_only_what_differs_is_changed(thing: Thing) -> None:
    state = thing.create({"name": "n", "size": 1, "nested": {"a": 1}, "note": "x"})
    thing.update("t", state.properties, {"name": "m", "nested": {"a": 1, "b": None}, "note": "x"})
    assert thing.calls == [frozenset({"name"})]
    thing.update("t", {**state.properties, "name": "m"}, {"name": "m", "nested": {"a": 1}, "note": "y"})
    assert thing.calls == [frozenset({"name"})]


def test_missing(thing: Thing) -> None:
    with pytest.raises(NotFoundError, match="no t"):
        thing.read("t", {})
    thing.delete("t", {})
    thing.deaf = True
    with pytest.raises(ResourceError, match="pulumi refresh"):
        thing.update("t", {"name": "n"}, {"name": "m"})


def test_other_refusals_of_a_deletion_are_shown(thing: Thing, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object) -> None:
        raise ApiError("in use", "DeleteConflict")

    monkeypatch.setattr(thing, "remove", refuse)
    with pytest.raises(ApiError, match="in use"):
        thing.delete("t", {})
