"""The digest of a plan: SHA-256 over canonical JSON of what will be done, so that what is approved is what is done.

Canonical is as in RFC 8785 for what occurs here (texts and truth values): sorted keys, no spaces, UTF-8. Left out is
what may differ between two previews of the same thing: names that a provider chooses (where one occurs elsewhere, whose
it is stands in its place), what policies say, times and versions.
The values of secrets are not in it either: nothing outside the engine sees them. That one changes, is.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from delivery.plan.names import Names

if TYPE_CHECKING:
    from collections.abc import Iterable

    from delivery.plan.model import Change, Property, Value


def digest(project: str, stack: str, changes: Iterable[Change]) -> str:
    """`sha256:...` of what these changes, in whatever order, do to a stack."""
    found = sorted(changes, key=lambda change: change.urn)
    names = Names.of({change.urn: change.properties for change in found})
    document = {"project": project, "stack": stack, "changes": [_change(change, names) for change in found]}
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return f"sha256:{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()}"


def _change(change: Change, names: Names) -> dict[str, object]:
    return {
        "operation": change.operation.value,
        "urn": change.urn,
        "type": change.type,
        "parent": change.parent,
        "protected": change.protected,
        "unprotects": change.unprotects,
        "retained": change.retained,
        "replaceKeys": sorted(change.replace_keys),
        "properties": [_property(one, names) for one in change.properties if not one.assigned],
    }


def _property(one: Property, names: Names) -> dict[str, object]:
    return {
        "path": one.path,
        "kind": one.kind.value,
        "replaces": one.replaces,
        "before": _value(one.before, names),
        "after": _value(one.after, names),
    }


def _value(value: Value | None, names: Names) -> list[str] | None:
    return None if value is None else [value.state.value, value.sha256 or names.replaced(value.text)]
