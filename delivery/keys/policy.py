"""Whether two key policies mean the same; and if not, where they differ. Never shows a policy as a whole.

Statements are told apart by their Sid; the order of statements and lists, a list of one, a boolean written as a text,
the case of actions and of condition keys, and the two ways to name an account mean nothing:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_ROOT = re.compile(r"arn:[^:]+:iam::(\d{12}):root")
_ACTIONS = ("Action", "NotAction")
_SHOWN = 5  # actions named for one statement
_LONGEST = 80  # characters of a name that somebody else chose

Normal = dict[str, object]


def differences(declared: Mapping[str, object], found: str) -> tuple[str, ...]:
    """What of the policy `found` (JSON) is not as `declared`; empty if they mean the same."""
    try:
        document = json.loads(found)
    except ValueError:
        return ("it is not JSON",)
    if not isinstance(document, dict):
        return ("it is not a JSON object",)
    expected, actual = _by_sid(declared), _by_sid(document)
    result = [] if document.get("Version") == declared.get("Version") else ["Version"]
    for sid, (wanted, *_) in expected.items():
        there = actual.get(sid, [])
        if not there:
            result.append(f"statement {sid} is missing")
        elif parts := _parts(wanted, there[0]):
            result.append(f"statement {sid} differs in {', '.join(parts)}")
    for sid, there in actual.items():
        name = f"statement {sid:.{_LONGEST}}" if sid else "a statement without Sid"
        if sid not in expected:
            result.append(f"{name} is not declared")
        elif len(there) > 1:
            result.append(f"{name} is there {len(there)} times")
    return tuple(result)


def _by_sid(document: Mapping[str, object]) -> dict[str, list[Normal]]:
    result: dict[str, list[Normal]] = {}
    for statement in _many(document.get("Statement")):
        normal = _normal(statement) if isinstance(statement, dict) else {}
        result.setdefault(str(normal.pop("Sid", "")), []).append(normal)
    return result


def _parts(wanted: Normal, there: Normal) -> Iterable[str]:
    parts = []
    for name in sorted({*wanted, *there}):
        one, other = wanted.get(name), there.get(name)
        if one == other:
            continue
        if name in _ACTIONS and isinstance(one, frozenset) and isinstance(other, frozenset):
            parts.append(f"{name} ({_compared(one, other)})")
        else:
            parts.append(f"{name:.{_LONGEST}}")
    return parts


def _compared(wanted: frozenset[str], there: frozenset[str]) -> str:
    told = [("more", sorted(there - wanted)), ("lacking", sorted(wanted - there))]
    return "; ".join(f"{word}: {_named(names)}" for word, names in told if names)


def _named(names: list[str]) -> str:
    rest = len(names) - _SHOWN
    shown = ", ".join(f"{name:.{_LONGEST}}" for name in names[:_SHOWN])
    return f"{shown} and {rest} more" if rest > 0 else shown


def _normal(statement: Mapping[str, object]) -> Normal:
    return {name: _element(name, value) for name, value in statement.items()}


def _element(name: str, value: object) -> object:
    if name in {"Sid", "Effect"}:
        return value
    if name in _ACTIONS:
        return frozenset(text.lower() for text in _texts(value))
    if name in {"Principal", "NotPrincipal"}:
        kinds = value if isinstance(value, dict) else {"AWS": value}
        return {kind: frozenset(_ROOT.sub(r"\1", text) for text in _texts(who)) for kind, who in kinds.items()}
    if name == "Condition" and isinstance(value, dict):
        return {
            operator: {key.lower(): _texts(values) for key, values in keys.items()} if isinstance(keys, dict) else keys
            for operator, keys in value.items()
        }
    return _texts(value)


def _texts(value: object) -> frozenset[str]:
    return frozenset(item if isinstance(item, str) else json.dumps(item, sort_keys=True) for item in _many(value))


def _many(value: object) -> list[object]:
    return list(value) if isinstance(value, list | tuple) else [value]
