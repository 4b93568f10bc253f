"""The `local` stack as a person meets it: up, unchanged, drifted, refused, interrupted, destroyed."""

from __future__ import annotations

import re
import subprocess
import tarfile
import time
from typing import TYPE_CHECKING

import psutil
import pytest

from lab.deploy import STACK, RefusedError
from lab.image.release import REGISTRY, REPOSITORY
from tests.support.platform import NAMESPACE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from lab.deploy import Deployed
    from tests.support.platform import Platform

pytestmark = pytest.mark.e2e

DEADLINE = 120.0
ROLES = ("api", "workers")
KEY = f"awskms:///alias/cartorio-{STACK}-release-signing"
LOOPBACK = ("--use-signing-config=false", "--tlog-upload=false", "--allow-http-registry", "--yes")


def eventually(check: Callable[[], bool]) -> bool:
    """Poll until `check` holds; False at the deadline."""
    end = time.monotonic() + DEADLINE
    while not check():
        if time.monotonic() > end:
            return False
        time.sleep(0.2)
    return True


def ready(platform: Platform) -> bool:
    """Whether both roles have at least the autoscaler's minimum of ready pods."""
    deployments = {item["metadata"]["name"]: item for item in platform.objects("deployments")}
    return all(deployments.get(f"cartorio-{role}", {}).get("status", {}).get("readyReplicas", 0) >= 2 for role in ROLES)


def assert_completed_by_make_up(platform: Platform) -> None:
    """`make up` ends with a complete stack: when it changed something, that is looked at; else it looked itself."""
    if platform.deploy().changed:
        summary = platform.engine.preview(STACK, "--refresh")
        assert summary.succeeded, summary.diagnostics
        assert summary.changed == 0, summary.steps
    assert eventually(lambda: ready(platform))


def empty(platform: Platform) -> None:
    """Destroy the stack, unless there is nothing of it."""
    assert not platform.engine.state(STACK).resources or platform.engine.destroy(STACK).succeeded
    assert platform.engine.state(STACK).resources == ()


@pytest.fixture
def restored(platform: Platform) -> Iterator[Platform]:
    """The platform with its own release; the test may name another."""
    release = platform.lab.paths.release.read_bytes()
    yield platform
    platform.lab.paths.release.write_bytes(release)


def test_up_ends_with_a_complete_platform(first_up: tuple[Platform, Deployed]) -> None:
    """That nothing is left to do is the next test's to show."""
    platform, outputs = first_up[0], first_up[1].outputs
    assert eventually(lambda: ready(platform))
    assert outputs["release"] == platform.release["version"]
    assert outputs["release_signing_key"].startswith("arn:aws:kms:sa-east-1:")
    kms = platform.lab.aws("kms")
    key = kms.describe_key(KeyId=outputs["release_signing_key"])["KeyMetadata"]
    assert (key["KeySpec"], key["KeyUsage"]) == ("ECC_NIST_P256", "SIGN_VERIFY")
    assert kms.get_key_rotation_status(KeyId=outputs["envelope_key"])["KeyRotationEnabled"]
    versioning = platform.lab.aws("s3").get_bucket_versioning(Bucket=outputs["evidence_bucket"])
    assert versioning["Status"] == "Enabled"
    zones = {item["spec"]["nodeName"] for item in platform.objects("pods")}
    assert len(zones) >= 2


def test_a_second_up_changes_nothing(platform: Platform) -> None:
    assert platform.deploy().changed == 0
    done = platform.pulumi("up", "--yes", "--expect-no-changes")
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_secret_is_readable_in_the_state(platform: Platform) -> None:
    (secret,) = [
        item for item in platform.objects("secrets") if item["type"] == "Opaque" and "session-key" in item["data"]
    ]
    import base64

    clear = base64.b64decode(secret["data"]["session-key"])
    for file in platform.engine.backend.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            assert clear not in content, file
            assert secret["data"]["session-key"].encode() not in content, file


def test_scaling_by_hand_shows_as_drift(platform: Platform) -> None:
    platform.tool("kubectl", "--namespace", NAMESPACE, "scale", "deployment", "cartorio-api", "--replicas=3")
    done = platform.pulumi("preview", "--refresh", "--diff")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "drift: cartorio-api: spec.replicas is 3, set by kubectl" in done.stdout + done.stderr
    platform.tool("kubectl", "--namespace", NAMESPACE, "scale", "deployment", "cartorio-api", "--replicas=2")


