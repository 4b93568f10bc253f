from __future__ import annotations

import inspect
import re
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from guardrails.catalogue import CATALOGUE
from guardrails.examiner import Examiner
from guardrails.examples import declared_in
from guardrails.model import Enforcement, Profile
from guardrails.resources.helm import Renderer, StandInError
from guardrails.settings import pack_version
from tests.support.policies import Notary, surroundings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from guardrails.judge import Violation
    from guardrails.model import Example, Policy

# What only a rehearsal can show, and why it refuses nothing: outside one, pack/rendered does.
ADVISORY = {"pack/judged", "pack/exempted"}
each_policy = pytest.mark.parametrize("policy", CATALOGUE, ids=lambda policy: policy.id)


def test_the_catalogue_is_ordered_by_id_without_repetition() -> None:
    ids = [policy.id for policy in CATALOGUE]
    assert ids == sorted(set(ids))
    assert {"image/signed", "image/digest-pinned", "pack/readable", "aws/s3-public-access"} <= set(ids)


@each_policy
def test_metadata_is_complete(policy: Policy) -> None:
    assert re.fullmatch(r"[a-z0-9]+(/[a-z0-9-]+){1,2}", policy.id)
    assert policy.title
    assert not policy.title.endswith(".")
    assert policy.rationale.endswith(".")
    assert policy.remediation.endswith((".", "it."))
    assert policy.resource_types
    assert re.fullmatch(r"\d+\.\d+\.\d+", policy.since)
    if policy.id not in ADVISORY:
        assert policy.enforcement[Profile.PRODUCAO] is Enforcement.MANDATORY
    assert set(policy.yields_to) <= {other.id for other in CATALOGUE} - {policy.id}


@each_policy
def test_a_control_says_where_and_when_it_was_read(policy: Policy) -> None:
    for control in policy.controls:
        assert urlsplit(control.source_url).scheme == "https"
        assert control.framework
        assert control.version
        assert control.ref
        assert control.verified_on <= datetime.now(UTC).date()


@dataclass(frozen=True)
class Rehearsal:
    """A renderer for which the example's charts are stood in for."""

    example: Example
    real: Renderer

    def render(self, name: str, properties: Mapping[str, Any]) -> tuple[Any, ...]:
        chart = f"{properties.get('chart')} {properties.get('version')}"
        if chart in self.example.stood_in:
            raise StandInError(f"{chart}: no such host", "Rehearse elsewhere.")
        return self.real.render(name, properties)


def _violations(example: Example, real: Renderer) -> list[Violation]:
    renderer = Rehearsal(example, real)
    outside = surroundings(
        verifier=lambda: Notary(example.trusted),
        problems=example.problems,
        exemptions=example.exemptions,
        renderer=renderer,
        configuration=dict(example.configuration),
    )
    examiner = Examiner(CATALOGUE, Profile.PRODUCAO, outside)
    declared = declared_in(example)
    assert declared
    found = [violation for one in declared for violation in examiner.examine(one).violations]
    return found + list(examiner.examine_stack(declared).violations)


@each_policy
def test_the_failing_example_fails(policy: Policy, tmp_path: Path, helm_on_path: None) -> None:  # noqa: ARG001
    found = _violations(policy.failing, Renderer(tmp_path, "1.36.3"))
    own = [violation for violation in found if violation.rule == policy.id]
    assert own
    assert all(violation.message and violation.remedy for violation in own)


@each_policy
def test_the_passing_example_passes(policy: Policy, tmp_path: Path, helm_on_path: None) -> None:  # noqa: ARG001
    found = _violations(policy.passing, Renderer(tmp_path, "1.36.3"))
    assert [violation for violation in found if violation.rule == policy.id] == []


@each_policy
def test_a_rule_that_looks_at_verdicts_says_so(policy: Policy) -> None:
    """Who does not say so is asked without any: `cartorio policy check` then goes to no registry."""
    source = inspect.getsource(sys.modules[policy.rule.__module__])
    looks = any(word in source for word in ("context.verdicts", "context.unverified"))
    assert policy.asks_verdicts or not looks


@each_policy
def test_no_policy_is_newer_than_the_pack(policy: Policy) -> None:
    def number(version: str) -> tuple[int, ...]:
        return tuple(int(part) for part in version.split("."))

    assert number(policy.since) <= number(pack_version())
