"""No input, however odd, crashes a rule or changes the verdict with its order: each rule is called by itself, so that
whatever it raises is seen (the judge would make a finding of it).
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from guardrails.catalogue import CATALOGUE
from guardrails.examples import declared_in
from guardrails.judge import judge
from guardrails.model import Context, Profile
from guardrails.resources.base import Declared, Stack
from guardrails.resources.parse import parse
from guardrails.resources.reading import UNKNOWN, Asset
from tests.support.policies import NOW, REGISTRIES, Manifests

if TYPE_CHECKING:
    from guardrails.resources.base import Resource

CONTEXT = Context(Profile.PRODUCAO, NOW, REGISTRIES)
# Everything that the rules know how to read: the catalogue's own examples, to be bent.
MATERIAL = tuple(
    one for policy in CATALOGUE for example in (policy.failing, policy.passing) for one in declared_in(example)
)
ODD = st.recursive(
    st.sampled_from([None, True, False, 0, -1, 1.5, "", "*", "x", "{}", "[]", '{"Statement": 1}', "1Gi", UNKNOWN])
    | st.text(max_size=6)
    | st.just(Asset("text", "a: 1")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


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
            at[key] = draw(ODD)
            break
    number = draw(st.integers(0, 2))
    return Declared(one.type, one.name, f"{one.address}-{number}", properties, one.dependencies, draw(st.booleans()))


def _parsed(declared: list[Declared]) -> list[Resource]:
    return [found for one in declared for found in parse(one, Manifests())]


@settings(max_examples=150)
@given(st.lists(bent(), min_size=1, max_size=6))
def test_no_rule_crashes(declared: list[Declared]) -> None:
    resources = _parsed(declared)
    everything = [*resources, Stack("", "", "the stack", tuple(resources), tuple(declared))]
    for policy in CATALOGUE:
        for resource in everything:
            if isinstance(resource, policy.resource_types):
                for finding in policy.rule(resource, CONTEXT):
                    assert finding.message, policy.id
                    assert "\n" not in finding.path + finding.message, policy.id


@settings(max_examples=100)
@given(st.data())
def test_the_order_of_what_is_declared_changes_nothing(data: st.DataObject) -> None:
    declared = data.draw(st.lists(bent(), min_size=2, max_size=5, unique_by=lambda one: one.address))
    shuffled = data.draw(st.permutations(declared))
    verdicts = []
    for order in (declared, shuffled):
        resources = _parsed(list(order))
        stack = Stack("", "", "the stack", tuple(resources), tuple(order))
        verdicts.append(judge([*resources, stack], CONTEXT, CATALOGUE))
    assert verdicts[0].violations == verdicts[1].violations
