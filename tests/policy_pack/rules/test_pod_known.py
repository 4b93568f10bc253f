from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from guardrails.catalogue import CATALOGUE
from guardrails.resources.pods import Pod
from guardrails.resources.reading import UNKNOWN

if TYPE_CHECKING:
    from tests.support.policies import Ask, Declare, MakeExaminer

HIDDEN: list[tuple[object, str]] = [
    (UNKNOWN, "spec"),
    ({"containers": UNKNOWN}, "spec.containers"),
    ({"initContainers": [UNKNOWN]}, "spec.initContainers[0]"),
    ({"volumes": UNKNOWN}, "spec.volumes"),
    ({"securityContext": UNKNOWN}, "spec.securityContext"),
    ({"containers": [{"securityContext": UNKNOWN}]}, "spec.containers[0].securityContext"),
]


@pytest.mark.parametrize(("spec", "path"), HIDDEN)
def test_each_part_that_is_not_known_is_found(ask: Ask, spec: object, path: str) -> None:
    (finding,) = ask("pod/known", {"apiVersion": "v1", "kind": "Pod", "spec": spec})
    assert (finding.path, finding.unknown) == (path, True)


def test_single_values_may_be_outputs(ask: Ask) -> None:
    container: dict[str, Any] = {"image": UNKNOWN, "env": UNKNOWN, "securityContext": {"runAsUser": UNKNOWN}}
    assert ask("pod/known", {"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [container]}}) == ()


@pytest.mark.parametrize(("spec", "path"), HIDDEN)
def test_it_is_said_once(examiner: MakeExaminer, declare: Declare, spec: object, path: str) -> None:
    violations = examiner().examine(declare({"apiVersion": "v1", "kind": "Pod", "spec": spec})).violations
    assert [violation.rule for violation in violations if violation.path == path] == ["pod/known"]


def test_every_security_rule_about_pods_yields_to_it() -> None:
    about_pods = [policy for policy in CATALOGUE if Pod in policy.resource_types and policy.id != "pod/known"]
    assert len(about_pods) > 20
    assert [policy.id for policy in about_pods if "pod/known" not in policy.yields_to] == []
