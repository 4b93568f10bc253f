"""No input, however odd, crashes a rule or changes the verdict with its order.

Each rule is called by itself, so that whatever it raises is seen (the judge would make a finding of it). The inputs are
the catalogue's own examples, with each value in turn, wherever it is, replaced by each of some odd ones: a rule meets
what it judges, broken at every place. What is broken in several places at once, and in which order, is drawn.
"""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guardrails.catalogue import CATALOGUE
from guardrails.examples import declared_in
from guardrails.judge import judge
from guardrails.model import Context, Exempted, Profile
from guardrails.resources.base import Declared, Stack
from guardrails.resources.helm import HelmError, StandInError
from guardrails.resources.parse import parse
from guardrails.resources.reading import UNKNOWN, Asset
from tests.support.policies import NOW, REGISTRIES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from guardrails.model import Example, Finding
    from guardrails.resources.base import Resource

ODD: Final[tuple[object, ...]] = (UNKNOWN, None, {}, [], "*", -1, True, [UNKNOWN], {"": None})
EXAMPLES: Final = tuple(example for policy in CATALOGUE for example in (policy.failing, policy.passing))
MATERIAL: Final = tuple(one for example in EXAMPLES for one in declared_in(example))
CONTEXT: Final = Context(Profile.PRODUCAO, NOW, REGISTRIES, tags=("owner",))
AREAS: Final = sorted({policy.id.partition("/")[0] for policy in CATALOGUE})
DRAWN: Final = st.recursive(
    st.sampled_from([None, True, False, 0, -1, 1.5, "", "*", "x", "{}", "[]", '{"Statement": 1}', "1Gi", UNKNOWN])
    | st.floats()
    | st.text(max_size=6)
    | st.just(Asset("text", "a: 1")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


class Charts:
    """A renderer without any chart: one of a repository has a stand-in, of the project's own none can be rendered."""

    def render(self, name: str, properties: Mapping[str, Any]) -> tuple[Any, ...]:
        error = StandInError if properties.get("repositoryOpts") else HelmError
        raise error(f"{name} cannot be rendered", "Render it elsewhere.")


def _places(value: object) -> Iterator[tuple[Any, Any]]:
    """Each container of a tree with each of its keys."""
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, member in members:
        yield value, key
        yield from _places(member)


def _broken(example: Example) -> Iterator[tuple[tuple[Resource, ...], tuple[Declared, ...]]]:
    """The example as it is, and once for each place and odd value; each time what is broken, and everything."""
    whole = declared_in(example)
    yield tuple(found for one in whole for found in parse(one, Charts())), whole
    for number, one in enumerate(whole):
        properties = copy.deepcopy(dict(one.properties))
        changed = replace(one, properties=properties)
        everything = (*whole[:number], changed, *whole[number + 1 :])
        for container, key in list(_places(properties)):
            before = container[key]
            for odd in ODD:
                container[key] = odd
                yield parse(changed, Charts()), everything
            container[key] = before


def _context(example: Example) -> Context:
    exempted = (Exempted("urn:x", "x", "spec", one.rule, str(one)) for one in example.exemptions)
    told = dict(example.configuration)
    return replace(CONTEXT, problems=example.problems, exempted=tuple(exempted), configuration=told)


def _asked(
    area: str, resources: Sequence[Resource], declared: Sequence[Declared], context: Context
) -> Iterator[tuple[str, Finding]]:
    parsed = tuple(found for one in declared for found in parse(one, Charts()))
    everything = (*resources, Stack("", "", "the stack", parsed, tuple(declared)))
    for policy in CATALOGUE:
        if policy.id.startswith(f"{area}/"):
            for resource in everything:
                if isinstance(resource, policy.resource_types):
                    yield from ((policy.id, finding) for finding in policy.rule(resource, context))


@pytest.mark.parametrize("area", AREAS)
def test_no_value_at_any_place_crashes_a_rule_and_every_rule_finds_something(area: str) -> None:
    """`Every rule finds something`: none is left out because it never saw what it judges."""
    own = [
        example
        for policy in CATALOGUE
        if policy.id.startswith(f"{area}/")
        for example in (policy.failing, policy.passing)
    ]
    found: set[str] = set()
    for example in own:
        context = _context(example)
        for resources, declared in _broken(example):
            for rule, finding in _asked(area, resources, declared, context):
                found.add(rule)
                assert finding.message, rule
                assert "\n" not in finding.path + finding.message, rule
    assert found == {policy.id for policy in CATALOGUE if policy.id.startswith(f"{area}/")}


@st.composite
def bent(draw: st.DrawFn) -> Declared:
    """One of the examples' resources with one to three of its values replaced by something odd."""
    one = draw(st.sampled_from(MATERIAL))
    properties: Any = copy.deepcopy(dict(one.properties))
    for _ in range(draw(st.integers(1, 3))):
        at = properties
        while True:
            keys = list(at) if isinstance(at, dict) else list(range(len(at)))
            if not keys:
                break
            key = draw(st.sampled_from(keys))
            if isinstance(at[key], (dict, list)) and at[key] and draw(st.booleans()):
                at = at[key]
                continue
            at[key] = draw(DRAWN)
            break
    number = draw(st.integers(0, 2))
    return Declared(one.type, one.name, f"{one.address}-{number}", properties, one.dependencies, draw(st.booleans()))


@settings(max_examples=100)
@given(st.data())
def test_the_order_of_what_is_declared_changes_nothing(data: st.DataObject) -> None:
    declared = data.draw(st.lists(bent(), min_size=2, max_size=5, unique_by=lambda one: one.address))
    shuffled = data.draw(st.permutations(declared))
    verdicts = []
    for order in (declared, shuffled):
        resources = [found for one in order for found in parse(one, Charts())]
        stack = Stack("", "", "the stack", tuple(resources), tuple(order))
        verdicts.append(judge([*resources, stack], CONTEXT, CATALOGUE))
    assert verdicts[0] == verdicts[1]
    assert not [found for found in verdicts[0].violations if "the rule failed" in found.message]
