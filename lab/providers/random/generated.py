"""What all types of this package share: made once, never changed, and nowhere but in the state.

Every input replaces the resource when it changes; reading returns the last state, for there is no service to ask;
`read` without a state is an import, whose id is the value itself.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from lab.providers.kit.sdk_types import sdk_schema
from lab.providers.model import Properties, ResourceError, Schema, State

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Generated(ABC):
    """One type: a table and two functions."""

    token: ClassVar[str]
    supported: ClassVar[tuple[str, ...]]
    """Inputs and outputs by name; the SDK tells them apart. What it has besides is refused."""
    defaults: ClassVar[Mapping[str, Any | Callable[[Properties], Any]]] = {}
    secrets: ClassVar[frozenset[str]] = frozenset()

    @abstractmethod
    def generate(self, inputs: Properties) -> State:
        """Make the value. The state's properties are the outputs only."""

    @abstractmethod
    def adopt(self, imported: str) -> State:
        """Make the state of an existing value from its import id; inputs are among the properties.

        Raises:
            ResourceError: the id is none of this type's.
        """

    def check(self, inputs: Properties) -> Mapping[str, str]:
        """Say what is wrong with the inputs beyond their types, by property name."""
        del inputs
        return {}

    @cached_property
    def schema(self) -> Schema:
        """The table as the kit wants it; imports the SDK."""
        schema = sdk_schema(self.token, self.supported, defaults=self.defaults, secrets=self.secrets)
        return Schema(
            inputs=schema.inputs,
            required=schema.required,
            outputs=schema.outputs,
            force_new=frozenset(schema.inputs),
            secrets=schema.secrets,
            defaults=schema.defaults,
        )

    def create(self, inputs: Properties) -> State:
        """Make the value."""
        state = self.generate(inputs)
        return State(state.id, {**inputs, **state.properties})

    def read(self, resource_id: str, known: Properties) -> State:
        """Return the last state; without one, import."""
        return State(resource_id, known) if known else self.adopt(resource_id)

    def update(self, resource_id: str, old: Properties, new: Properties) -> State:
        """Take over inputs that don't matter to the value; others replace the resource."""
        return State(resource_id, {**old, **new})

    def delete(self, resource_id: str, known: Properties) -> None:
        """Forget it: the state was all there was."""
        del resource_id, known


def at_least_one(name: str, inputs: Properties) -> dict[str, str]:
    """The finding that a length is less than 1."""
    return {name: f"must be at least 1, is {inputs[name]}"} if inputs[name] < 1 else {}


def refuse_import(kind: str, form: str) -> ResourceError:
    """The error of an import id that can't be read; the id itself may be a secret."""
    return ResourceError(f"the import id of a {kind} must be {form}")
