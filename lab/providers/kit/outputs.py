"""What a resource's outputs are: in a preview, after a call, and what a read says about inputs."""

from __future__ import annotations

from collections.abc import Mapping

from lab.providers.kit.check import DEFAULTS, without_internal
from lab.providers.kit.diff import is_absent, same
from lab.providers.kit.values import Value, has_secret, reveal, secret
from lab.providers.model import UNKNOWN, Schema


def preview_create(schema: Schema, inputs: Mapping[str, Value]) -> dict[str, Value]:
    """The outputs that a create will have, as far as they follow from the inputs."""
    unknown = dict.fromkeys(schema.outputs | schema.ignore_unset, UNKNOWN)
    objects = {name: dict.fromkeys(members, UNKNOWN) for name, members in schema.inner.items()}
    return mark(schema, {**unknown, **_within(objects, without_internal(inputs))}, inputs)


def preview_update(schema: Schema, state: Mapping[str, Value], inputs: Mapping[str, Value]) -> dict[str, Value]:
    """The outputs that an update will have: inputs are the new ones, volatile outputs unknown, others as they were."""
    after = without_internal(inputs)
    given_up = (schema.inputs.keys() | schema.derived.keys()) - schema.ignore_unset
    kept = {name: value for name, value in without_internal(state).items() if name not in given_up}
    before = reveal(state)
    objects = {
        name: {member: value for member, value in before[name].items() if member in members}
        for name, members in schema.inner.items()
        if isinstance(before.get(name), Mapping)
    }
    unknown = dict.fromkeys(schema.volatile, UNKNOWN)
    return mark(schema, {**kept, **unknown, **_within(objects, after)}, inputs, state)


def _within(objects: Mapping[str, Mapping[str, Value]], inputs: Mapping[str, Value]) -> dict[str, Value]:
    """`inputs` with further members inside their objects."""
    return {
        name: {**objects[name], **value} if name in objects and isinstance(value, Mapping) else value
        for name, value in inputs.items()
    }


def mark(schema: Schema, outputs: Mapping[str, Value], *sources: Mapping[str, Value]) -> dict[str, Value]:
    """Mark secret what the schema says, and what was secret under the same name in any of `sources`."""
    names = {name for source in sources for name, value in source.items() if has_secret(value)} | schema.secrets
    plain = without_internal(outputs)
    return {name: secret(reveal(value)) if name in names else value for name, value in plain.items()}


def settled(schema: Schema, properties: Mapping[str, Value], inputs: Mapping[str, Value]) -> dict[str, Value]:
    """The outputs after a create or an update: what the service said, and inputs that it does not tell back."""
    return mark(schema, {**without_internal(reveal(inputs)), **without_internal(properties)}, inputs)


def inputs_of(schema: Schema, state: Mapping[str, Value]) -> dict[str, Value]:
    """The inputs that a state stands for: what it has of the schema's, nulls and empty collections left out."""
    return {
        name: _given(schema, name, value)
        for name, value in state.items()
        if name in schema.inputs and not is_absent(schema, name, value)
    }


def _given(schema: Schema, name: str, value: Value) -> Value:
    """A value as a program gives it: without the members of an object that only the provider knows."""
    members = schema.inner.get(name, frozenset())
    if not (members and isinstance(value, Mapping)):
        return value
    return {member: item for member, item in value.items() if member not in members}


def refreshed(
    schema: Schema, properties: Mapping[str, Value], old_inputs: Mapping[str, Value], old_state: Mapping[str, Value]
) -> tuple[dict[str, Value], dict[str, Value]]:
    """The inputs and outputs after a read.

    An input whose output did not change since the last update stays as the program gave it (same JSON, other spaces);
    one that changed takes the service's value, so that the next preview shows the drift. Without old inputs (import,
    look-up) the inputs are whatever the service says.
    """
    known = without_internal(reveal(old_state))
    found = without_internal(properties)
    outputs = mark(schema, found, old_inputs, old_state)
    if not old_inputs:
        return inputs_of(schema, outputs), outputs
    inputs = dict(old_inputs)
    given = without_internal(reveal(old_inputs))
    for name in schema.inputs:
        if same(schema, name, known.get(name, given.get(name)), found.get(name)):
            continue
        if name not in given and name in schema.ignore_unset:
            continue
        if is_absent(schema, name, found.get(name)):
            inputs.pop(name, None)
        else:
            inputs[name] = _given(schema, name, outputs[name])
    filled = reveal(old_inputs.get(DEFAULTS)) or []
    inputs[DEFAULTS] = [name for name in filled if name in inputs]
    return inputs, outputs
