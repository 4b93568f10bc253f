"""Inputs as the program gives them -> inputs as the provider takes them, or what is wrong with each.

Like the official providers, checked inputs carry `__defaults`: the names that the provider filled in. It tells an
automatic name from a chosen one, so that the next update keeps it and a replacement makes a new one.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from lab.providers.kit import naming
from lab.providers.kit.sdk_types import to_shape
from lab.providers.kit.shapes import STRING, Shape, Violation, violations
from lab.providers.kit.values import Value, has_secret, has_unknown, reveal, secret
from lab.providers.model import UNKNOWN, Provider, ResourceError, ResourceType, Schema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from lab.providers.kit.naming import Naming

DEFAULTS = "__defaults"
_ENGINES_SETTINGS = frozenset({"version", "pluginDownloadURL", "pluginChecksums"})
_INTERNAL = "__"  # the engine's and the bridge's own bookkeeping, never a resource's property


def without_internal(properties: Mapping[str, Value]) -> dict[str, Value]:
    """The properties without bookkeeping and without nulls (null is absent)."""
    return {key: value for key, value in properties.items() if not key.startswith(_INTERNAL) and value is not None}


def check(
    kind: ResourceType, news: Mapping[str, Value], olds: Mapping[str, Value], wish: Naming
) -> tuple[dict[str, Value], tuple[Violation, ...]]:
    """Complete and judge the inputs of a resource.

    Args:
        kind: the resource's type.
        news: the program's inputs; unknowns and secrets may stand anywhere.
        olds: the checked inputs of the last update, empty for a new resource or a replacement.
        wish: what an automatic name is made from.

    Returns:
        The inputs with defaults, automatic name and derived properties, secrets marked; and the violations.
    """
    schema = kind.schema
    inputs = without_internal(news)
    for name in schema.derived:
        inputs.pop(name, None)  # an import or an engine's replay may carry them; they are computed anew
    found = list(_schema_violations(kind.token, schema, inputs))
    filled = _defaults(schema, inputs)
    if schema.autoname is not None and schema.autoname not in inputs:
        try:
            filled[schema.autoname] = _kept_name(schema, olds) or naming.automatic(schema, wish)
        except naming.NamingError as error:
            found.append(Violation((schema.autoname,), str(error)))
    inputs.update(filled)
    if not found:
        found.extend(_complete(schema, inputs))
    if not found and not has_unknown(inputs):
        found.extend(Violation((name,), reason) for name, reason in kind.check(reveal(inputs)).items())
    checked: dict[str, Value] = {
        name: secret(value) if name in schema.secrets else value for name, value in inputs.items()
    }
    checked[DEFAULTS] = sorted(filled)
    return checked, tuple(found)


def _defaults(schema: Schema, inputs: Mapping[str, Value]) -> dict[str, Value]:
    """What the provider fills in; a default made from secrets is secret."""
    filled: dict[str, Value] = {}
    for name, default in schema.defaults.items():
        if name in inputs:
            continue
        if not callable(default):
            filled[name] = default
            continue
        value = default(reveal(inputs))
        filled[name] = secret(value) if has_secret(inputs) else value
    return {name: value for name, value in filled.items() if value is not None}


def _complete(schema: Schema, inputs: dict[str, Value]) -> Iterator[Violation]:
    """Transform inputs and add derived ones, in place; what is made of secrets is secret."""
    for name in schema.transforms.keys() & inputs.keys():
        try:
            inputs[name] = _transformed(schema.transforms[name], inputs[name])
        except (ResourceError, ValueError) as error:
            yield Violation((name,), str(error))
    plain = reveal(inputs)
    from_secrets = has_secret(inputs)
    for name, derive in schema.derived.items():
        value = derive(plain)
        if value is not None:
            inputs[name] = secret(value) if from_secrets else value


def _transformed(transform: Callable[[Value], Value], value: Value) -> Value:
    result = UNKNOWN if has_unknown(value) else transform(reveal(value))
    return secret(result) if has_secret(value) else result


def _schema_violations(token: str, schema: Schema, inputs: Mapping[str, Value]) -> Iterator[Violation]:
    for name, value in inputs.items():
        if name in schema.inputs:
            yield from violations(to_shape(schema.inputs[name]), value, (name,))
        else:
            known = ", ".join(sorted(schema.inputs))
            reason = f"the lab's provider does not support the property `{name}` of {token}; it supports {known}"
            yield Violation((name,), reason)
    for name in sorted(schema.required - inputs.keys() - schema.defaults.keys()):
        if name != schema.autoname:
            yield Violation((name,), f"the required property `{name}` of {token} is missing")


def _kept_name(schema: Schema, olds: Mapping[str, Value]) -> Value:
    """The automatic name of the last update, when that one was automatic."""
    automatic = reveal(olds.get(DEFAULTS)) or ()
    return olds.get(schema.autoname) if schema.autoname is not None and schema.autoname in automatic else None


def check_configuration(
    provider: Provider, news: Mapping[str, Value]
) -> tuple[dict[str, Value], tuple[Violation, ...]]:
    """Judge a provider's settings; the engine adds some of its own (`version`)."""
    given = without_internal(news)
    found: list[Violation] = []
    for name in given.keys() - _ENGINES_SETTINGS:
        if name not in provider.configuration:
            known = ", ".join(sorted(provider.configuration)) or "none at all"
            reason = f"the lab's provider {provider.name} does not support the setting `{name}`; it supports {known}"
            found.append(Violation((name,), reason))
    settings = configuration(provider, given)
    for name, value in settings.items():
        found.extend(violations(to_shape(provider.configuration[name]), value, (name,)))
    if not found:
        found.extend(Violation((name,), reason) for name, reason in provider.check(settings).items())
    return {name: secret(value) if name in provider.secrets else value for name, value in given.items()}, tuple(found)


def configuration(provider: Provider, given: Mapping[str, Value]) -> dict[str, Value]:
    """The provider's own settings, plain. SDKs send those that aren't strings as JSON text."""
    return {
        name: _decoded(reveal(value), to_shape(provider.configuration[name]))
        for name, value in without_internal(given).items()
        if name in provider.configuration
    }


def _decoded(value: Value, shape: Shape) -> Value:
    if not isinstance(value, str) or shape == STRING:
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value
