"""Pulumi's nested properties and the API's: the same things under other names.

    _RULE = pascal("bucketKeyEnabled", applyServerSideEncryptionByDefault=_DEFAULT)

says that `bucketKeyEnabled` is the API's `BucketKeyEnabled`, and that `applyServerSideEncryptionByDefault` holds a
structure (or a list of them) of its own. What a shape does not name is refused by name, never dropped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from lab.providers.model import ResourceError


class _Converter(Protocol):
    """Anything that turns one value into the API's and back."""

    def to_api(self, value: Any, at: str) -> Any:  # noqa: ANN401 - JSON
        """The API's form of `value`, found at the property path `at`."""

    def from_api(self, value: Any) -> Any:  # noqa: ANN401 - JSON
        """Pulumi's form of the API's `value`."""


@dataclass(frozen=True)
class Member:
    """One property: its name in the API, and how its value is converted (None: it is the same)."""

    api: str
    converter: _Converter | None = None


@dataclass(frozen=True)
class Shape:
    """A structure, by Pulumi's names. Lists of it are converted item by item."""

    members: Mapping[str, Member]

    def paths(self) -> Iterator[str]:
        """The property paths that the shape names, lists left out (`filter.prefix`)."""
        for name, member in self.members.items():
            inner = member.converter.shape if isinstance(member.converter, One) else member.converter
            if isinstance(inner, Shape):
                yield from (f"{name}.{path}" for path in inner.paths())
            else:
                yield name

    def to_api(self, value: Any, at: str = "") -> Any:  # noqa: ANN401 - JSON
        """The API's form; `at` is the path of the value in messages.

        Raises:
            ResourceError: a property that the shape does not name.
        """
        if isinstance(value, list | tuple):
            return [self.to_api(item, f"{at}[{index}]") for index, item in enumerate(value)]
        if not isinstance(value, Mapping):
            return value
        unknown = sorted(name for name in value if name not in self.members and value[name] is not None)
        if unknown:
            paths = ", ".join(f"{at}.{name}".lstrip(".") for name in unknown)
            raise ResourceError(f"the lab's aws provider does not support {paths}")
        result = {}
        for name, item in value.items():
            if item is not None:
                member = self.members[name]
                result[member.api] = member.converter.to_api(item, f"{at}.{name}") if member.converter else item
        return result

    def from_api(self, value: Any) -> Any:  # noqa: ANN401 - JSON
        """Pulumi's form; what the shape does not name is left out."""
        if isinstance(value, list | tuple):
            return [self.from_api(item) for item in value]
        if not isinstance(value, Mapping):
            return value
        result = {}
        for name, member in self.members.items():
            if value.get(member.api) is not None:
                item = value[member.api]
                result[name] = member.converter.from_api(item) if member.converter else item
        return result


@dataclass(frozen=True)
class One:
    """A structure of which Pulumi has one and the API a list (`rule` and `Rules`), or the other way round."""

    shape: Shape
    api_is_list: bool = True

    def to_api(self, value: Any, at: str = "") -> Any:  # noqa: ANN401 - JSON
        """Wrap (or unwrap) while converting."""
        if self.api_is_list:
            return [self.shape.to_api(value, at)]
        if isinstance(value, list) and len(value) > 1:
            raise ResourceError(f"{at} may have one item at most")
        return self.shape.to_api(value[0], f"{at}[0]") if value else None

    def from_api(self, value: Any) -> Any:  # noqa: ANN401 - JSON
        """Unwrap (or wrap) while converting."""
        if self.api_is_list:
            return self.shape.from_api(value[0]) if value else None
        return [self.shape.from_api(value)]


@dataclass(frozen=True)
class Pairs:
    """A map in Pulumi that is a list of pairs in the API."""

    key: str = "Key"
    value: str = "Value"

    def to_api(self, value: Mapping[str, str], at: str = "") -> list[dict[str, str]]:
        """`{"a": "b"}` as `[{"Key": "a", "Value": "b"}]`, in the order of keys."""
        del at
        return [{self.key: name, self.value: value[name]} for name in sorted(value)]

    def from_api(self, value: Any) -> dict[str, str]:  # noqa: ANN401 - JSON
        """The reverse."""
        return {str(item[self.key]): str(item.get(self.value, "")) for item in value}


@dataclass(frozen=True)
class Text:
    """A value that the API has in another form (a date, a number) and Pulumi as text."""

    parse: Callable[[str], Any]
    show: Callable[[Any], str]

    def to_api(self, value: str, at: str = "") -> Any:  # noqa: ANN401 - JSON
        """Parse it.

        Raises:
            ResourceError: it can't be parsed.
        """
        try:
            return self.parse(value)
        except ValueError as error:
            raise ResourceError(f"{at.lstrip('.')}: {error}") from error

    def from_api(self, value: Any) -> str:  # noqa: ANN401 - JSON
        """Show it."""
        return self.show(value)


Entry = str | Member | _Converter


def pascal(*names: str, **others: Entry) -> Shape:
    """A shape of an API that writes `BucketKeyEnabled`. `others` name what differs, is a structure, or both."""
    return Shape(dict(_members(names, others, lambda name: name[:1].upper() + name[1:])))


def camel(*names: str, **others: Entry) -> Shape:
    """A shape of an API that writes `scanOnPush`, as Pulumi does."""
    return Shape(dict(_members(names, others, lambda name: name)))


def _members(
    names: tuple[str, ...], others: Mapping[str, Entry], rule: Callable[[str], str]
) -> Iterator[tuple[str, Member]]:
    for name in names:
        yield name, Member(rule(name))
    for name, entry in others.items():
        if isinstance(entry, str):
            yield name, Member(entry)
        elif isinstance(entry, Member):
            yield name, entry
        else:
            yield name, Member(rule(name), entry)
