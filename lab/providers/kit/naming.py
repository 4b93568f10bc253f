"""Automatic physical names: `{logical name}-{7 hex digits}`, as Pulumi's official providers form them.

The digits come from the engine's random seed, which is the same in the preview and the update that follows.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lab.providers.model import Schema

_DIGITS = 7


class Mode(StrEnum):
    """What the engine's `pulumi:autonaming` configuration asks for."""

    DEFAULT = "default"
    PROPOSE = "propose"
    ENFORCE = "enforce"
    DISABLE = "disable"


@dataclass(frozen=True)
class Naming:
    """What a name is made from: the resource's logical name, the engine's seed and its wishes."""

    logical: str
    seed: bytes = b""
    mode: Mode = Mode.DEFAULT
    proposed: str = ""


class NamingError(ValueError):
    """No name can be made; the message says why and what to do."""


def automatic(schema: Schema, naming: Naming) -> str:
    """Make a physical name.

    Raises:
        NamingError: names are not to be made automatically, or the result would be too long.
    """
    if naming.mode is Mode.DISABLE:
        raise NamingError("automatic naming is switched off for this resource: give it a name")
    if naming.mode is Mode.ENFORCE:
        name = naming.proposed
    elif naming.mode is Mode.PROPOSE:
        name = _shaped(schema, naming.proposed)
    else:
        digits = hashlib.sha256(naming.seed).hexdigest() if naming.seed else secrets.token_hex(_DIGITS)
        name = _shaped(schema, f"{naming.logical}-{digits[:_DIGITS]}")
    if len(name) > schema.autoname_max:
        raise NamingError(
            f"the automatic name {name!r} has {len(name)} characters, {schema.autoname_max} are allowed: "
            "shorten the resource's name or give it a physical name"
        )
    return name


def _shaped(schema: Schema, name: str) -> str:
    return name if schema.autoname_transform is None else schema.autoname_transform(name)
