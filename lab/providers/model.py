"""What a resource type is, apart from the protocol: a schema and five calls.

`kit` speaks Pulumi's provider protocol and does everything that follows from the schema (check, diff, previews,
secrets, automatic names); `aws` and `random` hold tables of `ResourceType`s and `Function`s. Property names are
Pulumi's own (camelCase), values are plain JSON-like data. A handler never sees an unknown or a secret wrapper: the kit
answers previews from the schema alone and marks secrets on the way out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

Properties = Mapping[str, Any]


class Unknown:
    """The one value that a preview does not know yet."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN = Unknown()


@dataclass(frozen=True)
class Schema:
    """What the kit needs to know about one resource type.

    `inputs` maps every input property that this lab supports to the Python type annotation which the official SDK
    gives it, or to None where any JSON value will do; a property that is not in it is refused by name. `outputs` are
    the properties that only the provider knows; a preview of a create shows them as unknown, and one of an update
    shows those in `volatile` as unknown. `force_new` names inputs whose change replaces the resource, `secrets` the
    properties (input or output) that are always secret, `defaults` the inputs that are filled in when absent.
    `inner` names, by input object, the members that only the provider knows (an EKS cluster's own security group in
    its `vpcConfig`): a preview of a create shows them as unknown, one of an update as they were.
    `autoname` is the input that the provider names itself (`{name}-{7 random hex digits}`) when it is absent, with the
    length it may have. `ignore_unset` names inputs that the service fills in itself: absent is no change. `literal`
    names inputs in which an empty object says something (`action: {block: {}}`), and so is not the same as none.

    Three hooks for what a table can't say. `transforms` rewrite an input at check, when it is present and wholly known
    (a policy given as an object becomes its JSON text; unknown inside makes the whole property unknown);
    `autoname_transform` does the same to an automatic name. `derived` properties are added to the checked inputs,
    computed from them (`tagsAll` from the provider's default tags and `tags`); the function may meet UNKNOWN and may
    return it. `equivalent` compares two values of an input by meaning: equal is no change, and no drift. A callable in
    `defaults` is given the inputs as the program has them, in which UNKNOWN may stand, and returns the default.
    """

    inputs: Mapping[str, Any]
    required: frozenset[str] = frozenset()
    outputs: frozenset[str] = frozenset()
    volatile: frozenset[str] = frozenset()
    force_new: frozenset[str] = frozenset()
    secrets: frozenset[str] = frozenset()
    defaults: Mapping[str, Any] = field(default_factory=dict)
    autoname: str | None = None
    autoname_max: int = 64
    ignore_unset: frozenset[str] = frozenset()
    delete_before_replace: bool = False
    transforms: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)
    autoname_transform: Callable[[str], str] | None = None
    derived: Mapping[str, Callable[[Properties], Any]] = field(default_factory=dict)
    equivalent: Mapping[str, Callable[[Any, Any], bool]] = field(default_factory=dict)
    inner: Mapping[str, frozenset[str]] = field(default_factory=dict)
    literal: frozenset[str] = frozenset()


@dataclass(frozen=True)
class State:
    """One resource as the service has it: its id and all properties, inputs among them."""

    id: str
    properties: Properties


class NotFoundError(Exception):
    """The resource is not (or no longer) there: `read` makes of it a deleted resource."""


class ResourceError(Exception):
    """The service refused: the message is shown to the person with the URN."""


class IncompleteError(ResourceError):
    """The resource exists, but not as asked: it is recorded with `reasons`, and the next update finishes it."""

    def __init__(self, state: State, reasons: Sequence[str]) -> None:
        super().__init__("; ".join(reasons))
        self.state = state
        self.reasons = tuple(reasons)


class ResourceType(Protocol):
    """One type: `token` is Pulumi's (`aws:kms/key:Key`). Handlers raise ResourceError or NotFoundError."""

    @property
    def token(self) -> str:
        """Pulumi's name of the type."""

    @property
    def schema(self) -> Schema:
        """What the kit needs to know; may be computed on first use (an SDK takes half a second to import)."""

    def create(self, inputs: Properties) -> State:
        """Make it and return everything that `read` would."""

    def read(self, resource_id: str, known: Properties) -> State:
        """Return it as it is. `known` is the last state, empty on import and look-up (`get`)."""

    def update(self, resource_id: str, old: Properties, new: Properties) -> State:
        """Change what differs between the old state and the new inputs, none of it in `force_new`."""

    def delete(self, resource_id: str, known: Properties) -> None:
        """Remove it; it being gone already is fine."""

    def check(self, inputs: Properties) -> Mapping[str, str]:
        """Say what is wrong beyond the schema, by property name; called only with known values."""


class Function(Protocol):
    """One look-up (`aws:index/getRegion:getRegion`): `inputs` maps its arguments as in Schema."""

    @property
    def token(self) -> str:
        """Pulumi's name of the function."""

    @property
    def inputs(self) -> Mapping[str, Any]:
        """The arguments that this lab supports, as in `Schema.inputs`."""

    def call(self, arguments: Properties) -> Properties:
        """Answer; raise ResourceError when it cannot."""


class Provider(Protocol):
    """One plugin. `configuration` maps its settings as in Schema; `types` and `functions` are looked up by token."""

    @property
    def name(self) -> str:
        """The package (`aws`); the plugin is `pulumi-resource-{name}`."""

    @property
    def version(self) -> str:
        """The version of the official SDK that this plugin stands in for."""

    @property
    def configuration(self) -> Mapping[str, Any]:
        """The settings that an explicit provider may have; any other is refused by name."""

    @property
    def secrets(self) -> frozenset[str]:
        """The settings that are always secret."""

    @property
    def types(self) -> Mapping[str, ResourceType]:
        """Resource types by token."""

    @property
    def functions(self) -> Mapping[str, Function]:
        """Look-ups by token."""

    def check(self, configuration: Properties) -> Mapping[str, str]:
        """Say what is wrong with the configuration, by property name; values may be UNKNOWN in a preview."""

    def configure(self, configuration: Properties) -> None:
        """Take the configuration, once, before any other call; raise ResourceError when it can't work.

        A value may be UNKNOWN in a preview: calls that need it then raise ResourceError.
        """
