"""Every rule refuses the program that breaks it: production's own, changed so that it breaks that rule and no other.

An area's changes are in `mutations/<area>.py`, as `MUTATIONS`; how to write one is in `tests/support/mutations.py`.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from guardrails.catalogue import CATALOGUE
from guardrails.model import Enforcement, Profile
from guardrails.trust.policy_file import load_policy
from guardrails.trust.reference import Reference
from tests.support.compliant import Court, Program, before_the_cluster, program, without_stand_ins
from tests.support.stackfiles import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable

    from guardrails.judge import Judgement
    from lab.services import Tools
    from tests.support.mutations import Mutation

PACK = ROOT / "policy_pack"
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
AREAS = sorted(file.stem for file in Path(__file__).with_name("mutations").glob("*.py"))
MUTATIONS: tuple[Mutation, ...] = tuple(
    mutation for area in AREAS for mutation in import_module(f"tests.policy_pack.mutations.{area}").MUTATIONS
)
REAL = pytest.mark.parametrize("stack", ["producao", "staging"])


@pytest.fixture(scope="module")
def programs(toolchain: Tools, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Program]:
    """The program of a stack, made once."""
    made: dict[str, Program] = {}

    def of(stack: str) -> Program:
        if stack not in made:
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv("PATH", str(Path(toolchain.path("helm")).parent), prepend=os.pathsep)
                made[stack] = program(stack, tmp_path_factory.mktemp(stack))
        return made[stack]

    return of


@pytest.fixture(scope="module")
def compliant(programs: Callable[[str], Program]) -> Program:
    """Production's program, unchanged."""
    return programs("producao")


@pytest.fixture(scope="module")
def court() -> Court:
    """Judges as in production, where every image is signed unless a mutation says otherwise."""
    return Court(Profile.PRODUCAO, NOW)


@pytest.fixture(scope="module")
def before(court: Court, compliant: Program) -> Judgement:
    """The verdict on the unchanged program."""
    return court.judge(compliant)


def test_production_is_in_compliance_before_anything_is_changed(before: Judgement) -> None:
    assert without_stand_ins(before).violations == ()
    assert {violation.enforcement for violation in before.violations} == {Enforcement.ADVISORY}


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda one: f"{one.rule}: {one.about}")
def test_exactly_the_rule_that_is_broken_is_reported(
    mutation: Mutation, court: Court, compliant: Program, before: Judgement
) -> None:
    after = court.judge(mutation.change(compliant))
    new = set(after.violations) - set(before.violations)
    assert {violation.rule for violation in new} == {mutation.rule}, sorted(new)
    levels = {policy.id: policy.enforcement[Profile.PRODUCAO] for policy in CATALOGUE}
    assert {violation.enforcement for violation in new} == {levels[mutation.rule]}


def test_production_is_in_compliance_before_its_cluster_is_there(court: Court, compliant: Program) -> None:
    first = before_the_cluster(compliant)
    assert sum(one is not other for one, other in zip(first.declared, compliant.declared, strict=True)) > 100
    assert without_stand_ins(court.judge(first)).violations == ()


@pytest.mark.parametrize(
    "rule", ["network/default-deny", "namespace/quota", "namespace/limits", "delivery/known-source"]
)
def test_what_is_missing_is_missed_before_the_cluster_is_there(rule: str, court: Court, compliant: Program) -> None:
    (mutation,) = [mutation for mutation in MUTATIONS if mutation.rule == rule]
    found = without_stand_ins(court.judge(before_the_cluster(mutation.change(compliant)))).violations
    assert {violation.rule for violation in found} == {rule}


def test_every_rule_of_the_catalogue_has_a_mutation_and_none_is_of_another() -> None:
    assert {mutation.rule for mutation in MUTATIONS} == {policy.id for policy in CATALOGUE}


def test_no_mutation_is_there_twice() -> None:
    names = [(mutation.rule, mutation.about) for mutation in MUTATIONS]
    assert len(names) == len(set(names))


@REAL
def test_a_real_stack_has_no_violation_without_any_exemption(stack: str, programs: Callable[[str], Program]) -> None:
    trust = load_policy(PACK / "trust.yaml")

    def may_be_trusted(image: str) -> bool:
        """Whether there is anybody who could sign it; the signature itself is made when it is released."""
        return trust.rule_for(stack, Reference.parse(image).repository) is not None

    verdict = Court(Profile(stack), NOW, signed=may_be_trusted).judge(programs(stack))
    assert without_stand_ins(verdict).violations == ()
