"""Steps of the engine -> the changes of a plan: one a resource, with the properties that change and why it is replaced.

Format: `StepEventMetadata` of github.com/pulumi/pulumi/sdk/v3 v3.259.0, go/common/apitype/events.go. A replacement
comes as several steps (create-replacement, replace, delete-replaced), which are one change here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from delivery.plan import values
from delivery.plan.model import Change, Operation, Property, PropertyKind
from delivery.plan.names import Names
from delivery.plan.paths import MISSING, Steps, at, differences, steps, written

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_OPERATIONS: Final = {
    "create": Operation.CREATE,
    "update": Operation.UPDATE,
    "replace": Operation.REPLACE,
    "create-replacement": Operation.REPLACE,
    "import-replacement": Operation.REPLACE,
    "import": Operation.IMPORT,
    "delete": Operation.DELETE,
    # Of a resource that nothing is made in place of: what an interrupted update left behind.
    "delete-replaced": Operation.DELETE,
}
_RANK: Final = (
    *("create-replacement", "import-replacement", "replace", "update", "create", "import", "delete", "delete-replaced"),
    "same",
)
_Leaf = tuple[Steps, Any, Any]
_STACK: Final = "pulumi:pulumi:Stack"


def changes(steps_of_engine: Iterable[Mapping[str, Any]]) -> tuple[Change, ...]:
    """The changes, in order of their URNs.

    Args:
        steps_of_engine: `StepEventMetadata` of each step.
    """
    decisive: dict[str, Mapping[str, Any]] = {}
    for step in steps_of_engine:
        if step["op"] not in _RANK:
            continue  # reads and refreshes change nothing
        known = decisive.get(step["urn"])
        if known is None or _RANK.index(step["op"]) < _RANK.index(known["op"]):
            decisive[step["urn"]] = step
    names = _names(decisive)
    found = (_change(step, names) for _, step in sorted(decisive.items()))
    return tuple(change for change in found if change is not None)


def _names(decisive: Mapping[str, Mapping[str, Any]]) -> Names:
    found: dict[str, str] = {}
    for urn, step in sorted(decisive.items()):
        for path, name in values.assigned((step.get("new") or {}).get("inputs")).items():
            found.setdefault(name, f"[{path} of {urn}]")
    return Names(found)


def _change(step: Mapping[str, Any], names: Names) -> Change | None:
    old, new = step.get("old") or {}, step.get("new") or {}
    unprotects = bool(old.get("protect")) and bool(new) and not new.get("protect")
    if step["op"] == "same" and not unprotects:
        return None
    operation = Operation.UPDATE if step["op"] == "same" else _OPERATIONS[step["op"]]
    shown = new or old
    return Change(
        operation=operation,
        urn=step["urn"],
        type=step["type"],
        parent=shown.get("parent") or "",
        custom=bool(shown.get("custom")),
        protected=bool((old or new).get("protect")),
        unprotects=unprotects,
        retained=bool(old.get("retainOnDelete")),
        replace_keys=tuple(sorted(_replace_keys(step))) if operation is Operation.REPLACE else (),
        properties=() if step["type"] == _STACK or step["op"] == "same" else _properties(step, operation, names),
    )


def _replace_keys(step: Mapping[str, Any]) -> set[str]:
    detailed = step.get("detailedDiff") or {}
    found = {path for path, diff in detailed.items() if diff["diffKind"].endswith("-replace")}
    return found or set(step.get("keys") or ())


def _properties(step: Mapping[str, Any], operation: Operation, names: Names) -> tuple[Property, ...]:
    if operation is Operation.DELETE:
        return ()
    old, new, type_ = step.get("old") or {}, step.get("new") or {}, step["type"]
    chosen = frozenset(values.assigned(new.get("inputs")))
    after = values.plain(type_, new.get("inputs"))
    before = values.plain(type_, old.get("inputs")) if old else {}
    if operation in {Operation.CREATE, Operation.IMPORT}:
        added = [leaf for leaf in differences(MISSING, after) if leaf[0]]
        return tuple(_property(leaf, (), chosen, names) for leaf in added)
    keys = _replace_keys(step) if operation is Operation.REPLACE else set()
    named: list[_Leaf] = []
    state = values.plain(type_, old.get("outputs"))
    for path, diff in sorted((step.get("detailedDiff") or {}).items()):
        taken = steps(path)
        # What the provider compares the new inputs with: the old ones, or the state as it found it.
        was = at(before if diff.get("inputDiff") else state, taken)
        named += _leaves(taken, was, at(after, taken), diff["diffKind"])
    if not named:
        tops = set(step.get("diffs") or ()) | set(step.get("keys") or ())
        for name in sorted(tops):
            taken = steps(name)
            named += _leaves(taken, at(before, taken), at(after, taken), "update")
    if not named:
        named = [leaf for leaf in differences(before, after) if leaf[0]]
    unique = {written(leaf[0]): _property(leaf, keys, chosen, names) for leaf in named}
    return tuple(unique[path] for path in sorted(unique))


def _leaves(taken: Steps, was: Any, there: Any, kind: str) -> list[_Leaf]:  # noqa: ANN401 - JSON
    """Where two values differ; the place itself when no difference can be seen, as between two secrets."""
    if kind.startswith("add"):
        was = MISSING
    elif kind.startswith("delete"):
        there = MISSING
    return list(differences(was, there, taken)) or [(taken, was, there)]


def _property(leaf: _Leaf, keys: Iterable[str], chosen: frozenset[str], names: Names) -> Property:
    taken, was, there = leaf
    path = written(taken)
    kept = PropertyKind.DELETE if there is MISSING else PropertyKind.UPDATE
    return Property(
        path=path,
        kind=PropertyKind.ADD if was is MISSING else kept,
        replaces=any(_within(taken, steps(key)) for key in keys),
        assigned=path in chosen,
        before=None if was is MISSING else values.value(was, names),
        after=None if there is MISSING else values.value(there, names),
    )


def _within(taken: Steps, around: Steps) -> bool:
    return taken[: len(around)] == around
