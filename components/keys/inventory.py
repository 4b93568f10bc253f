"""What keys a stack declares, as values: `KeyRing` creates them, `cartorio keys sync` compares them with KMS.

Pure: with a `KnownAccount` and texts for users, everything in it is known without the engine.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from components.base import Args, Text
from components.keys.policies import Regions, statements
from components.keys.purposes import KEYS, KeyPurpose
from components.naming import physical_name

if TYPE_CHECKING:
    from components.account import Owner
    from components.keys.purposes import KeyRow
    from components.policies import Statement
    from components.sections.keys import Keys

_ALIAS_LIMIT = 256 - len("alias/")


class PurposeUsers(Args):
    """Who uses the key of one purpose: `principals` encrypt and decrypt, `grantors` hand its use on to a cluster."""

    purpose: KeyPurpose
    principals: tuple[Text, ...]
    grantors: tuple[Text, ...] = ()


@dataclass(frozen=True)
class DeclaredKey:
    """One key as it has to be.

    Attributes:
        purpose: what it is for; also its tag `purpose`.
        alias: `alias/cartorio-<stack>-<purpose>`.
        description: shown in the console.
        spec: the key material (`KeySpec`).
        usage: what it may do (`KeyUsage`).
        rotation_period_days: days after which KMS renews the material; None: it never does.
        policy: the statements of its policy.
        region: where it is.
        multi_region: whether it is one of a pair in two regions.
        store: id of the custom key store that keeps its material; None: KMS does.
    """

    purpose: KeyPurpose
    alias: str
    description: str
    spec: str
    usage: str
    rotation_period_days: int | None
    policy: tuple[Statement, ...]
    region: str
    multi_region: bool = False
    store: str | None = None

    @property
    def rotates(self) -> bool:
        """Whether KMS renews the material by itself."""
        return self.rotation_period_days is not None


def inventory(
    stack: str, settings: Keys, platform_users: tuple[PurposeUsers, ...], account: Owner
) -> tuple[DeclaredKey, ...]:
    """Every key of a stack, in the order of `KEYS`.

    Args:
        stack: the stack's name.
        settings: what its file says under `cartorio:keys`.
        platform_users: the platform's own users of keys, who come before the configured ones.
        account: whose keys they are.
    """
    return tuple(_declared(row, stack, settings, platform_users, account, account.region) for row in KEYS)


def replicas(
    stack: str, settings: Keys, platform_users: tuple[PurposeUsers, ...], account: Owner
) -> tuple[DeclaredKey, ...]:
    """The same keys in the second region, as far as they are replicated there; the arguments are `inventory`'s."""
    wanted = settings.replica
    if wanted is None:
        return ()
    elsewhere = account.within(wanted.region)
    return tuple(
        _declared(row, stack, settings, platform_users, elsewhere, account.region)
        for row in KEYS
        if row.purpose in wanted.purposes
    )


def alias_of(stack: str, purpose: KeyPurpose) -> str:
    """The alias of a stack's key."""
    return f"alias/{physical_name('cartorio', stack, purpose, limit=_ALIAS_LIMIT)}"


def _declared(
    row: KeyRow,
    stack: str,
    settings: Keys,
    platform_users: tuple[PurposeUsers, ...],
    account: Owner,
    primary: str,
) -> DeclaredKey:
    replica, store = settings.replica, settings.store
    regions = Regions(primary, replica.region) if replica is not None and row.purpose in replica.purposes else None
    stored = store.id if store is not None and row.purpose in store.purposes else None
    rotates = row.rotates and stored is None  # KMS does not renew what it does not keep
    return DeclaredKey(
        purpose=row.purpose,
        alias=alias_of(stack, row.purpose),
        description=row.description,
        spec=row.spec,
        usage=row.usage,
        rotation_period_days=settings.rotation_period_days if rotates else None,
        policy=statements(
            row,
            account,
            settings.administrators,
            _users(row.purpose, settings, platform_users),
            regions,
            grantors=_grantors(row.purpose, platform_users),
        ),
        region=account.region,
        multi_region=regions is not None,
        store=stored,
    )


def _grantors(purpose: KeyPurpose, platform_users: tuple[PurposeUsers, ...]) -> tuple[Text, ...]:
    return tuple(grantor for entry in platform_users if entry.purpose is purpose for grantor in entry.grantors)


def _users(purpose: KeyPurpose, settings: Keys, platform_users: tuple[PurposeUsers, ...]) -> tuple[Text, ...]:
    configured = tuple(
        principal for entry in settings.users if entry.purpose is purpose for principal in entry.principals
    )
    platform = tuple(
        principal for entry in platform_users if entry.purpose is purpose for principal in entry.principals
    )
    return (*platform, *configured)
