"""The declared keys' replicas in the second region, and the custom key store: compared with what KMS has. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from delivery.keys.compare import compare
from delivery.keys.model import Finding, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from components.keys.inventory import DeclaredKey
    from delivery.keys.model import Found

_CONNECTED = "CONNECTED"
_FAILED = "FAILED"


def compare_replicas(stack: str, declared: tuple[DeclaredKey, ...], there: Found, here: Found) -> tuple[Finding, ...]:
    """Everything about the replicas that is not as declared.

    Args:
        stack: the stack's name.
        declared: the replicas.
        there: what KMS has in their region; keys without a purpose are of other kinds, as those of copies are.
        here: what KMS has in the stack's region.
    """
    if not declared:
        return ()
    region = declared[0].region
    served = {there.aliases.get(key.alias) for key in declared}
    keys = {name: key for name, key in there.keys.items() if "purpose" in key.tags or name in served}
    found = compare(stack, declared, replace(there, keys=keys))
    return tuple(_in(region, finding) for finding in (*found, *_strangers(stack, declared, there, here)))


def compare_stores(declared: tuple[DeclaredKey, ...], states: Mapping[str, str | None]) -> tuple[Finding, ...]:
    """What is wrong with the key stores that the declared keys are in; `states` are KMS's, None for a missing one."""
    return tuple(
        Finding(
            Kind.STORE,
            f"key store {store}",
            None,
            None,
            "KMS has no such store" if state is None else f"the store is {state}: nothing in it can be used",
            _put_right(store, state),
        )
        for store in dict.fromkeys(key.store for key in declared if key.store)
        if (state := states.get(store)) != _CONNECTED
    )


def _put_right(store: str, state: str | None) -> str:
    if state is None:
        return "find out who deleted it (CloudTrail: DeleteCustomKeyStore), or correct cartorio:keys.store.id"
    look = f"aws kms describe-custom-key-stores --custom-key-store-id {store} says why; " if state == _FAILED else ""
    return f"{look}see that two HSMs are active (cartorio hsm check), then aws kms connect-custom-key-store --custom-key-store-id {store}"  # noqa: E501 - one sentence


def _strangers(stack: str, declared: tuple[DeclaredKey, ...], there: Found, here: Found) -> Iterator[Finding]:
    """Keys behind the replicas' aliases that are no replicas: a replica has the id of its primary."""
    for key in declared:
        replica, primary = there.aliases.get(key.alias), here.aliases.get(key.alias)
        if replica in there.keys and primary in here.keys and replica != primary:
            yield Finding(
                Kind.WRONG_REPLICA,
                key.alias,
                replica,
                key.purpose,
                f"the alias points at a key that is no replica of {primary}: it cannot read what that encrypted",
                f"find out who moved it (CloudTrail: UpdateAlias); then pulumi up --refresh --stack {stack}",
            )


def _in(region: str, finding: Finding) -> Finding:
    return replace(
        finding,
        where=f"{finding.where} in {region}",
        remedy=finding.remedy.replace("aws kms ", f"aws --region {region} kms "),
    )
