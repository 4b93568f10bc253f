"""What Flux applies of this repository breaks no rule in any profile: `clusters/`, as its manifests are written."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from guardrails import strict_yaml
from guardrails.catalogue import CATALOGUE
from guardrails.judge import judge
from guardrails.model import Context, Profile
from guardrails.resources.base import Resource, Stack
from guardrails.resources.kubernetes import parse_object
from tests.support.stackfiles import ROOT


def _resources() -> tuple[Resource, ...]:
    files = [file for file in sorted((ROOT / "clusters" / "base").rglob("*.yaml")) if file.stem != "kustomization"]
    assert len(files) >= 5
    return tuple(
        resource
        for file in files
        for number, manifest in enumerate(strict_yaml.documents(file.read_text("utf-8")))
        for resource in parse_object(manifest, address=f"{file.name}:{number}")
    )


@pytest.mark.parametrize("profile", Profile)
def test_what_flux_applies_is_in_compliance(profile: Profile) -> None:
    resources = _resources()
    found = (*resources, Stack("", "", "clusters", resources))
    verdict = judge(found, Context(profile, datetime(2026, 11, 25, tzinfo=UTC)), CATALOGUE)
    assert verdict.violations == ()
    assert {"namespace/pod-security", "workload/account-token", "network/default-deny"} <= verdict.applied
