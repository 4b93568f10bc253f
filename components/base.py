"""What every component shares: the base of its arguments, the base class, and the options of its children."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import pulumi
from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    from collections.abc import Sequence

Text = str | pulumi.Output[str]
"""A text that may not be known until the engine has created something."""


class Args(BaseModel):
    """Base of a component's arguments: frozen, strict, no unknown names, no mutable containers."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", arbitrary_types_allowed=True)


class Component(pulumi.ComponentResource):
    """Base of every component.

    A leaf class names its type in `TYPE` (`cartorio:<area>:<Name>`), creates its children with `self._child()`, sets
    its outputs and calls `register_outputs` on the last line of its constructor. Providers come from the caller, in
    `ResourceOptions(providers=[...])`, and reach the children through their parent.
    """

    TYPE: ClassVar[str]

    def __init__(self, name: str, opts: pulumi.ResourceOptions) -> None:
        super().__init__(self.TYPE, name, {}, opts)

    def _child(
        self,
        *,
        protect: bool = False,
        depends_on: Sequence[pulumi.Resource] | None = None,
        ignore_changes: list[str] | None = None,
        aliases: list[pulumi.Alias] | None = None,
    ) -> pulumi.ResourceOptions:
        """Options of a child. The caller's options are never merged in: they would give the child another parent."""
        return pulumi.ResourceOptions(
            parent=self,
            protect=protect or None,
            depends_on=depends_on,
            ignore_changes=ignore_changes,
            aliases=list[pulumi.Alias | str | pulumi.Output[str]](aliases) if aliases else None,
        )
