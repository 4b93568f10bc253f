"""The whole plugin, in the engine's role."""

from __future__ import annotations

from importlib import metadata
from typing import TYPE_CHECKING, Any

import pytest

from lab.providers.kit.values import Secret
from lab.providers.model import UNKNOWN
from lab.providers.random.plugin import provider
from tests.support.provider_engine import Engine, RefusedError, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

PASSWORD = "random:index/randomPassword:RandomPassword"
WANTED: dict[str, dict[str, Any]] = {
    PASSWORD: {"length": 20, "keepers": {"a": "1"}},
    "random:index/randomString:RandomString": {"length": 20},
    "random:index/randomId:RandomId": {"byteLength": 8, "prefix": "p-"},
    "random:index/randomBytes:RandomBytes": {"length": 16},
    "random:index/randomInteger:RandomInteger": {"min": 1, "max": 5},
    "random:index/randomUuid:RandomUuid": {},
    "random:index/randomShuffle:RandomShuffle": {"inputs": ["a", "b"]},
}


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with serving(provider()) as engine:
        engine.configure()
        yield engine


def test_its_version_is_the_sdks() -> None:
    assert provider().version == metadata.version("pulumi-random")


def test_every_type_is_tried() -> None:
    assert set(WANTED) == set(provider().types)


@pytest.mark.parametrize("token", WANTED)
def test_a_value_is_unknown_made_kept_and_replaced(engine: Engine, token: str) -> None:
    wanted = WANTED[token]
    outputs = provider().types[token].schema.outputs
    shown = engine.preview(token, "x", wanted)
    assert {name for name, value in shown.items() if value in (UNKNOWN, Secret(UNKNOWN))} == outputs
    made = engine.create(token, "x", wanted)
    assert outputs <= made.outputs.keys()
    assert not engine.diff(made, wanted).any
    assert engine.refresh(made) == made
    change = engine.diff(made, {**wanted, "keepers": {"a": "2"}})
    assert change.paths == {"keepers.a" if "keepers" in wanted else "keepers"}
    assert change.replaces == {"keepers"}
    assert not change.delete_first
    engine.delete(made)


@pytest.mark.parametrize("token", [PASSWORD, "random:index/randomBytes:RandomBytes"])
def test_secret_values_are_secret(engine: Engine, token: str) -> None:
    made = engine.create(token, "x", WANTED[token])
    secrets = provider().types[token].schema.secrets
    assert all(isinstance(made.outputs[name], Secret) for name in secrets)
    assert not any(isinstance(value, Secret) for name, value in made.outputs.items() if name not in secrets)


@pytest.mark.parametrize(("name", "value"), [("length", 21), ("special", False), ("minUpper", 3)])
def test_every_input_replaces(engine: Engine, name: str, value: object) -> None:
    made = engine.create(PASSWORD, "x", WANTED[PASSWORD])
    assert engine.diff(made, {**WANTED[PASSWORD], name: value}).replaces == {name}


def test_writing_a_default_down_changes_nothing(engine: Engine) -> None:
    made = engine.create(PASSWORD, "x", {"length": 9})
    assert not engine.diff(made, {"length": 9, "special": True, "numeric": True, "minUpper": 0, "keepers": {}}).any


def test_a_secret_keeper_stays_secret(engine: Engine) -> None:
    made = engine.create(PASSWORD, "x", {"length": 9, "keepers": {"of": Secret("x")}})
    assert made.outputs["keepers"] == Secret({"of": "x"})


def test_an_imported_password_is_the_one_of_the_same_program(engine: Engine) -> None:
    found = engine.find(PASSWORD, "correct-horse")
    assert found is not None
    assert found.id == "none"
    assert found.outputs["result"] == Secret("correct-horse")
    assert not engine.diff(found, {"length": 13}).any
    assert engine.diff(found, {"length": 14}).replaces == {"length"}


@pytest.mark.parametrize(
    ("token", "inputs", "message"),
    [
        (
            "random:index/randomPet:RandomPet",
            {},
            r"does not support the resource type random:index/randomPet:RandomPet",
        ),
        ("random:index/randomInteger:RandomInteger", {"min": 1, "max": 2, "seed": "s"}, r"the property `seed`"),
        (PASSWORD, {"length": "9"}, r"length: expected an integer, got a string"),
    ],
)
def test_what_is_not_supported_is_named(engine: Engine, token: str, inputs: dict[str, Any], message: str) -> None:
    with pytest.raises(RefusedError, match=message):
        engine.check(token, "x", inputs)
