"""The pack under the real engine and language host, with the providers that need no service to preview against.

Nothing listens at the addresses of this lab: the Kubernetes provider writes manifests to a folder, and a preview of new
AWS resources asks nobody.
"""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from lab.engine.environment import environment
from lab.paths import LabPaths
from lab.services import Endpoints

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from lab.services import Tools

pytestmark = pytest.mark.e2e

SECRET = "5ecr3t-5ecr3t-5ecr3t"

OUT_OF_COMPLIANCE = """
import pulumi, pulumi_aws as aws, pulumi_kubernetes as k8s
cluster = pulumi.ResourceOptions(provider=k8s.Provider("cluster", render_yaml_to_directory="manifests"))
cloud = pulumi.ResourceOptions(provider=aws.Provider("cloud", region="sa-east-1"))
settings = k8s.core.v1.ConfigMap("settings", metadata={"name": "settings"}, data={"a": "b"}, opts=cluster)
token = pulumi.Config().require_secret("token")
k8s.core.v1.Pod("api", metadata={"name": "api", "namespace": "deeds"}, opts=cluster, spec={"containers": [
    {"name": "tagged", "image": "nginx:latest", "security_context": {"privileged": True}},
    {"name": "later", "image": settings.id.apply(lambda known: f"registry/{known}")},
]})
k8s.core.v1.Pod("quiet", metadata={"name": "quiet"}, opts=cluster, spec={"containers": [
    {"name": "quiet", "image": token.apply(lambda known: f"registry.example/{known}")},
]})
for name in ("locked", "open"):
    bucket = aws.s3.Bucket(name, opts=cloud)
    if name == "locked":
        aws.s3.BucketPublicAccessBlock(
            name, bucket=bucket.id, block_public_acls=True, block_public_policy=True, ignore_public_acls=True,
            restrict_public_buckets=True, opts=cloud)
aws.kms.Key("envelope", opts=cloud)
"""
COMPLIANT = """
import pulumi, pulumi_kubernetes as k8s
cluster = pulumi.ResourceOptions(provider=k8s.Provider("cluster", render_yaml_to_directory="manifests"))
k8s.core.v1.ConfigMap("settings", metadata={"name": "settings"}, data={"a": "b"}, opts=cluster)
"""


@dataclass(frozen=True)
class Project:
    folder: Path
    environment: Mapping[str, str]

    def pulumi(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["pulumi", *arguments, "--non-interactive", "--color=never"],  # noqa: S607 - PATH is the lab's
            cwd=self.folder,
            env=dict(self.environment),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def ok(self, *arguments: str) -> str:
        done = self.pulumi(*arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture
def project(tmp_path: Path, toolchain: Tools) -> Project:
    paths = LabPaths(root=tmp_path / "lab", cache=LabPaths.default().cache)
    paths.root.mkdir()
    nowhere = "http://127.0.0.1:9"
    endpoints = Endpoints(
        kubernetes_url=nowhere,
        kubeconfig=paths.kubeconfig,
        cloud_url=nowhere,
        cloud_generation="",
        registry="127.0.0.1:9",
        cloud_access_key_id="none",
        cloud_secret_access_key="none",
    )
    variables = environment(paths, toolchain, endpoints)
    variables["PULUMI_DEBUG_COMMANDS"] = "true"  # shows --event-log
    del variables["KUBECONFIG"]  # the provider refuses it together with a folder to write to
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "Pulumi.yaml").write_text("name: cartorio\nruntime: python\n")
    made = Project(folder, variables)
    made.ok("stack", "init", "test")
    made.ok("config", "set", "--secret", "token", SECRET)
    return made


def _refused(done: subprocess.CompletedProcess[str]) -> None:
    said = done.stdout + done.stderr
    assert done.returncode != 0
    assert "cartorio-guardrails" in said
    assert SECRET not in said
    assert "Traceback" not in said


def _violations(events: Path) -> dict[tuple[str, str], dict[str, Any]]:
    found = [json.loads(line).get("policyEvent") for line in events.read_text().splitlines()]
    return {(event["policyName"], event.get("resourceUrn", "").rpartition("::")[2]): event for event in found if event}


def test_nothing_out_of_compliance_gets_through(project: Project) -> None:
    (project.folder / "__main__.py").write_text(OUT_OF_COMPLIANCE)
    events = project.folder / "events.json"
    preview = project.pulumi("preview", "--event-log", str(events))
    _refused(preview)
    found = _violations(events)
    assert {event["enforcementLevel"] for event in found.values()} == {"mandatory"}
    assert {rule for rule, name in found if name == "api"} >= {
        "image/allowed-registry",
        "image/digest-pinned",
        "pss/baseline/privileged",
        "pss/restricted/allow-privilege-escalation",
        "workload/probes",
        "workload/resources",
    }
    pinned = found["image/digest-pinned", "api"]["message"]
    assert "where:  Pod deeds/api" in pinned
    assert "'nginx:latest', which names no digest (spec.containers[0].image)" in pinned
    assert 'the image of container "later" is not known before the update' in pinned
    assert "'[secret]'" in found["image/digest-pinned", "quiet"]["message"]
    assert ("aws/kms-rotation", "envelope") in found
    assert {name for rule, name in found if rule == "aws/s3-public-access"} == {"open"}


def test_a_refused_update_leaves_the_stack_untouched(project: Project) -> None:
    (project.folder / "__main__.py").write_text(OUT_OF_COMPLIANCE)
    untouched = project.ok("stack", "export")
    done = project.pulumi("up", "--yes")
    _refused(done)
    assert "[mandatory] [severity: critical]  pss/baseline/privileged  (kubernetes:core/v1:Pod: api)" in done.stdout
    assert project.ok("stack", "export") == untouched
    assert not (project.folder / "manifests").exists()


def test_a_compliant_program_goes_up(project: Project) -> None:
    (project.folder / "__main__.py").write_text(COMPLIANT)
    project.ok("config", "set", "cartorio:profile", "local")
    assert "cartorio-guardrails" in project.ok("up", "--yes")
    (manifest,) = (project.folder / "manifests").rglob("*settings*.yaml")
    assert "ConfigMap" in manifest.read_text()
