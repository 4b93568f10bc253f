"""`RandomPassword` and `RandomString`: the same strings, the first kept secret.

Rules of https://github.com/hashicorp/terraform-provider-random/blob/main/internal/random/string.go: the minimum of each
class first, the rest from all classes that are switched on, then shuffled. A minimum holds even for a class that is
switched off, as it does there.
"""

from __future__ import annotations

import secrets
import string
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lab.providers.model import Properties, State, Unknown
from lab.providers.random.bcrypt import bcrypt_hash
from lab.providers.random.generated import Generated, at_least_one

if TYPE_CHECKING:
    from collections.abc import Mapping

SPECIAL = "!@#$%&*()-_=+[]{}<>:?"
_INPUTS = (
    "keepers",
    "length",
    "lower",
    "minLower",
    "minNumeric",
    "minSpecial",
    "minUpper",
    "number",
    "numeric",
    "overrideSpecial",
    "special",
    "upper",
)
_MINIMUMS = ("minUpper", "minLower", "minNumeric", "minSpecial")
_CLASSES = ("upper", "lower", "numeric", "special")
_UNTOUCHED: dict[str, Any] = {
    "lower": True,
    "minLower": 0,
    "minNumeric": 0,
    "minSpecial": 0,
    "minUpper": 0,
    "special": True,
    "upper": True,
}
_random = secrets.SystemRandom()


@dataclass(frozen=True)
class CharacterClass:
    """Characters, whether they may be chosen freely, and how many of them there must be."""

    characters: str
    enabled: bool
    minimum: int


def draw(length: int, classes: tuple[CharacterClass, ...]) -> str:
    """Make a string of `length` characters.

    Raises:
        ValueError: nothing to choose from, or the minimums exceed the length.
    """
    chosen = [secrets.choice(kind.characters) for kind in classes for _ in range(kind.minimum)]
    free = "".join(kind.characters for kind in classes if kind.enabled)
    missing = length - len(chosen)
    if missing < 0 or (missing and not free):
        raise ValueError("the length is less than the minimums, or no class of characters is switched on")
    chosen.extend(secrets.choice(free) for _ in range(missing))
    _random.shuffle(chosen)
    return "".join(chosen)


def _classes(inputs: Properties) -> tuple[CharacterClass, ...]:
    return (
        CharacterClass(string.ascii_uppercase, inputs["upper"], inputs["minUpper"]),
        CharacterClass(string.ascii_lowercase, inputs["lower"], inputs["minLower"]),
        CharacterClass(string.digits, inputs["numeric"], inputs["minNumeric"]),
        CharacterClass(inputs.get("overrideSpecial") or SPECIAL, inputs["special"], inputs["minSpecial"]),
    )


def _twin(name: str) -> Any:  # noqa: ANN401 - a default is any value
    """The default of `numeric` and `number`: whatever the other one says, else true."""

    def default(inputs: Properties) -> bool | Unknown:
        value: bool | Unknown = inputs.get(name, True)
        return value

    return default


class String(Generated):
    """`random:index/randomString:RandomString`; its id is the string."""

    token = "random:index/randomString:RandomString"  # noqa: S105 - Pulumi's word for a type's name
    supported: tuple[str, ...] = (*_INPUTS, "result")  # type: ignore[misc]
    defaults = {**_UNTOUCHED, "number": _twin("numeric"), "numeric": _twin("number")}  # noqa: RUF012 - a table

    def check(self, inputs: Properties) -> Mapping[str, str]:
        """Lengths, minimums and classes must fit together."""
        found = at_least_one("length", inputs)
        found |= {name: f"must not be negative, is {inputs[name]}" for name in _MINIMUMS if inputs[name] < 0}
        least = sum(inputs[name] for name in _MINIMUMS)
        if not found and inputs["length"] < least:
            found["length"] = f"is {inputs['length']}, less than the sum {least} of {', '.join(_MINIMUMS)}"
        if inputs["number"] != inputs["numeric"]:
            found["number"] = "differs from `numeric`; it is deprecated: use `numeric` alone"
        if not any(inputs[name] for name in _CLASSES):
            found["special"] = f"one of {', '.join(_CLASSES)} must be true"
        return found

    def generate(self, inputs: Properties) -> State:
        """Make a string."""
        result = draw(inputs["length"], _classes(inputs))
        return State(result, {"result": result})

    def adopt(self, imported: str) -> State:
        """The string itself is the import id; how it was made is unknown, so the defaults are taken."""
        inputs = {**_UNTOUCHED, "number": True, "numeric": True, "length": len(imported)}
        return State(imported, {**inputs, "result": imported})


class Password(String):
    """`random:index/randomPassword:RandomPassword`; its id is `none`, its results are secret."""

    token = "random:index/randomPassword:RandomPassword"  # noqa: S105 - Pulumi's word for a type's name
    supported = (*_INPUTS, "bcryptHash", "result")  # type: ignore[misc]
    secrets = frozenset({"bcryptHash", "result"})

    def generate(self, inputs: Properties) -> State:
        """Make a password."""
        return self._hidden(super().generate(inputs))

    def adopt(self, imported: str) -> State:
        """The password itself is the import id; the state's id is `none`."""
        return self._hidden(super().adopt(imported))

    @staticmethod
    def _hidden(state: State) -> State:
        result = state.properties["result"]
        return State("none", {**state.properties, "bcryptHash": bcrypt_hash(result)})
