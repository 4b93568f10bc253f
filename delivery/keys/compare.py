"""Compares the keys that a stack declares with those that KMS has. Pure: no network, no clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.labels import PART_OF
from components.policies import rendered
from delivery.keys.model import Finding, Kind
from delivery.keys.policy import differences

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from components.keys.inventory import DeclaredKey
    from delivery.keys.model import Found, FoundKey

ENABLED = "Enabled"
_DISABLED = "Disabled"
_LEAVING = {"PendingDeletion", "PendingReplicaDeletion"}
_SYMMETRIC = "SYMMETRIC_DEFAULT"


def compare(stack: str, declared: tuple[DeclaredKey, ...], found: Found) -> tuple[Finding, ...]:
    """Everything that is not as declared: by declared key, then what is not declared."""
    ours = {key.alias for key in declared}
    candidates: set[str] = set()
    findings: list[Finding] = []
    for key in declared:
        there = found.keys.get(found.aliases.get(key.alias, ""))
        tagged = tuple(
            other.id
            for other in found.keys.values()
            if _tagged(other, key, stack) and other.state not in _LEAVING and not _serves(other, ours, found)
        )
        if there is None:
            candidates.update(tagged)
            findings.append(_missing(stack, key, found.aliases.get(key.alias), tagged))
            continue
        if not _tagged(there, key, stack):
            candidates.update(tagged)
            findings.append(_mistagged(stack, key, there, tagged))
        findings += _judged(stack, key, there)
    findings += _foreign_aliases(stack, ours, found)
    findings += _foreign_keys(stack, ours, candidates, found)
    return tuple(findings)


def leaving(stack: str, declared: tuple[DeclaredKey, ...], found: Found) -> tuple[FoundKey, ...]:
    """Keys of the stack that no alias needs any more and that KMS is about to delete: no finding, but worth knowing."""
    ours = {key.alias for key in declared}
    return tuple(
        key
        for key in found.keys.values()
        if key.state in _LEAVING and _of_stack(key.tags, stack) and not _serves(key, ours, found)
    )


def _missing(stack: str, key: DeclaredKey, target: str | None, tagged: tuple[str, ...]) -> Finding:
    what = "there is no such alias" if target is None else f"it points at {target}, which is no key of this account"
    if tagged:
        what += f"; its tags are on {', '.join(tagged)}"
    return Finding(Kind.MISSING, key.alias, target, key.purpose, what, _put_back(stack, key, tagged, "create-alias"))


def _mistagged(stack: str, key: DeclaredKey, there: FoundKey, tagged: tuple[str, ...]) -> Finding:
    wrong = ", ".join(
        f"{name}={there.tags[name]:.80} instead of {value}" if name in there.tags else f"no {name}, {value} expected"
        for name, value in _tags(key, stack).items()
        if there.tags.get(name) != value
    )
    what = f"it points at a key that is tagged otherwise: {wrong}"
    if tagged:
        what += f"; the right tags are on {', '.join(tagged)}"
    remedy = "find out in CloudTrail who changed it (UpdateAlias, TagResource); then " + _put_back(
        stack, key, tagged, "update-alias"
    )
    return Finding(Kind.WRONG_TAGS, key.alias, there.id, key.purpose, what, remedy)


def _put_back(stack: str, key: DeclaredKey, tagged: tuple[str, ...], command: str) -> str:
    if len(tagged) == 1:
        return f"aws kms {command} --alias-name {key.alias} --target-key-id {tagged[0]}"
    return _converge(stack)


def _converge(stack: str) -> str:
    return f"pulumi up --refresh --stack {stack}"


def _judged(stack: str, key: DeclaredKey, there: FoundKey) -> Iterator[Finding]:
    def finding(kind: Kind, what: str, remedy: str) -> Finding:
        return Finding(kind, key.alias, there.id, key.purpose, what, remedy)

    if there.state in _LEAVING:
        yield finding(
            Kind.PENDING_DELETION,
            f"the key is deleted on {there.deletion or 'a day that KMS does not tell'}, and what it encrypted is lost",
            f"aws kms cancel-key-deletion --key-id {there.id}, then aws kms enable-key --key-id {there.id}",
        )
    elif there.state == _DISABLED:
        yield finding(
            Kind.DISABLED,
            "the key is disabled: nothing can be encrypted, decrypted or signed with it",
            f"find out why (CloudTrail: DisableKey), then aws kms enable-key --key-id {there.id}",
        )
    elif there.state != ENABLED:
        yield finding(
            Kind.UNUSABLE,
            f"the key's state is {there.state}",
            f"see aws kms describe-key --key-id {there.id}",
        )
    yield from (finding(kind, what, _anew(stack)) for kind, what in _made_otherwise(key, there))
    yield from _renewed(stack, key, there)
    if there.policy is not None and (parts := differences(rendered(*key.policy), there.policy)):
        yield finding(
            Kind.WRONG_POLICY,
            f"the key's policy is not the declared one: {'; '.join(parts)}",
            f"find out who changed it (CloudTrail: PutKeyPolicy), then {_converge(stack)}",
        )


def _anew(stack: str) -> str:
    return f"it cannot be changed: restore the alias to the key it had (CloudTrail: UpdateAlias), or replace the key ({_converge(stack)})"  # noqa: E501 - one sentence


def _made_otherwise(key: DeclaredKey, there: FoundKey) -> Iterator[tuple[Kind, str]]:
    """What is settled when a key is made."""
    if there.spec != key.spec:
        yield Kind.WRONG_SPEC, f"the key's spec is {there.spec} instead of {key.spec}"
    if there.usage != key.usage:
        yield Kind.WRONG_USAGE, f"the key's usage is {there.usage} instead of {key.usage}"
    if there.multi_region != key.multi_region:
        found, wanted = ("several regions", "one") if there.multi_region else ("one region", "several")
        yield Kind.WRONG_REGIONS, f"the key is of {found} instead of {wanted}"
    if there.store != key.store:
        yield Kind.WRONG_STORE, f"the key's material is kept {_kept(there.store)} instead of {_kept(key.store)}"


def _renewed(stack: str, key: DeclaredKey, there: FoundKey) -> Iterator[Finding]:
    if key.rotates and there.spec == _SYMMETRIC and there.rotates is False:
        kind, what = Kind.UNROTATED, "rotation of the key's material is off"
    elif there.rotates and there.rotation_period_days not in {None, key.rotation_period_days}:
        kind = Kind.ROTATION_PERIOD
        what = f"the material is rotated every {there.rotation_period_days} days instead of {key.rotation_period_days}"
    else:
        return
    yield Finding(kind, key.alias, there.id, key.purpose, what, _converge(stack))


def _kept(store: str | None) -> str:
    return f"in {store}" if store else "by KMS itself"


def _foreign_aliases(stack: str, ours: set[str], found: Found) -> Iterator[Finding]:
    for alias, target in sorted(found.aliases.items()):
        if not alias.startswith(_prefix(stack)) or alias in ours:
            continue
        key = found.keys.get(target)
        if key is not None and _neighbour(alias, key.tags, stack):
            continue
        yield Finding(
            Kind.FOREIGN_ALIAS,
            alias,
            target or None,
            None,
            "it has the stack's prefix, but the stack does not declare it",
            f"find out who needs it (CloudTrail: CreateAlias); then aws kms delete-alias --alias-name {alias}",
        )


def _neighbour(alias: str, tags: Mapping[str, str], stack: str) -> bool:
    """Whether an alias belongs to another stack, whose name begins with this one's: `prod-eu` beside `prod`."""
    other = tags.get("stack", "")
    return tags.get("project") == PART_OF and other.startswith(f"{stack}-") and alias.startswith(_prefix(other))


