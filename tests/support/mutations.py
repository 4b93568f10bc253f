"""Changes of a compliant program, each of which breaks one rule: small steps, by type and name.

A path is `spec.template.spec.containers[0].image`; a key with dots in it is quoted: `metadata.labels["a.b/c"]`.
A step that finds nothing to change is an error: a mutation that changes nothing proves nothing.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any, TypeAlias

from guardrails.exemptions import Exemption
from guardrails.resources.base import Declared
from guardrails.resources.reading import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Callable

    from guardrails.model import Problem
    from tests.support.compliant import Program


class NotYetKnownError(Exception):
    """What a mutation would change is not known in a preview: what it is made of comes out of other resources."""


Change: TypeAlias = "Callable[[Program], Program]"
"""Makes another program of one."""

_STEP = re.compile(r'\.?(?:\["(?P<quoted>[^"]+)"\]|\[(?P<index>\d+)\]|(?P<key>[^.\[\]]+))')
_STACK = "urn:pulumi:producao::cartorio::"
_ABSENT = object()


@dataclass(frozen=True)
class Mutation:
    """A change that breaks exactly one rule.

    Attributes:
        rule: the rule's id.
        about: what is changed, in a few words.
        change: changes a program.
    """

    rule: str
    about: str
    change: Change


def setting(kind: str, name: str, path: str, value: object) -> Change:
    """Give a property of the resource of that type and name another value."""
    return changing(kind, name, lambda properties: _put(properties, path, value))


def removing(kind: str, name: str, path: str) -> Change:
    """Take a property away."""
    return changing(kind, name, lambda properties: _put(properties, path, _ABSENT))


def forgetting(kind: str, name: str, path: str) -> Change:
    """Make a property unknown until the update."""
    return setting(kind, name, path, UNKNOWN)


def within_json(kind: str, name: str, path: str, change: Callable[[dict[str, Any]], object]) -> Change:
    """Change a document that a property holds as JSON text, as IAM's policies are; `change` does it in place."""

    def changed(properties: dict[str, Any]) -> None:
        text = _get(properties, path)
        if text is UNKNOWN:
            raise NotYetKnownError(f"{path} of {kind} {name}")
        document = json.loads(text)
        change(document)
        _put(properties, path, json.dumps(document))

    return changing(kind, name, changed)


def changing(kind: str, name: str, change: Callable[[dict[str, Any]], object]) -> Change:
    """Change a copy of a resource's properties in place.

    Raises:
        NotYetKnownError: where it would change something, nothing is known yet.
    """

    def apply(program: Program) -> Program:
        found = one(program, kind, name)
        properties = copy.deepcopy(dict(found.properties))
        try:
            change(properties)
        except (TypeError, AttributeError) as error:
            if unknown_in(found.properties):
                raise NotYetKnownError(f"{kind} {name}: {error}") from error
            raise
        assert properties != found.properties, f"nothing of {kind} {name} is changed"
        # What came out of other resources and is written down now comes out of them no more.
        written = {
            key for key in properties if unknown_in(found.properties.get(key)) and not unknown_in(properties[key])
        }
        dependencies = {key: value for key, value in found.dependencies.items() if key not in written}
        return _replace(program, found, replace(found, properties=properties, dependencies=dependencies))

    return apply


def unknown_in(value: object) -> bool:
    """Whether anything in a value is not known."""
    if isinstance(value, Mapping):
        return any(map(unknown_in, value.values()))
    if isinstance(value, list):
        return any(map(unknown_in, value))
    return value is UNKNOWN


def unprotecting(kind: str, name: str) -> Change:
    """Let the engine delete a resource that was protected."""

    def apply(program: Program) -> Program:
        found = one(program, kind, name)
        assert found.protect, f"{kind} {name} is not protected"
        return _replace(program, found, replace(found, protect=False))

    return apply


def ignoring(kind: str, name: str, path: str) -> Change:
    """Have the engine ignore changes of a property."""

    def apply(program: Program) -> Program:
        found = one(program, kind, name)
        return _replace(program, found, replace(found, ignored=(*found.ignored, path)))

    return apply


def telling(key: str, value: str) -> Change:
    """Say something more in the stack's file, in clear text."""
    return lambda program: replace(program, configuration={**program.configuration, key: value})


def dropping(kind: str, name: str) -> Change:
    """Leave a resource out, and every dependency on it."""

    def apply(program: Program) -> Program:
        found = one(program, kind, name)
        return replace(program, declared=tuple(other for other in program.declared if other is not found))

    return apply


