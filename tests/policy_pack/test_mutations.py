"""Every rule refuses the program that breaks it: production's own, changed so that it breaks that rule and no other.

An area's changes are in `mutations/<area>.py`, as `MUTATIONS`; how to write one is in `tests/support/mutations.py`.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest

from guardrails.catalogue import CATALOGUE
from guardrails.model import Enforcement, OnUnknown, Profile
from guardrails.trust.policy_file import load_policy
from guardrails.trust.reference import Reference
from tests.support.compliant import Court, Program, program, without_stand_ins
from tests.support.mutations import NotYetKnownError, unknown_in
from tests.support.stackfiles import ROOT

if TYPE_CHECKING:
    from guardrails.judge import Judgement
    from lab.services import Tools
    from tests.support.mutations import Mutation

PACK = ROOT / "policy_pack"
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
AREAS = sorted(file.stem for file in Path(__file__).with_name("mutations").glob("*.py"))
MUTATIONS: tuple[Mutation, ...] = tuple(
    mutation for area in AREAS for mutation in import_module(f"tests.policy_pack.mutations.{area}").MUTATIONS
)
# What the first preview cannot say yet: the document is made of other resources' addresses, and none of it is known.
WAITING = {
    ("aws/iam-not-action", "the signer may do everything but sign"),
    ("aws/iam-oidc-trust", "a pattern of actions, and any subject"),
    ("aws/iam-oidc-trust", "a pattern of repositories deploys"),
    ("aws/iam-oidc-trust", "tokens for anybody sign releases"),
    ("aws/iam-pass-role", "Karpenter passes a role to any service"),
    ("aws/iam-privilege-escalation", "the signer may write roles' policies"),
    ("aws/iam-wildcard-action", "the signer may do everything with its key"),
    ("aws/iam-wildcard-action", "the signer may do everything, written otherwise"),
    ("aws/iam-wildcard-resource", "the signer may sign with every key"),
    ("aws/iam-wildcard-resource", "the signer may sign with every key of the account"),
    ("aws/policy-principal", "anybody raises alarms"),
    ("aws/policy-principal", "anybody reads documents"),
    ("aws/s3-tls", "plain HTTP is answered"),
}
REAL = pytest.mark.parametrize("stack", ["producao", "staging"])


class Programs(Protocol):
    """The program of a stack, made once: as all is known, or as its first preview shows it."""

    def __call__(self, stack: str, *, preview: bool = False) -> Program: ...


@pytest.fixture(scope="module")
def programs(toolchain: Tools, tmp_path_factory: pytest.TempPathFactory) -> Programs:
    made: dict[tuple[str, bool], Program] = {}

    def of(stack: str, *, preview: bool = False) -> Program:
        if (stack, preview) not in made:
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv("PATH", str(Path(toolchain.path("helm")).parent), prepend=os.pathsep)
                made[stack, preview] = program(stack, tmp_path_factory.mktemp(stack), preview=preview)
        return made[stack, preview]

    return of


@pytest.fixture(scope="module")
def compliant(programs: Programs) -> Program:
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


@pytest.fixture(scope="module")
def previewed(programs: Programs) -> Program:
    """Production's program in its first preview, unchanged."""
    return programs("producao", preview=True)


@pytest.fixture(scope="module")
def previewed_before(court: Court, previewed: Program) -> Judgement:
    """The verdict on it."""
    return court.judge(previewed)


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


@REAL
def test_the_first_preview_of_a_stack_is_in_compliance(stack: str, programs: Programs) -> None:
    first = programs(stack, preview=True)
    assert sum(unknown_in(one.properties) for one in first.declared) > 300
    assert without_stand_ins(Court(Profile(stack), NOW).judge(first)).violations == ()


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda one: f"{one.rule}: {one.about}")
def test_the_first_preview_refuses_it_as_well_or_the_rule_waits_for_the_update(
    mutation: Mutation, court: Court, previewed: Program, previewed_before: Judgement
) -> None:
    """What a rule waits for is refused once it is known, before it is made: by the test above."""
    if (mutation.rule, mutation.about) in WAITING:
        (policy,) = [policy for policy in CATALOGUE if policy.id == mutation.rule]
        assert policy.on_unknown is OnUnknown.WAIT
        with pytest.raises(NotYetKnownError):
            mutation.change(previewed)
        return
    after = court.judge(mutation.change(previewed))
    assert {violation.rule for violation in set(after.violations) - set(previewed_before.violations)} == {mutation.rule}


def test_only_mutations_that_exist_are_waited_for() -> None:
    assert {(mutation.rule, mutation.about) for mutation in MUTATIONS} >= WAITING


def test_every_rule_of_the_catalogue_has_a_mutation_and_none_is_of_another() -> None:
    assert {mutation.rule for mutation in MUTATIONS} == {policy.id for policy in CATALOGUE}


def test_no_mutation_is_there_twice() -> None:
    names = [(mutation.rule, mutation.about) for mutation in MUTATIONS]
    assert len(names) == len(set(names))


@REAL
def test_a_real_stack_has_no_violation_without_any_exemption(stack: str, programs: Programs) -> None:
    trust = load_policy(PACK / "trust.yaml")

    def may_be_trusted(image: str) -> bool:
        """Whether there is anybody who could sign it; the signature itself is made when it is released."""
        return trust.rule_for(stack, Reference.parse(image).repository) is not None

    verdict = Court(Profile(stack), NOW, signed=may_be_trusted).judge(programs(stack))
    assert without_stand_ins(verdict).violations == ()