def _foreign_keys(stack: str, ours: set[str], candidates: set[str], found: Found) -> Iterator[Finding]:
    for key in sorted(found.keys.values(), key=lambda key: key.id):
        if key.state in _LEAVING or key.id in candidates:
            continue
        if _of_stack(key.tags, stack) and not _serves(key, ours, found):
            yield Finding(
                Kind.FOREIGN_KEY,
                f"key {key.id}",
                key.id,
                None,
                f"it is tagged as a key of this stack (purpose {key.tags.get('purpose', 'not told'):.80}), but no"
                " declared alias points at it",
                f"find out what it encrypts; then aws kms schedule-key-deletion --key-id {key.id}, or correct its tags",
            )


def _serves(key: FoundKey, ours: set[str], found: Found) -> bool:
    return any(found.aliases.get(alias) == key.id for alias in ours)


def _prefix(stack: str) -> str:
    return f"alias/{PART_OF}-{stack}-"


def _tags(key: DeclaredKey, stack: str) -> dict[str, str]:
    return {"project": PART_OF, "stack": stack, "purpose": key.purpose.value}


def _tagged(there: FoundKey, key: DeclaredKey, stack: str) -> bool:
    return all(there.tags.get(name) == value for name, value in _tags(key, stack).items())


def _of_stack(tags: Mapping[str, str], stack: str) -> bool:
    return tags.get("project") == PART_OF and tags.get("stack") == stack
