"""JSON documents as properties: given as text or object, compared by meaning.

Policies: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html; two are the same when they
differ only in key order, white space, the order inside a set of values, one value written alone or in a list, and an
account number for its root's ARN. Lifecycle policies of a registry: the order of rules and filled-in descriptions.
"""

from __future__ import annotations

import json
import re
from typing import Any

from lab.providers.model import ResourceError

_ROOT = re.compile(r"arn:aws[a-z-]*:iam::(\d{12}):root")


def text(value: Any) -> str:  # noqa: ANN401 - JSON
    """The text of a document that may be given as an object (the SDK's `PolicyDocumentArgs`)."""
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))


def problem(value: Any) -> str | None:  # noqa: ANN401 - JSON
    """What is wrong with the document's form, None when nothing is."""
    if not isinstance(value, str):
        return None if isinstance(value, dict) else "is neither JSON text nor an object"
    try:
        document = json.loads(value)
    except ValueError as error:
        return f"is no JSON: {error}"
    return None if isinstance(document, dict) else "is JSON, but no object"


def same_policy(left: Any, right: Any) -> bool:  # noqa: ANN401 - JSON
    """Whether two IAM policy documents mean the same; anything that is no JSON is compared as it stands."""
    return _compare(left, right, _policy)


def same_json(left: Any, right: Any) -> bool:  # noqa: ANN401 - JSON
    """Whether two documents are the same but for white space and the order of keys."""
    return _compare(left, right, lambda document: document)


def same_lifecycle(left: Any, right: Any) -> bool:  # noqa: ANN401 - JSON
    """Whether two lifecycle policies of a registry mean the same."""
    return _compare(left, right, _lifecycle)


def normal(value: Any) -> str:  # noqa: ANN401 - JSON
    """The document as the API's answers are stored when nothing better is known: sorted keys, no white space.

    Raises:
        ResourceError: it is no JSON.
    """
    try:
        document = json.loads(value) if isinstance(value, str) else value
    except ValueError as error:
        raise ResourceError(f"the service answered with a document that is no JSON: {error}") from error
    return json.dumps(document, sort_keys=True, separators=(",", ":"))


def _compare(left: Any, right: Any, canonical: Any) -> bool:  # noqa: ANN401 - JSON
    if left == right:
        return True
    try:
        one = json.loads(left) if isinstance(left, str) else left
        two = json.loads(right) if isinstance(right, str) else right
    except ValueError:
        return False
    return bool(canonical(one) == canonical(two))


def _policy(document: Any) -> Any:  # noqa: ANN401 - JSON
    if not isinstance(document, dict):
        return document
    result = {name: value for name, value in document.items() if name != "Statement"}
    statements = document.get("Statement", [])
    statements = statements if isinstance(statements, list) else [statements]
    # The order of statements has no meaning: a policy is the union of them.
    result["Statement"] = sorted((_frozen(_statement(item)) for item in statements), key=repr)
    return result


def _statement(statement: Any) -> Any:  # noqa: ANN401 - JSON
    if not isinstance(statement, dict):
        return statement
    result: dict[str, Any] = {}
    for name, value in statement.items():
        if name in {"Action", "NotAction"}:
            result[name] = _values(value, str.lower)  # action names are case-insensitive
        elif name in {"Resource", "NotResource"}:
            result[name] = _values(value)
        elif name in {"Principal", "NotPrincipal"}:
            result[name] = _principal(value)
        elif name == "Condition" and isinstance(value, dict):
            result[name] = {operator: _condition(keys) for operator, keys in value.items()}
        elif not (name == "Sid" and value == ""):
            result[name] = value
    return result


def _principal(value: Any) -> Any:  # noqa: ANN401 - JSON
    if not isinstance(value, dict):
        return value
    return {kind: _values(names, _account if kind == "AWS" else str) for kind, names in value.items()}


def _account(name: str) -> str:
    root = _ROOT.fullmatch(name)
    return root[1] if root else name


def _condition(keys: Any) -> Any:  # noqa: ANN401 - JSON
    if not isinstance(keys, dict):
        return keys
    # Condition keys are case-insensitive; booleans and numbers mean their text.
    return {name.lower(): _values(values, _scalar) for name, values in keys.items()}


def _scalar(value: Any) -> str:  # noqa: ANN401 - JSON
    return value if isinstance(value, str) else json.dumps(value)


def _values(value: Any, canonical: Any = str) -> Any:  # noqa: ANN401 - JSON
    items = value if isinstance(value, list) else [value]
    return frozenset(canonical(item) if isinstance(item, str | bool | int | float) else repr(item) for item in items)


def _frozen(value: Any) -> Any:  # noqa: ANN401 - JSON
    """Sortable whatever the order of keys."""
    if isinstance(value, dict):
        return tuple(sorted((str(name), _frozen(item)) for name, item in value.items()))
    if isinstance(value, frozenset):
        return ("set", *sorted(value))
    if isinstance(value, list):
        return ("list", *(_frozen(item) for item in value))
    return json.dumps(value)


def _lifecycle(document: Any) -> Any:  # noqa: ANN401 - JSON
    if not isinstance(document, dict) or not isinstance(document.get("rules"), list):
        return document
    rules = [
        {name: value for name, value in rule.items() if not (name == "description" and value == "")}
        if isinstance(rule, dict)
        else rule
        for rule in document["rules"]
    ]
    return {**document, "rules": sorted(rules, key=lambda rule: json.dumps(rule, sort_keys=True))}
