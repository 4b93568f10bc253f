"""The catalogue, and the pack around made-up surroundings."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from guardrails.catalogue import CATALOGUE
from guardrails.examiner import Examiner
from guardrails.model import Context, Profile
from guardrails.resources.base import Declared, Stack
from guardrails.resources.kubernetes import parse_object
from tests.support.policies import NOW, REGISTRIES, surroundings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from guardrails.model import Finding, Policy
    from lab.services import Tools
    from tests.support.policies import Ask, AskStack, Declare, MakeExaminer


@pytest.fixture
def policies() -> dict[str, Policy]:
    return {policy.id: policy for policy in CATALOGUE}


@pytest.fixture
def ask(policies: dict[str, Policy]) -> Ask:
    def judge(rule: str, manifest: object, **context: object) -> tuple[Finding, ...]:
        changes: dict[str, Any] = {"profile": Profile.PRODUCAO, "now": NOW, "registries": REGISTRIES, **context}
        given = Context(**changes)
        policy = policies[rule]
        return tuple(
            finding
            for resource in parse_object(manifest, address="urn:x", name="x")
            if isinstance(resource, policy.resource_types)
            for finding in policy.rule(resource, given)
        )

    return judge


@pytest.fixture
def ask_stack(policies: dict[str, Policy]) -> AskStack:
    def judge(rule: str, *manifests: object) -> tuple[Finding, ...]:
        found = [
            resource
            for number, manifest in enumerate(manifests)
            for resource in parse_object(manifest, address=f"urn:{number}", name="x")
        ]
        return policies[rule].rule(Stack("", "", "the stack", tuple(found)), Context(Profile.PRODUCAO, NOW, REGISTRIES))

    return judge


@pytest.fixture
def examiner() -> MakeExaminer:
    def make(profile: Profile = Profile.PRODUCAO, **changes: object) -> Examiner:
        return Examiner(CATALOGUE, profile, surroundings(**changes))

    return make


@pytest.fixture
def declare() -> Declare:
    def make(properties: Mapping[str, object], kind: str = "kubernetes:core/v1:Pod", name: str = "x") -> Declared:
        return Declared(kind, name, f"urn:pulumi:test::cartorio::{kind}::{name}", properties)

    return make


@pytest.fixture
def helm_on_path(toolchain: Tools, monkeypatch: pytest.MonkeyPatch) -> None:
    """The toolchain's helm is the one on PATH."""
    monkeypatch.setenv("PATH", str(Path(toolchain.path("helm")).parent), prepend=os.pathsep)
