"""The pack under the real engine and language host, with the providers that need no service to preview against.

Nothing listens at the addresses of this lab: the Kubernetes provider writes manifests to a folder, and a preview of new
AWS resources asks nobody.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from lab.engine.environment import environment
from lab.paths import LabPaths
from lab.services import Endpoints
from tests.support.stackfiles import ROOT

if TYPE_CHECKING:
    from lab.services import Tools

pytestmark = pytest.mark.e2e

SECRET = "5ecr3t-5ecr3t-5ecr3t"
# Made of parts, so that no scanner of this repository takes it for one.
GITHUB = "ghp_" + "16C7e42F292c6912E7710c838347Ae178B4a"

OUT_OF_COMPLIANCE = """
import pulumi, pulumi_aws as aws, pulumi_kubernetes as k8s
cluster = pulumi.ResourceOptions(provider=k8s.Provider("cluster", render_yaml_to_directory="manifests"))
tags = {"project": "x", "stack": "x", "owner": "x", "cost-centre": "x", "managed-by": "x"}
cloud = pulumi.ResourceOptions(provider=aws.Provider(
    "cloud", region="sa-east-1", default_tags=aws.ProviderDefaultTagsArgs(tags=tags)))
untagged = pulumi.ResourceOptions(provider=aws.Provider("untagged", region="sa-east-1"))
settings = k8s.core.v1.ConfigMap("settings", metadata={"name": "settings"}, data={"a": "b"}, opts=cluster)
token = pulumi.Config().require_secret("token")
k8s.core.v1.Pod("api", metadata={"name": "api", "namespace": "deeds"}, opts=cluster, spec={"containers": [
    {"name": "tagged", "image": "nginx:latest", "security_context": {"privileged": True}},
    {"name": "later", "image": settings.id.apply(lambda known: f"registry/{known}")},
    {"name": "waits", "image": "nginx:latest", "resources": settings.id.apply(lambda known: {"limits": {}})},
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
aws.kms.Key("nobodys", enable_key_rotation=True, opts=pulumi.ResourceOptions.merge(
    untagged, pulumi.ResourceOptions(protect=True, ignore_changes=["policy"])))
pulumi.export("handle", "ghp_" + "16C7e42F292c6912E7710c838347Ae178B4a")
"""
EXEMPT = """
import pulumi, pulumi_kubernetes as k8s
cluster = pulumi.ResourceOptions(provider=k8s.Provider("cluster", render_yaml_to_directory="manifests"))
for name in ("driver", "other"):
    k8s.core.v1.Pod(name, metadata={"name": name, "namespace": "deeds"}, opts=cluster, spec={"containers": [
        {"name": "c", "image": "registry.example/team/api:1", "security_context": {"privileged": True}}]})
"""
REMEDIED = """
import pulumi, pulumi_kubernetes as k8s
cluster = pulumi.ResourceOptions(provider=k8s.Provider("cluster", render_yaml_to_directory="manifests"))
token = pulumi.Config().require_secret("token")
k8s.core.v1.Pod("unsaid", metadata={"name": "unsaid"}, opts=cluster, spec={"containers": [
    {"name": "c", "image": "nginx", "env": [{"name": "TOKEN", "value": token}]}]})
"""
RELEASED = """
import pulumi, pulumi_kubernetes as k8s
cluster = pulumi.ResourceOptions(provider=k8s.Provider("cluster", render_yaml_to_directory="manifests"))
k8s.helm.v3.Release("deeds", name="deeds", chart="./chart", namespace="deeds", opts=cluster)
"""
CHART = {
    "Chart.yaml": "apiVersion: v2\nname: deeds\nversion: 1.0.0\n",
    "templates/pod.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: api}\n"
    "spec: {containers: [{name: api, image: 'nginx:latest'}]}\n",
}
COMPLIANT = """
import pulumi, pulumi_kubernetes as k8s
cluster = pulumi.ResourceOptions(provider=k8s.Provider("cluster", render_yaml_to_directory="manifests"))
k8s.core.v1.ConfigMap("settings", metadata={"name": "settings"}, data={"a": "b"}, opts=cluster)
"""


@dataclass(frozen=True)
class Project:
    folder: Path
    environment: dict[str, str]

    def adopt(self, *, venv: str = sys.prefix, **files: str) -> Path:
        """Copy the pack out of the repository, with other files in it, and attach the copy.

        Args:
            venv: the virtual environment that it runs in.
            files: what its files say instead.
        """
        pack = self.folder.parent / "pack"
        shutil.copytree(ROOT / "policy_pack", pack, ignore=shutil.ignore_patterns("__pycache__"))
        runtime = yaml.safe_load((pack / "PulumiPolicy.yaml").read_text())
        runtime["runtime"]["options"]["virtualenv"] = venv
        (pack / "PulumiPolicy.yaml").write_text(yaml.safe_dump(runtime))
        for name, text in files.items():
            (pack / f"{name}.yaml").write_text(text)
        self.environment["PULUMI_OPTION_POLICY_PACK"] = str(pack)
        return pack

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


def _remediated(events: Path) -> set[tuple[str, str]]:
    found = [json.loads(line).get("policyRemediationEvent") for line in events.read_text().splitlines()]
    return {(event["policyName"], event["resourceUrn"].rpartition("::")[2]) for event in found if event}


def test_nothing_out_of_compliance_gets_through(project: Project) -> None:
    (project.folder / "__main__.py").write_text(OUT_OF_COMPLIANCE)
    project.ok("config", "set", "github", GITHUB)
    events = project.folder / "events.json"
    preview = project.pulumi("preview", "--event-log", str(events))
    _refused(preview)
    found = _violations(events)
    assert {event["enforcementLevel"] for event in found.values()} == {"mandatory"}
    assert {
        "image/allowed-registry",
        "image/digest-pinned",
        "pss/baseline/privileged",
        "pss/restricted/allow-privilege-escalation",
        "pss/restricted/capabilities",
        "pss/restricted/run-as-non-root",
        "workload/probes",
        "workload/resources",
    } <= {rule for rule, name in found if name == "api"}
    pinned = found["image/digest-pinned", "api"]["message"]
    assert "where:  Pod deeds/api" in pinned
    assert "'nginx:latest', which names no digest (spec.containers[0].image)" in pinned
    assert 'the image of container "later" is not known before the update' in pinned
    assert "'[secret]'" in found["image/digest-pinned", "quiet"]["message"]
    assert ("aws/kms-rotation", "envelope") in found
    assert {name for rule, name in found if rule == "aws/s3-public-access"} == {"open"}
    assert '"waits"' not in found["workload/resources", "api"]["message"], "a rule that waits says nothing yet"
    # What only the engine knows: a provider's default tags, protection, what is ignored, outputs, the stack's file.
    assert {name for rule, name in found if rule == "aws/tags"} == {"nobodys"}
    assert {name for rule, name in found if rule == "stack/protect"} == {"locked", "open", "envelope"}
    assert {name for rule, name in found if rule == "stack/ignored-changes"} == {"nobodys"}
    assert {name for rule, name in found if rule == "secrets/output"} == {"cartorio-test"}
    (told,) = [event["message"] for (rule, _), event in found.items() if rule == "secrets/stack-file"]
    assert "cartorio:github" in told
    assert not any(GITHUB in event["message"] for event in found.values())


def test_what_nobody_chose_is_put_right_and_said_and_secrets_around_it_stay_secret(project: Project) -> None:
    (project.folder / "__main__.py").write_text(REMEDIED)
    events = project.folder / "events.json"
    done = project.pulumi("preview", "--diff", "--event-log", str(events))
    _refused(done)  # for its image, and what else is wrong with it
    assert ("pss/restricted/seccomp-profile", "unsaid") in _remediated(events)
    assert not [found for found in _violations(events) if found[0] == "pss/restricted/seccomp-profile"]
    assert "pss/restricted/seccomp-profile" in done.stdout
    assert '"RuntimeDefault"' in done.stdout
    assert SECRET not in events.read_text()


def test_a_release_is_judged_by_its_pods_at_a_previews_end_and_before_an_update_acts(project: Project) -> None:
    (project.folder / "__main__.py").write_text(RELEASED)
    for name, text in CHART.items():
        file = project.folder / "chart" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    project.environment["CARTORIO_PROJECT_ROOT"] = str(project.folder)
    events = project.folder / "events.json"
    for command in (("preview",), ("up", "--yes", "--skip-preview")):
        done = project.pulumi(*command, "--event-log", str(events))
        _refused(done)
        pinned = _violations(events)["image/digest-pinned", "deeds"]
        assert pinned["enforcementLevel"] == "mandatory"
        assert "Pod api in Helm release deeds" in pinned["message"]
    assert "Release" not in project.ok("stack", "export")


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


def _exemption(rule: str, resource: str) -> dict[str, str]:
    day = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
    return {
        "rule": rule,
        "resource": resource,
        "reason": "It is needed.",
        "owner": "ops",
        "ticket": "OPS-1",
        "expires": day,
    }


def _with(config: Path, pack: Path, project: Project) -> tuple[str, ...]:
    project.environment.pop("PULUMI_OPTION_POLICY_PACK", None)
    return ("--policy-pack", str(pack), "--policy-pack-config", str(config))


def test_exemptions_that_are_used_are_shown_and_those_that_nothing_needs_are_refused(project: Project) -> None:
    (project.folder / "__main__.py").write_text(EXEMPT)
    pods = "urn:pulumi:test::cartorio::kubernetes:core/v1:Pod::"
    entries = [
        _exemption("pss/baseline/privileged", f"{pods}driver"),
        _exemption("aws/kms-rotation", f"{pods}driver"),
        _exemption("pss/baseline/privileged", f"{pods}gone"),
        _exemption("pss/baseline/privileged", f"{pods.replace(':test:', ':staging:')}gone"),
        _exemption("pss/baseline/privileged", f"{pods.replace(':test:', ':*:')}gone"),
    ]
    pack = project.adopt(exemptions=yaml.safe_dump({"exemptions": entries}))
    events = project.folder / "events.json"
    config = project.folder / "pack.json"
    config.write_text(
        json.dumps({"pack/readable": {"registries": ["registry.example/team"]}, "workload/probes": "advisory"})
    )
    done = project.pulumi("preview", "--event-log", str(events), *_with(config, pack, project))
    _refused(done)
    found = _violations(events)
    assert ("pss/baseline/privileged", "other") in found
    assert found["workload/probes", "other"]["enforcementLevel"] == "advisory", "the pack's configuration counts"
    assert ("image/allowed-registry", "other") not in found
    assert ("pss/baseline/privileged", "driver") not in found
    shown = found["pack/exempted", "driver"]
    assert shown["enforcementLevel"] == "advisory"
    assert "exempt from pss/baseline/privileged: It is needed. (ops, OPS-1, until 20" in shown["message"]
    (wrong,) = [event["message"] for (rule, _), event in found.items() if rule == "pack/exemptions"]
    assert f"{pods}driver keeps aws/kms-rotation: nothing has to be exempted" in wrong
    assert f"the stack has no resource {pods}gone" in wrong
    assert "staging" not in wrong
    part = project.folder / "part.json"
    project.pulumi("preview", "--policy-pack", str(pack), "--target", f"{pods}driver", "--event-log", str(part))
    (wrong,) = [event["message"] for (rule, _), event in _violations(part).items() if rule == "pack/exemptions"]
    assert "keeps aws/kms-rotation" in wrong


def _install(folder: Path) -> None:
    """A virtual environment of the pack's own, with its own requirements and nothing else, as its README says."""
    uv = str(Path(sys.prefix, "bin", "uv"))
    python = str(folder / ".venv" / "bin" / "python")
    for command in (
        ["venv", "--quiet", "--python", sys.executable, str(folder / ".venv")],
        ["pip", "sync", "--quiet", "--require-hashes", "--python", python, str(folder / "requirements.txt")],
    ):
        subprocess.run([uv, *command], check=True, timeout=120)


def test_another_project_adopts_the_pack_with_requirements_and_a_schema_of_its_own(project: Project) -> None:
    (project.folder / "Pulumi.yaml").write_text("name: another\nruntime: python\n")
    (project.folder / "__main__.py").write_text(EXEMPT)
    project.ok("stack", "init", "theirs")
    pack = project.adopt(venv=".venv")
    _install(pack)
    assert not (pack / ".venv/bin/cartorio").exists()
    config, events = project.folder / "pack.json", project.folder / "events.json"
    options = ("--stack", "theirs", "--event-log", str(events), *_with(config, pack, project))
    config.write_text(json.dumps({"pack/readable": {"registries": "registry.example/team"}}))
    wrong = project.pulumi("preview", *options)
    assert wrong.returncode != 0
    assert "registries" in wrong.stdout + wrong.stderr
    assert "Expected: array, given: string" in wrong.stdout + wrong.stderr
    config.write_text(json.dumps({"pack/readable": {"registries": ["registry.example/team"]}}))
    _refused(project.pulumi("preview", *options))
    found = _violations(events)
    assert {name for rule, name in found if rule == "pss/baseline/privileged"} == {"driver", "other"}
    assert not [name for rule, name in found if rule in {"image/allowed-registry", "pack/readable"}]


def test_production_is_not_deployed_by_a_bare_up(project: Project) -> None:
    """The program itself, with production's file as it is: without the pack it ends before anything is registered."""
    for name in ("__main__.py", "Pulumi.yaml", "Pulumi.producao.yaml"):
        shutil.copy(ROOT / name, project.folder / name)
    for name in ("components", "charts", "releases", "policy_pack"):
        (project.folder / name).symlink_to(ROOT / name)
    (project.folder / ".venv").symlink_to(sys.prefix)
    del project.environment["PULUMI_OPTION_POLICY_PACK"]
    project.ok("stack", "init", "producao")
    for command in (("up", "--yes"), ("preview",)):
        done = project.pulumi(*command, "--stack", "producao")
        assert done.returncode != 0
        assert "pulumi up --stack producao --policy-pack policy_pack" in done.stdout
        assert "Traceback" not in done.stdout + done.stderr
        assert "0 resources" in done.stdout or "kubernetes" not in done.stdout


@pytest.mark.parametrize("attach", ["flag", "variable"])
def test_a_program_sees_whether_the_pack_judges_it(project: Project, attach: str) -> None:
    (project.folder / "__main__.py").write_text(
        "import pulumi, sys\nfrom components.judged import judged\npulumi.export('judged', judged(sys.orig_argv, 5))\n"
    )
    pack = project.environment["PULUMI_OPTION_POLICY_PACK"]
    if attach == "flag":
        del project.environment["PULUMI_OPTION_POLICY_PACK"]
    project.ok("up", "--yes", "--skip-preview", *(("--policy-pack", pack) if attach == "flag" else ()))
    assert project.ok("stack", "output", "judged").strip() == "true"
