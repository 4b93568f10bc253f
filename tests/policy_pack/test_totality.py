"""No input, however odd, crashes a rule, and no order changes a verdict: the examples of the catalogue, spoiled."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from hypothesis import given
from hypothesis import strategies as st

from guardrails.catalogue import CATALOGUE
from guardrails.examples import declared_in
from guardrails.judge import judge
from guardrails.model import Context, Profile
from guardrails.resources.base import Declared, Resource, Stack
from guardrails.resources.parse import parse
from guardrails.resources.reading import UNKNOWN
from tests.support.policies import NOW, REGISTRIES, Manifests

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from random import Random

    from guardrails.judge import Judgement

EXAMPLES: Final = [
    declared
    for policy in CATALOGUE
    for example in (policy.passing, policy.failing)
    for declared in declared_in(example)
]
CONTEXT: Final = Context(Profile.PRODUCAO, NOW, REGISTRIES)
LEAVES: Final = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from([UNKNOWN, "*", "0", ""])
)
ODD: Final = LEAVES | st.lists(LEAVES, max_size=2) | st.dictionaries(st.text(max_size=5), LEAVES, max_size=2)
SPOILED: Final = st.lists(
    st.tuples(st.sampled_from(EXAMPLES), st.integers(min_value=0, max_value=10**6), ODD), min_size=1, max_size=5
)


def _places(value: object) -> Iterator[tuple[Any, Any]]:
    """Each container of a tree with each of its keys."""
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, member in members:
        yield value, key
        yield from _places(member)


def _spoil(declared: Declared, place: int, odd: object, number: int) -> Declared:
    properties = copy.deepcopy(dict(declared.properties))
    places = list(_places(properties))
    if places:
        container, key = places[place % len(places)]
        container[key] = odd
    return replace(declared, properties=properties, address=f"urn:{number}")


def _verdict(resources: Sequence[Resource], declared: Sequence[Declared]) -> Judgement:
    stack = Stack("", "", "the stack", tuple(resources), tuple(declared))
    return judge((*resources, stack), CONTEXT, CATALOGUE)


@given(SPOILED, st.randoms())
def test_no_input_crashes_a_rule_and_no_order_changes_a_verdict(
    spoiled: list[tuple[Declared, int, object]], random: Random
) -> None:
    declared = [_spoil(one, place, odd, number) for number, (one, place, odd) in enumerate(spoiled)]
    resources = [resource for one in declared for resource in parse(one, Manifests())]
    verdict = _verdict(resources, declared)
    assert not [violation for violation in verdict.violations if "the rule failed" in violation.message]
    random.shuffle(declared)
    random.shuffle(resources)
    assert _verdict(resources, declared) == verdict