def adding(
    kind: str, name: str, properties: Mapping[str, Any], *, protect: bool = False, **dependencies: str
) -> Change:
    """Declare one more resource.

    Args:
        kind: its type.
        name: its name.
        properties: its properties.
        protect: the engine refuses to delete it.
        dependencies: for each property the `type::name` of the resource that its value comes from.
    """

    def apply(program: Program) -> Program:
        addresses = {key: (one(program, *of.rsplit("::", 1)).address,) for key, of in dependencies.items()}
        more = Declared(kind, name, f"{_STACK}{kind}::{name}", properties, addresses, protect)
        assert more.address not in {other.address for other in program.declared}
        return replace(program, declared=(*program.declared, more))

    return apply


def chart_setting(kind: str, name: str, path: str, value: object) -> Change:
    """Give a property of an object of the application's chart another value."""
    return chart_changing(kind, name, lambda manifest: _put(manifest, path, value))


def chart_removing(kind: str, name: str, path: str) -> Change:
    """Take a property of an object of the application's chart away."""
    return chart_changing(kind, name, lambda manifest: _put(manifest, path, _ABSENT))


def chart_changing(kind: str, name: str, change: Callable[[dict[str, Any]], object]) -> Change:
    """Change a copy of an object of the application's chart in place."""

    def apply(program: Program) -> Program:
        release, found = _in_chart(program, kind, name)
        manifest = copy.deepcopy(found)
        change(manifest)
        assert manifest != found, f"nothing of {kind} {name} in the chart is changed"
        inside = tuple(manifest if other is found else other for other in program.charts[release])
        return replace(program, charts={**program.charts, release: inside})

    return apply


def chart_dropping(kind: str, name: str) -> Change:
    """Leave an object of the application's chart out."""

    def apply(program: Program) -> Program:
        release, found = _in_chart(program, kind, name)
        inside = tuple(other for other in program.charts[release] if other is not found)
        return replace(program, charts={**program.charts, release: inside})

    return apply


def chart_adding(manifest: Mapping[str, Any]) -> Change:
    """One more object in the application's chart."""

    def apply(program: Program) -> Program:
        ((release, inside),) = program.charts.items()
        return replace(program, charts={release: (*inside, dict(manifest))})

    return apply


def unsigned(image: str) -> Change:
    """Nobody has signed an image that the program runs."""
    return lambda program: replace(program, unsigned=program.unsigned | {image})


def wrong_exemption(problem: Problem) -> Change:
    """The exemptions file has a problem."""
    return lambda program: replace(program, problems=(*program.problems, problem))


def exempting(kind: str, name: str, rule: str) -> Change:
    """Exempt a resource from a rule."""

    def apply(program: Program) -> Program:
        found = one(program, kind, name)
        entry = Exemption(rule, found.address, "It has to.", "ops@cartorio.example", "OPS-1", date(2026, 12, 31))
        return replace(program, exemptions=(*program.exemptions, entry))

    return apply


def together(*changes: Change) -> Change:
    """Several changes, one after the other."""

    def apply(program: Program) -> Program:
        for change in changes:
            program = change(program)
        return program

    return apply


def one(program: Program, kind: str, name: str) -> Declared:
    """The resource of that type and name."""
    found = [other for other in program.declared if other.type == kind and other.name == name]
    same_kind = sorted(other.name for other in program.declared if other.type == kind)
    assert len(found) == 1, f"{len(found)} of {kind} {name}; there are {same_kind}"
    return found[0]


def _in_chart(program: Program, kind: str, name: str) -> tuple[str, dict[str, Any]]:
    everything = [(release, each) for release, inside in program.charts.items() for each in inside]
    found = [
        (release, each) for release, each in everything if (each["kind"], each["metadata"]["name"]) == (kind, name)
    ]
    there = sorted(f"{each['kind']} {each['metadata']['name']}" for _, each in everything)
    assert len(found) == 1, f"{len(found)} of {kind} {name} in the chart; there are {there}"
    return found[0]


def _replace(program: Program, old: Declared, new: Declared) -> Program:
    return replace(program, declared=tuple(new if other is old else other for other in program.declared))


def _steps(path: str) -> list[str | int]:
    steps: list[str | int] = []
    at = 0
    while at < len(path):
        match = _STEP.match(path, at)
        assert match, f"no path: {path}"
        steps.append(int(match["index"]) if match["index"] else match["quoted"] or match["key"])
        at = match.end()
    return steps


def _get(properties: Any, path: str) -> Any:  # noqa: ANN401 - raw properties
    for step in _steps(path):
        properties = properties[step]
    return properties


def _put(properties: Any, path: str, value: object) -> None:  # noqa: ANN401 - raw properties
    *way, last = _steps(path)
    for step in way:
        if isinstance(properties, dict) and isinstance(step, str):
            properties = properties.setdefault(step, {})
        else:
            properties = properties[step]
    if value is _ABSENT:
        del properties[last]
    elif isinstance(properties, list) and last == len(properties):
        properties.append(value)
    else:
        properties[last] = value
