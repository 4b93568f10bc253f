"""The cluster of a real stack asks for the signatures that the policy pack asks for: one file, told in two places."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from components.stack import build
from guardrails.trust.admission_file import read_image_policies
from tests.support.plan import ACCOUNT, run
from tests.support.stackfiles import ROOT, Project, image_policies

if TYPE_CHECKING:
    from pathlib import Path

KIND = "kubernetes:policy.sigstore.dev/v1alpha1:ClusterImagePolicy"


@pytest.mark.parametrize("stack", ["producao", "staging"])
def test_the_objects_are_those_that_the_trust_policy_makes(stack: str, tmp_path: Path) -> None:
    wanted = read_image_policies(ROOT / "policy_pack/trust.yaml", stack, datetime(2026, 11, 25, tzinfo=UTC))
    settings = Project(tmp_path, stack).settings({"KUBECONFIG": "kubeconfig"})
    plan = run(lambda: build(settings, image_policies(settings)), stack=stack)[0]
    found = {one.inputs["metadata"]["name"]: one.inputs["spec"] for one in plan.of(KIND)}
    region = settings.configuration.aws.region
    manifests = [one.manifest(f"arn:aws:kms:{region}:{ACCOUNT}") for one in wanted]
    assert found == {one["metadata"]["name"]: one["spec"] for one in manifests}
    assert len(found) == 3
    # The application comes after them: no pod of it is there that nobody judged.
    (release,) = [one for one in plan.of("kubernetes:helm.sh/v3:Release") if one.name == "workload-release"]
    (component,) = [one for one in plan.components if one.type == "cartorio:supply:ImageAdmission"]
    children = {one.urn for one in plan.resources if one.parent == component.urn}
    assert children & set(release.depends_on)
