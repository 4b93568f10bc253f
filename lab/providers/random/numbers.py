"""`RandomId`, `RandomBytes`, `RandomInteger`, `RandomUuid` and `RandomShuffle`.

`seed` of the last-but-one and the last is not supported: it promises the sequence of Go's generator.
"""

from __future__ import annotations

import base64
import binascii
import secrets
import uuid
from typing import TYPE_CHECKING

from lab.providers.model import Properties, State
from lab.providers.random.generated import Generated, at_least_one, refuse_import

if TYPE_CHECKING:
    from collections.abc import Mapping

_random = secrets.SystemRandom()


class Id(Generated):
    """`random:index/randomId:RandomId`: bytes in several notations, each behind the prefix; the id is without it."""

    token = "random:index/randomId:RandomId"  # noqa: S105 - Pulumi's word for a type's name
    supported = ("b64Std", "b64Url", "byteLength", "dec", "hex", "keepers", "prefix")

    def check(self, inputs: Properties) -> Mapping[str, str]:
        """A length of at least one byte."""
        return at_least_one("byteLength", inputs)

    def generate(self, inputs: Properties) -> State:
        """Make an id."""
        return self._state(secrets.token_bytes(inputs["byteLength"]), inputs.get("prefix", ""))

    def adopt(self, imported: str) -> State:
        """`[prefix,]b64Url`."""
        prefix, _, text = imported.rpartition(",")
        try:
            # The decoder skips what it doesn't know; the round trip doesn't.
            value = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        except binascii.Error:
            value = b""
        if not value or _b64url(value) != text:
            raise refuse_import("RandomId", "`b64Url` or `prefix,b64Url`")
        state = self._state(value, prefix)
        inputs = {"byteLength": len(value), **({"prefix": prefix} if prefix else {})}
        return State(state.id, {**inputs, **state.properties})

    @staticmethod
    def _state(value: bytes, prefix: str) -> State:
        return State(
            _b64url(value),
            {
                "b64Std": prefix + base64.b64encode(value).decode(),
                "b64Url": prefix + _b64url(value),
                "dec": prefix + str(int.from_bytes(value, "big")),
                "hex": prefix + value.hex(),
            },
        )


def _b64url(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


class Bytes(Generated):
    """`random:index/randomBytes:RandomBytes`: bytes for keys, secret; the id is `none`."""

    token = "random:index/randomBytes:RandomBytes"  # noqa: S105 - Pulumi's word for a type's name
    supported = ("base64", "hex", "keepers", "length")
    secrets = frozenset({"base64", "hex"})

    def check(self, inputs: Properties) -> Mapping[str, str]:
        """A length of at least one byte."""
        return at_least_one("length", inputs)

    def generate(self, inputs: Properties) -> State:
        """Make bytes."""
        return self._state(secrets.token_bytes(inputs["length"]))

    def adopt(self, imported: str) -> State:
        """The bytes in base64."""
        try:
            value = base64.b64decode(imported, validate=True)
        except binascii.Error as error:
            raise refuse_import("RandomBytes", "base64") from error
        return State("none", {"length": len(value), **self._state(value).properties})

    @staticmethod
    def _state(value: bytes) -> State:
        return State("none", {"base64": base64.b64encode(value).decode(), "hex": value.hex()})


class Integer(Generated):
    """`random:index/randomInteger:RandomInteger`: a number from `min` to `max`, both possible; the id is the number."""

    token = "random:index/randomInteger:RandomInteger"  # noqa: S105 - Pulumi's word for a type's name
    supported = ("keepers", "max", "min", "result")

    def check(self, inputs: Properties) -> Mapping[str, str]:
        """`min` at most `max`."""
        low, high = inputs["min"], inputs["max"]
        return {"min": f"is {low}, greater than `max`, which is {high}"} if low > high else {}

    def generate(self, inputs: Properties) -> State:
        """Make a number."""
        result = inputs["min"] + secrets.randbelow(inputs["max"] - inputs["min"] + 1)
        return State(str(result), {"result": result})

    def adopt(self, imported: str) -> State:
        """`result,min,max`."""
        try:
            result, low, high = (int(part) for part in imported.split(","))
        except ValueError as error:
            raise refuse_import("RandomInteger", "`result,min,max`") from error
        if not low <= result <= high:
            raise refuse_import("RandomInteger", "`result,min,max` with min <= result <= max")
        return State(str(result), {"result": result, "min": low, "max": high})


class Uuid(Generated):
    """`random:index/randomUuid:RandomUuid`; the id is the UUID."""

    token = "random:index/randomUuid:RandomUuid"  # noqa: S105 - Pulumi's word for a type's name
    supported = ("keepers", "result")

    def generate(self, inputs: Properties) -> State:
        """Make a random (version 4) UUID."""
        del inputs
        result = str(uuid.uuid4())
        return State(result, {"result": result})

    def adopt(self, imported: str) -> State:
        """The UUID."""
        try:
            result = str(uuid.UUID(imported))
        except ValueError as error:
            raise refuse_import("RandomUuid", "a UUID") from error
        return State(result, {"result": result})


class Shuffle(Generated):
    """`random:index/randomShuffle:RandomShuffle`: permutations one after another until there are enough items."""

    token = "random:index/randomShuffle:RandomShuffle"  # noqa: S105 - Pulumi's word for a type's name
    supported = ("inputs", "keepers", "resultCount", "results")

    def check(self, inputs: Properties) -> Mapping[str, str]:
        """A count that isn't negative."""
        count = inputs.get("resultCount", 0)
        return {"resultCount": f"must not be negative, is {count}"} if count < 0 else {}

    def generate(self, inputs: Properties) -> State:
        """Shuffle."""
        items: list[str] = list(inputs["inputs"])
        count = inputs.get("resultCount") or len(items)
        results: list[str] = []
        while items and len(results) < count:
            results.extend(_random.sample(items, len(items)))
        return State("-", {"results": results[:count]})

    def adopt(self, imported: str) -> State:
        """Refuse, as the official plugin does."""
        del imported
        raise refuse_import("RandomShuffle", "left alone: it can't be imported")
