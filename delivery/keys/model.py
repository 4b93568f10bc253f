"""What was found in KMS, and what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from components.keys.purposes import KeyPurpose


@dataclass(frozen=True)
class FoundKey:
    """A key of the account, as KMS describes it: https://docs.aws.amazon.com/kms/latest/APIReference/API_KeyMetadata.html.

    Attributes:
        id: its id.
        state: `KeyState`.
        spec: `KeySpec`.
        usage: `KeyUsage`.
        tags: by name.
        deletion: the day on which it is deleted (ISO 8601), when that is pending.
        rotates: whether rotation is on; None: not asked.
        rotation_period_days: None: not told.
        policy: its policy's JSON; None: not asked.
        multi_region: whether it is one of several of its id, each in its region.
        store: id of the custom key store that keeps its material.
    """

    id: str
    state: str
    spec: str
    usage: str
    tags: Mapping[str, str] = field(default_factory=dict)
    deletion: str | None = None
    rotates: bool | None = None
    rotation_period_days: int | None = None
    policy: str | None = None
    multi_region: bool = False
    store: str | None = None


@dataclass(frozen=True)
class Found:
    """What KMS has in one account and region.

    Attributes:
        aliases: the ids of their keys, by alias.
        keys: by id; customers' own only.
        unreadable: ids of keys that no alias of the stack points at and whose policies hide them from the caller.
    """

    aliases: Mapping[str, str]
    keys: Mapping[str, FoundKey]
    unreadable: tuple[str, ...] = ()


class Kind(StrEnum):
    """What is wrong."""

    MISSING = "missing"
    DISABLED = "disabled"
    PENDING_DELETION = "pending-deletion"
    UNUSABLE = "unusable"
    UNROTATED = "unrotated"
    ROTATION_PERIOD = "rotation-period"
    WRONG_SPEC = "wrong-spec"
    WRONG_USAGE = "wrong-usage"
    WRONG_REGIONS = "wrong-regions"
    WRONG_REPLICA = "wrong-replica"
    WRONG_STORE = "wrong-store"
    STORE = "store"
    WRONG_TAGS = "wrong-tags"
    WRONG_POLICY = "wrong-policy"
    FOREIGN_ALIAS = "foreign-alias"
    FOREIGN_KEY = "foreign-key"


@dataclass(frozen=True)
class Finding:
    """One thing that is not as declared.

    Attributes:
        kind: what kind of thing.
        where: the alias, or the key if no declared alias is meant.
        key: id of the key; None if there is none.
        purpose: of the declared key; None for what is not declared.
        what: what is wrong, in a sentence.
        remedy: the next thing to do.
    """

    kind: Kind
    where: str
    key: str | None
    purpose: KeyPurpose | None
    what: str
    remedy: str
