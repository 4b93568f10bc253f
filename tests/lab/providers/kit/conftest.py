"""A small service behind the kit: shelves, with one property of every kind that the kit cares for."""

from __future__ import annotations

import itertools
import threading
from typing import TYPE_CHECKING, Any

import pytest

from lab.providers.kit import Provider
from lab.providers.kit import shapes as s
from lab.providers.kit.calls import cancelled, time_left
from lab.providers.model import UNKNOWN, IncompleteError, NotFoundError, Properties, ResourceError, Schema, State
from tests.support.provider_engine import Engine, serving

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lab.providers.kit.values import Value

SHELF = "shop:index/shelf:Shelf"
RULE = s.Record(
    "RuleArgs",
    lambda: s.Fields({"x": s.INTEGER, "note": s.STRING}, required=frozenset({"x"}), left_out=frozenset({"later"})),
)


def _tags_all(tags: Value) -> Value:
    if tags is UNKNOWN or not tags:
        return tags
    return {"owner": "lab", **tags}


class Shelf:
    """Shelves in a dictionary. Some sizes are special: 13 is refused, 7 stays incomplete, 99 is a defect."""

    token = SHELF
    schema = Schema(
        inputs={
            "name": str,
            "room": str,
            "size": s.INTEGER,
            "tags": s.MapOf(s.STRING),
            "rules": s.ListOf(RULE),
            "code": str,
            "policy": s.OneOf((s.STRING, s.MapOf(s.ANYTHING))),
            "colour": str,
            "anything": None,
        },
        required=frozenset({"size", "name"}),
        outputs=frozenset({"arn", "revision"}),
        volatile=frozenset({"revision"}),
        force_new=frozenset({"name", "room"}),
        secrets=frozenset({"code"}),
        defaults={"room": "hall"},
        autoname="name",
        autoname_max=20,
        autoname_transform=str.lower,
        ignore_unset=frozenset({"colour"}),
        transforms={"policy": lambda policy: policy if isinstance(policy, str) else ";".join(sorted(policy))},
        derived={"tagsAll": lambda inputs: _tags_all(inputs.get("tags"))},
        equivalent={"policy": lambda one, two: one.split(";") == two.split(";") or one.lower() == two.lower()},
    )

    def __init__(self) -> None:
        self.there: dict[str, dict[str, Any]] = {}
        self.seen: list[Properties] = []
        self.limits: list[float] = []
        self.waiting = threading.Event()
        self._numbers = itertools.count(1)

    def check(self, inputs: Properties) -> Mapping[str, str]:
        return {"size": "must be positive"} if inputs["size"] < 1 else {}

    def create(self, inputs: Properties) -> State:
        self.seen.append(inputs)
        self.limits.append(time_left(default=60.0))
        if inputs["size"] == 13:
            raise ResourceError("the room is full: choose another room")
        if inputs["size"] == 99:
            raise KeyError("oops")
        if inputs["size"] == 77:
            self._wait_for_cancel()
        resource_id = f"shelf-{next(self._numbers)}"
        self.there[resource_id] = {"colour": "grey", **inputs, "arn": f"arn:{resource_id}", "revision": 1}
        state = self.read(resource_id, {})
        if inputs["size"] == 7:
            raise IncompleteError(state, ["one board is missing"])
        return state

    def read(self, resource_id: str, known: Properties) -> State:
        del known
        if resource_id not in self.there:
            raise NotFoundError(resource_id)
        return State(resource_id, self.there[resource_id])

    def update(self, resource_id: str, old: Properties, new: Properties) -> State:
        self.seen.append(new)
        shelf = self.there[resource_id]
        for name in old.keys() - new.keys() - {"arn", "revision", "colour"}:
            shelf.pop(name, None)
        shelf.update(new)
        shelf["revision"] += 1
        return self.read(resource_id, {})

    def delete(self, resource_id: str, known: Properties) -> None:
        del known
        if resource_id not in self.there:
            raise NotFoundError(resource_id)
        del self.there[resource_id]

    def _wait_for_cancel(self) -> None:
        self.waiting.set()
        for _ in range(1000):
            if cancelled():
                raise ResourceError("gave up: the update was cancelled")
            threading.Event().wait(0.01)
        raise AssertionError("nobody cancelled")


class Weather:
    token = "shop:index/getWeather:getWeather"
    inputs: Mapping[str, Any] = {"city": str}

    def call(self, arguments: Properties) -> Properties:
        if arguments.get("city") == "Atlantis":
            raise ResourceError("there is no such city any more")
        return {"city": arguments.get("city"), "sunny": True}


class Shop:
    """The provider, and what its tests look at."""

    def __init__(self) -> None:
        self.shelf = Shelf()
        self.settings: list[Properties] = []
        weather = Weather()
        self.provider = Provider(
            name="shop",
            version="1.2.3",
            types={SHELF: self.shelf},
            functions={weather.token: weather},
            configuration={"region": str, "retries": s.INTEGER, "endpoints": s.ListOf(s.MapOf(s.STRING)), "key": str},
            secrets=frozenset({"key"}),
            checker=lambda given: {"region": "is no region"} if given.get("region") == "moon" else {},
            configurer=self.settings.append,
        )


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
def engine(shop: Shop) -> Iterator[Engine]:
    with serving(shop.provider) as engine:
        engine.configure(region="lab")
        yield engine
