"""Examples of the catalogue, from YAML to what is declared: the same path that a stack's resources take."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from guardrails import strict_yaml
from guardrails.resources.base import Declared
from guardrails.resources.reading import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from guardrails.model import Example

_REFERENCE: Final = re.compile(r"\$\{([a-z0-9-]+)\}")
_LATER: Final = "${unknown}"
_STACK: Final = "urn:pulumi:example::cartorio::"


def declared_in(example: Example) -> tuple[Declared, ...]:
    """The resources of an example.

    Raises:
        StrictYamlError: the example is not valid YAML.
    """
    entries = [entry for entry in strict_yaml.documents(example.text) if entry is not None]
    shaped = [(*_shape(entry), entry.get("protect") is True, entry.get("ignoreChanges") or ()) for entry in entries]
    addresses: dict[str, str] = {}
    for kind, name, *_ in shaped:
        addresses.setdefault(name, f"{_STACK}{kind}::{name}")
    return tuple(
        Declared(
            type=kind,
            name=name,
            address=f"{_STACK}{kind}::{name}",
            properties={key: _resolve(_later(value)) for key, value in properties.items()},
            dependencies={
                key: tuple(addresses[other] for other in _REFERENCE.findall(value))
                for key, value in properties.items()
                if isinstance(value, str) and value != _LATER and _REFERENCE.search(value)
            },
            protect=protect,
            ignored=tuple(ignored),
        )
        for kind, name, properties, protect, ignored in shaped
    )


def _shape(entry: Mapping[str, Any]) -> tuple[str, str, Mapping[str, Any]]:
    if "type" in entry:
        return entry["type"], entry["name"], entry["properties"]
    version = entry["apiVersion"] if "/" in entry["apiVersion"] else f"core/{entry['apiVersion']}"
    return f"kubernetes:{version}:{entry['kind']}", entry["metadata"]["name"], entry


def _resolve(value: object) -> object:
    """A reference becomes the other's physical identity, here made from its name."""
    return _REFERENCE.sub(lambda match: f"{match[1]}-physical", value) if isinstance(value, str) else value


def _later(value: object) -> object:
    """A copy in which what a preview cannot know is unknown."""
    if isinstance(value, dict):
        return {key: _later(member) for key, member in value.items()}
    if isinstance(value, list):
        return [_later(member) for member in value]
    return UNKNOWN if value == _LATER else value
