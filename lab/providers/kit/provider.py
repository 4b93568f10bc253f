"""A plugin as data: name, version, tables of types and functions, and what to do with the configuration."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lab.providers.model import Function, Properties, ResourceType


def _accept(_configuration: Properties) -> None:
    """Take any configuration."""


def _find_nothing(_configuration: Properties) -> Mapping[str, str]:
    """Find nothing wrong."""
    return {}


@dataclass(frozen=True)
class Provider:
    """The plain way to be a `model.Provider`: everything is given.

    Args:
        name: the package (`random`).
        version: the version of the official SDK that this stands in for.
        types: resource types by token.
        functions: look-ups by token.
        configuration: settings of the explicit provider, as in `Schema.inputs`.
        secrets: settings that are always secret.
        checker: what is wrong with the configuration, by name.
        configurer: takes the configuration before any resource is touched.
    """

    name: str
    version: str
    types: Mapping[str, ResourceType]
    functions: Mapping[str, Function] = field(default_factory=dict)
    configuration: Mapping[str, Any] = field(default_factory=dict)
    secrets: frozenset[str] = frozenset()
    checker: Callable[[Properties], Mapping[str, str]] = _find_nothing
    configurer: Callable[[Properties], None] = _accept

    def check(self, configuration: Properties) -> Mapping[str, str]:
        """Say what is wrong with the configuration."""
        return self.checker(configuration)

    def configure(self, configuration: Properties) -> None:
        """Take the configuration."""
        self.configurer(configuration)