class TestImages:
    """No image without a valid signature, and nothing touched by the attempt."""

    @staticmethod
    def push(platform: Platform, folder: Path, content: bytes) -> str:
        """Push a fresh one-file image; returns its digest."""
        (folder / "file").write_bytes(content)
        with tarfile.open(folder / "layer.tar", "w") as tar:
            tar.add(folder / "file", "file")
        where = f"{platform.lab.services.endpoints().registry}/{REPOSITORY}:{content.decode()}"
        printed = platform.tool(
            "crane", "append", "--insecure", "--oci-empty-base", "-f", str(folder / "layer.tar"), "-t", where
        )
        return printed.strip().rpartition("@")[2]

    @staticmethod
    def assert_refused(platform: Platform, digest: str, reason: str) -> None:
        reference = f"{REGISTRY}/{REPOSITORY}@{digest}"
        before = platform.fingerprint()
        platform.set_images(reference)
        done = platform.pulumi("up", "--yes")
        said = done.stdout + done.stderr
        assert done.returncode != 0, said
        assert digest in said
        assert "workload-release" in said
        assert reason in said
        assert "cosign sign" in said, "no remedy"
        assert "Traceback" not in said
        assert platform.fingerprint() == before

    def test_unsigned(self, restored: Platform, tmp_path: Path) -> None:
        self.assert_refused(restored, self.push(restored, tmp_path, b"unsigned"), "no signature")

    def test_signed_by_another_key(self, restored: Platform, tmp_path: Path) -> None:
        digest = self.push(restored, tmp_path, b"other-key")
        key = restored.lab.aws("kms").create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")
        where = f"{restored.lab.services.endpoints().registry}/{REPOSITORY}@{digest}"
        restored.tool("cosign", "sign", *LOOPBACK, "--key", f"awskms:///{key['KeyMetadata']['KeyId']}", where)
        self.assert_refused(restored, digest, "key")

    def test_signature_copied_from_another_image(self, restored: Platform, tmp_path: Path) -> None:
        digest = self.push(restored, tmp_path, b"copied")
        registry = restored.lab.services.endpoints().registry
        trusted = restored.release["images"]["api"].rpartition("@")[2]
        for tag in (trusted.replace(":", "-"), f"{trusted.replace(':', '-')}.sig"):
            listed = restored.tool("crane", "ls", "--insecure", f"{registry}/{REPOSITORY}").split()
            if tag in listed:
                copy = tag.replace(trusted.removeprefix("sha256:"), digest.removeprefix("sha256:"))
                restored.tool(
                    "crane", "copy", "--insecure", f"{registry}/{REPOSITORY}:{tag}", f"{registry}/{REPOSITORY}:{copy}"
                )
        assert f"sha256-{digest.removeprefix('sha256:')}" in restored.tool(
            "crane", "ls", "--insecure", f"{registry}/{REPOSITORY}"
        )
        self.assert_refused(restored, digest, "digest")


def test_what_is_refused_late_has_changed_nothing_early(platform: Platform) -> None:
    """`make up` with a harmless change that comes first and a forbidden one that comes last."""
    stack_file = platform.project / "Pulumi.local.yaml"
    template = platform.project / "charts" / "cartorio" / "templates" / "deployments.yaml"
    before = {file: file.read_text() for file in (stack_file, template)}
    assert eventually(lambda: ready(platform))  # controllers are at rest: what changes now, the attempt has changed
    unchanged = platform.fingerprint()
    (retention,) = re.findall(r"retentionDays: \d+", before[stack_file])
    stack_file.write_text(before[stack_file].replace(retention, "retentionDays: 3"))
    template.write_text(before[template].replace("privileged: false", "privileged: true"))
    try:
        with pytest.raises(RefusedError, match="privileged"):
            platform.deploy()
        assert platform.fingerprint() == unchanged
        groups = platform.lab.aws("logs").describe_log_groups(logGroupNamePrefix="audit-log")["logGroups"]
        assert [group["retentionInDays"] for group in groups] == [1]
    finally:
        for file, text in before.items():
            file.write_text(text)


@pytest.mark.parametrize(
    "services",
    [("etcd", "kube-apiserver"), ("kube-controller-manager", "kube-scheduler", "kwok"), ("moto", "registry")],
    ids="+".join,
)
def test_make_up_mends_what_died_with_a_service(platform: Platform, services: tuple[str, ...]) -> None:
    """Each service by itself is killed in tests/lab/services/test_lab.py; here, what a stack makes of it."""
    killed = [psutil.Process(one.pid) for one in platform.lab.services.status() if one.name in services and one.pid]
    assert len(killed) == len(services)
    for process in killed:
        process.kill()
    psutil.wait_procs(killed, timeout=10)
    assert_completed_by_make_up(platform)


def test_destroy_leaves_the_cluster_empty(platform: Platform) -> None:
    empty(platform)
    left = {item["metadata"]["name"] for item in platform.objects("namespaces", "--all-namespaces")}
    assert left == {"default", "kube-node-lease", "kube-public", "kube-system"}
    assert platform.objects("validatingadmissionpolicies", "--all-namespaces") == []
    assert platform.objects("pods", "--all-namespaces") == []
    kms = platform.lab.aws("kms")
    assert not [alias for alias in kms.list_aliases()["Aliases"] if alias["AliasName"].startswith("alias/cartorio")]
    assert platform.lab.aws("s3").list_buckets()["Buckets"] == []


@pytest.mark.parametrize("moment", ["kms:Key", "Release"])
def test_make_up_goes_on_where_pulumi_was_killed(platform: Platform, moment: str) -> None:
    empty(platform)
    with subprocess.Popen(
        [
            platform.lab.toolchain.path("pulumi"), "up", "--yes", "--skip-preview", "--stack", STACK,
            "--non-interactive",
        ],
        cwd=platform.project, env=platform.variables,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, process_group=0,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert any(moment in line and "creating" in line for line in process.stdout)
        process.kill()
    # The worst moment of all: between emptying the file beside the state and writing it.
    state = platform.engine.state_file(STACK)
    state.with_name(f"{state.name}.attrs").write_bytes(b"")
    assert_completed_by_make_up(platform)
