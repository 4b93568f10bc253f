"""A stack's state as the engine keeps it: its resources, and the operations it was in the middle of.

Formats: `apitype.UntypedDeployment` (`pulumi stack export`) and `apitype.VersionedCheckpoint` (the file backend's file)
of github.com/pulumi/pulumi/sdk/v3 v3.259.0, go/common/apitype/{core,stacks}.go. Secrets stay encrypted.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


class Operation(StrEnum):
    """What the engine was doing to a resource."""

    CREATING = "creating"
    UPDATING = "updating"
    DELETING = "deleting"
    READING = "reading"
    IMPORTING = "importing"


@dataclass(frozen=True)
class Resource:
    """One resource of the state.

    Attributes:
        urn: its URN.
        type: its type.
        id: "" until its provider has created it.
        inputs: what the program said of it.
        needs: URNs of what had to be there before it: what it depends on, and its provider.
    """

    urn: str
    type: str
    id: str = ""
    inputs: Mapping[str, Any] = field(default_factory=dict)
    needs: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The name the program gave it."""
        return self.urn.rpartition("::")[2]


@dataclass(frozen=True)
class Pending:
    """An operation of which the engine does not know how it ended, because it was ended itself."""

    operation: Operation
    resource: Resource


@dataclass(frozen=True)
class StackState:
    """What the engine knows of a stack."""

    resources: tuple[Resource, ...] = ()
    pending: tuple[Pending, ...] = ()

    @classmethod
    def parse(cls, document: Mapping[str, Any]) -> StackState:
        """Read an exported deployment or a checkpoint file.

        Raises:
            ValueError: it is neither.
        """
        if "checkpoint" in document:
            body = document["checkpoint"].get("latest")
        elif "deployment" in document:
            body = document["deployment"]
        else:
            raise ValueError("neither an exported deployment nor a checkpoint")
        if body is None:  # a stack that was only made
            return cls()
        try:
            return cls(
                resources=tuple(_resource(one) for one in body.get("resources") or ()),
                pending=tuple(
                    Pending(Operation(one["type"]), _resource(one["resource"]))
                    for one in body.get("pending_operations") or ()
                ),
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"not a stack's state: {error!r}") from error


def _resource(one: Mapping[str, Any]) -> Resource:
    provider = str(one.get("provider") or "").rpartition("::")[0]  # a reference is the URN and the id
    needs = (*(one.get("dependencies") or ()), *((provider,) if provider else ()))
    return Resource(one["urn"], one["type"], one.get("id") or "", one.get("inputs") or {}, needs)
