"""IAM's policy documents, read once and strictly: who may do what with what, and under which conditions.

Grammar: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html. What does not follow it is a
problem of the document, never a guess: AWS refuses it later, or reads it as something else than its author meant.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Never

from guardrails.resources.reading import UNKNOWN, Unknown

_VERSIONS: Final = ("2012-10-17", "2008-10-17")  # no set: what is asked about may be no text, and hash to nothing
_DOCUMENT: Final = frozenset({"Version", "Id", "Statement"})
_STATEMENT: Final = frozenset(
    {
        *("Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction"),
        *("Resource", "NotResource", "Condition"),
    }
)
_PRINCIPALS: Final = frozenset({"AWS", "Service", "Federated", "CanonicalUser"})
_DEPTH: Final = 16


@dataclass(frozen=True, slots=True)
class Condition:
    """One test of a statement: `StringEquals` of `aws:sourceaccount` against values. Keys are in lower case."""

    operator: str
    key: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement. Actions are in lower case; a principal is its kind and itself, as `("AWS", "*")`.

    Args:
        path: where it is, as `policy.Statement[0]`.
        sid: its name.
        allows: its effect is Allow.
        actions: what it is about.
        all_but_actions: it is about everything but those (NotAction).
        resources: with what.
        all_but_resources: with everything but those (NotResource).
        principals: for whom; empty in a policy of an identity.
        all_but_principals: for everybody but those (NotPrincipal).
        conditions: all of which have to hold.
    """

    path: str
    sid: str
    allows: bool
    actions: tuple[str, ...]
    all_but_actions: bool
    resources: tuple[str, ...]
    all_but_resources: bool
    principals: tuple[tuple[str, str], ...]
    all_but_principals: bool
    conditions: tuple[Condition, ...]

    @property
    def title(self) -> str:
        """How a person finds it."""
        return f'statement "{self.sid}"' if self.sid else "a statement"


@dataclass(frozen=True, slots=True)
class Document:
    """A policy.

    Args:
        path: the property that holds it.
        statements: its statements; none when there is a problem.
        problem: why it cannot be read; empty when it can.
    """

    path: str
    statements: tuple[Statement, ...]
    problem: str = ""

    @property
    def allowed(self) -> tuple[Statement, ...]:
        """The statements that allow."""
        return tuple(statement for statement in self.statements if statement.allows)


class _GrammarError(Exception):
    """The document does not follow the grammar. Never quotes a value: it may be secret."""


def read_document(value: object, path: str) -> Document | Unknown:
    """Read a document.

    Args:
        value: JSON text, or the object itself, which may hold values that are not known yet.
        path: the property that holds it.
    """
    if isinstance(value, str):
        return _from_text(value, path)
    if _has_unknown(value, _DEPTH):
        return UNKNOWN
    return _parsed(value, path)


@lru_cache(maxsize=4096)
def _from_text(text: str, path: str) -> Document:
    try:
        value = json.loads(text, object_pairs_hook=_object, parse_constant=_constant)
    except json.JSONDecodeError as error:
        return Document(path, (), f"it is not JSON: {error.msg} at character {error.pos}")
    except RecursionError:
        return Document(path, (), "it is nested too deeply")
    except (ValueError, _GrammarError) as error:
        return Document(path, (), str(error))
    return _parsed(value, path)


def _parsed(value: object, path: str) -> Document:
    try:
        return Document(path, tuple(_statements(value, path)))
    except _GrammarError as error:
        return Document(path, (), str(error))


def _statements(value: object, path: str) -> list[Statement]:
    document = _keys(value, _DOCUMENT, "the document")
    if document.get("Version", "2008-10-17") not in _VERSIONS:
        raise _GrammarError("its Version is none of IAM's")
    statements = document.get("Statement")
    if isinstance(statements, Mapping):
        statements = [statements]
    if not isinstance(statements, (list, tuple)) or not statements:
        raise _GrammarError("it has no Statement")
    return [_statement(member, f"{path}.Statement[{index}]") for index, member in enumerate(statements)]


def _statement(value: object, path: str) -> Statement:
    raw = _keys(value, _STATEMENT, "a statement")
    effect, sid = raw.get("Effect"), raw.get("Sid", "")
    if effect not in ("Allow", "Deny"):
        raise _GrammarError("the Effect of a statement is neither Allow nor Deny")
    if not isinstance(sid, str):
        raise _GrammarError("the Sid of a statement is no text")
    actions, all_but_actions = _either(raw, "Action", needed=True)
    resources, all_but_resources = _either(raw, "Resource", needed=False)
    return Statement(
        path=path,
        sid=sid,
        allows=effect == "Allow",
        actions=tuple(action.lower() for action in actions),
        all_but_actions=all_but_actions,
        resources=resources,
        all_but_resources=all_but_resources,
        principals=_principals(raw.get("Principal", raw.get("NotPrincipal"))),
        all_but_principals="NotPrincipal" in raw,
        conditions=tuple(_conditions(raw.get("Condition"))),
    )


def _either(raw: Mapping[str, Any], key: str, *, needed: bool) -> tuple[tuple[str, ...], bool]:
    there = [name for name in (key, f"Not{key}") if name in raw]
    if len(there) > 1 or (needed and not there):
        raise _GrammarError(f"a statement needs either {key} or Not{key}" if needed else f"both {key} and Not{key}")
    return (_texts(raw[there[0]], key), there[0] != key) if there else ((), False)


def _principals(value: object) -> tuple[tuple[str, str], ...]:
    if value is None:
        return ()
    if value == "*":
        return (("*", "*"),)
    members = _keys(value, _PRINCIPALS, "a Principal")
    return tuple((kind, name) for kind, names in members.items() for name in _texts(names, "Principal"))


def _conditions(value: object) -> list[Condition]:
    if value is None:
        return []
    if not isinstance(value, Mapping):
        raise _GrammarError("a Condition is no object")
    found = []
    for operator, tests in value.items():
        if not isinstance(tests, Mapping):
            raise _GrammarError("an operator of a Condition is no object")
        found += [Condition(operator, str(key).lower(), _values(values)) for key, values in tests.items()]
    return found


def _values(value: object) -> tuple[str, ...]:
    members = value if isinstance(value, (list, tuple)) else (value,)
    if not all(isinstance(member, (str, bool, int, float)) for member in members):
        raise _GrammarError("a value of a Condition is neither text, number nor boolean")
    return tuple(str(member).lower() if isinstance(member, bool) else str(member) for member in members)


def _texts(value: object, what: str) -> tuple[str, ...]:
    members = value if isinstance(value, (list, tuple)) else (value,)
    if not members or not all(isinstance(member, str) and member for member in members):
        raise _GrammarError(f"{what} is neither a text nor a list of texts")
    return tuple(members)


def _keys(value: object, known: frozenset[str], what: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise _GrammarError(f"{what} is no object")
    if not known >= value.keys():
        raise _GrammarError(f"{what} has keys that IAM does not know")
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _GrammarError("an object has the same key twice")
    return found


def _constant(_name: str) -> Never:
    raise _GrammarError("it has a number that is none")


def _has_unknown(value: object, depth: int) -> bool:
    if isinstance(value, Unknown):
        return True
    if depth == 0:
        return False
    if isinstance(value, Mapping):
        return any(_has_unknown(member, depth - 1) for member in value.values())
    return isinstance(value, (list, tuple)) and any(_has_unknown(member, depth - 1) for member in value)
