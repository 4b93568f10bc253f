from __future__ import annotations

from typing import TYPE_CHECKING, Any

from guardrails.model import Enforcement, Problem, Profile
from guardrails.resources.helm import HelmError, StandInError
from tests.support.policies import Manifests

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.support.policies import Declare, MakeExaminer

RELEASE = "kubernetes:helm.sh/v3:Release"


def test_a_resource_that_cannot_be_read_is_a_violation(examiner: MakeExaminer, declare: Declare) -> None:
    (found,) = examiner().examine(declare({"enableKeyRotation": "yes"}, "aws:kms/key:Key", "envelope")).violations
    assert (found.rule, found.path) == ("pack/readable", "enableKeyRotation")
    assert found.message == "expected a boolean, found text"
    assert found.resource == "Key envelope"


def test_an_object_in_a_release_that_cannot_be_read_is_one(examiner: MakeExaminer, declare: Declare) -> None:
    manifest = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "api"}, "spec": {"containers": "x"}}
    (found,) = examiner(renderer=Manifests((manifest,))).examine(declare({}, RELEASE)).violations
    assert (found.rule, found.resource) == ("pack/readable", "Pod api in Helm release x")


def test_a_release_that_cannot_be_rendered_is_one(examiner: MakeExaminer, declare: Declare) -> None:
    class Refuses(Manifests):
        def render(self, name: str, properties: Mapping[str, object]) -> tuple[Any, ...]:
            raise HelmError(f"helm says: {name} {len(properties)}", "Correct it.")

    (found,) = examiner(renderer=Refuses()).examine(declare({}, RELEASE)).violations
    assert (found.rule, found.message, found.remedy) == ("pack/rendered", "helm says: x 0", "Correct it.")


def test_a_stand_in_is_told_and_stops_nothing(examiner: MakeExaminer, declare: Declare) -> None:
    class Stands(Manifests):
        def render(self, name: str, properties: Mapping[str, object]) -> tuple[Any, ...]:
            raise StandInError(f"vault 0.32.0 of {name} {len(properties)}: no such host", "Rehearse elsewhere.")

    for profile in Profile:
        (found,) = examiner(profile, renderer=Stands()).examine(declare({}, RELEASE)).violations
        assert (found.rule, found.enforcement) == ("pack/judged", Enforcement.ADVISORY)
        assert found.message == "could not be judged: vault 0.32.0 of x 0: no such host"


def test_problems_of_the_exemptions_are_the_stacks(examiner: MakeExaminer) -> None:
    problem = Problem("exemptions[0].expires", "expired", "delete it")
    (found,) = examiner(problems=(problem,)).examine_stack(()).violations
    assert (found.rule, found.path, found.remedy) == ("pack/exemptions", problem.where, problem.remedy)
    assert found.address == ""
