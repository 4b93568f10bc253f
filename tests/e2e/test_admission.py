"""sigstore's own policy-controller judges pods in the lab, by what a trust policy becomes and as the pack does."""

from __future__ import annotations

import subprocess
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
import yaml

from guardrails.trust import Outcome, Verifier
from guardrails.trust.admission_file import read_image_policies
from lab.paths import LabPaths
from lab.report import Quiet
from lab.services.lab import tools_of
from lab.toolchain import ensure
from tests.support import lab as support
from tests.support.signing import Content, Cosign, Signer

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.lab import RunningLab

pytestmark = pytest.mark.e2e

PLACE = "arn:aws:kms:sa-east-1:123456789012"
_DEPLOYMENT = """apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}}}
spec:
  selector: {{matchLabels: {{app: a}}}}
  template:
    metadata: {{labels: {{app: a}}}}
    spec:
      initContainers: [{{name: first, image: '{init}'}}]
      containers: [{{name: main, image: '{main}'}}]
"""


@dataclass(frozen=True)
class Cluster:
    """A cluster that judges by a trust policy, and the pack's verifier under the same one.

    Attributes:
        lab: the lab.
        trust: the trust policy's file.
        namespace: where pods are judged.
        keys: cosign with the keys of the three who sign together, and of a stranger.
        kms: the key of the one who signs alone, as cosign names it.
    """

    lab: RunningLab
    trust: Path
    namespace: str
    keys: Cosign
    kms: str

    def image(self, repository: str, *signers: str, legacy: bool = True) -> str:
        """A new image, signed."""
        content = Content()
        digest = str(content.image()["digest"])
        content.push(self.lab.endpoints.registry, repository)
        reference = f"{self.lab.endpoints.registry}/{repository}@{digest}"
        for signer in signers:
            self.keys.sign(signer, reference, legacy=legacy)
        return reference

    def admits(self, image: str) -> tuple[bool, str]:
        """Whether the API server would take a pod of this image, and what it says."""
        return self.takes("run", f"pod-{uuid.uuid4().hex[:8]}", f"--image={image}")

    def takes(self, *arguments: str, given: str | None = None) -> tuple[bool, str]:
        done = subprocess.run(
            [str(self.lab.toolchain.path("kubectl")), *arguments, "--dry-run=server", f"--namespace={self.namespace}"],
            env=self.lab.environment(),
            input=given,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        return done.returncode == 0, done.stdout + done.stderr

    def trusts(self, image: str) -> bool:
        """Whether the policy pack's verifier trusts it."""
        return Verifier.from_file(self.trust, "producao").verify([image])[image].outcome is Outcome.TRUSTED


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Cluster:
    """The lab in which Flux is tried too: it has its own objects, and this one its own."""
    toolchain = ensure((*tools_of("admission"), "cosign", "kubectl"), LabPaths.default(), Quiet())
    lab = support.bring_up("gitops", toolchain, ("admission",))
    folder = tmp_path_factory.mktemp("admission")
    (folder / "keys").mkdir()
    variables = {name: value for name, value in lab.environment().items() if name.startswith("AWS_")}
    keys = Cosign(toolchain.path("cosign"), folder / "keys", variables)
    signers = {name: Signer() for name in ("ana", "bia", "caio", "stranger")}
    for name, signer in signers.items():
        keys.key(name, signer.private_pem)
        (folder / f"{name}.pem").write_bytes(signer.pem)
    alias = f"alias/tests-{uuid.uuid4().hex}"
    kms = lab.aws("kms")
    made = kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName=alias, TargetKeyId=made)
    namespace = f"judged-{uuid.uuid4().hex[:8]}"
    found = Cluster(lab, folder / "trust.yaml", namespace, keys, f"awskms:///{alias}")
    registry = lab.endpoints.registry
    three = [{"source": f"file:{name}.pem"} for name in ("ana", "bia", "caio")]
    rules = [
        {"name": "own", "images": f"{registry}/cartorio/**", "require": [{"authorities": ["release"]}]},
        {"name": "two", "images": f"{registry}/two/*", "require": [{"authorities": ["people"], "threshold": 2}]},
        {"name": "one", "images": f"{registry}/one/app", "require": [{"authorities": ["people"]}]},
    ]
    document = {
        "version": "cartorio.trust/v1",
        "authorities": {
            "release": {"keys": [{"source": found.kms}], "formats": ["legacy"]},
            "people": {"keys": three, "formats": ["legacy"]},
        },
        "profiles": {"producao": {"rules": rules}},
    }
    found.trust.write_text(yaml.safe_dump(document))
    policies = read_image_policies(found.trust, "producao", datetime.now(UTC))
    assert len(policies) == 5  # two of three are three policies
    manifests = yaml.safe_dump_all([policy.manifest(PLACE) for policy in policies])
    lab.kubectl("apply", "--filename=-", given=manifests)
    for policy in policies:
        lab.kubectl("wait", f"clusterimagepolicy/{policy.name}", "--for=condition=Ready", "--timeout=60s")
    lab.kubectl("create", "namespace", namespace)
    lab.kubectl("label", "namespace", namespace, "policy.sigstore.dev/include=true")
    return found


@pytest.fixture(autouse=True)
def _of_the_lab(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    """This process asks the lab's KMS, and its registry by its own address."""
    for name, value in cluster.lab.environment().items():
        if name.startswith("AWS_"):
            monkeypatch.setenv(name, value)
    monkeypatch.setenv(
        "CARTORIO_REGISTRY_MIRRORS", f"{cluster.lab.endpoints.registry}=http://{cluster.lab.endpoints.registry}"
    )


CASES = [
    ("cartorio/app", ("kms",), True, True, ""),
    ("cartorio/deep/app", ("stranger", "kms"), True, True, ""),
    ("cartorio/app", (), True, False, "no signatures found"),
    ("cartorio/app", ("stranger",), True, False, "signature key validation failed"),
    # What policy-controller cannot read does not count with the pack either, as the policy says.
    ("cartorio/app", ("kms",), False, False, "no signatures found"),
    ("two/app", ("ana",), True, False, "failed policy"),
    ("two/app", ("bia", "caio"), True, True, ""),
    ("one/app", ("caio",), True, True, ""),
    ("one/app", ("stranger",), True, False, "failed policy: cartorio-producao-one"),
    ("elsewhere/app", ("kms",), True, False, "no matching policies"),
    ("two/deep/app", ("ana", "bia"), True, False, "no matching policies"),
]


@pytest.mark.parametrize(("repository", "signers", "legacy", "admitted", "said"), CASES)
def test_the_cluster_admits_what_the_pack_trusts_and_refuses_all_else(
    cluster: Cluster, repository: str, signers: tuple[str, ...], said: str, *, legacy: bool, admitted: bool
) -> None:
    named = tuple(cluster.kms if signer == "kms" else signer for signer in signers)
    image = cluster.image(repository, *named, legacy=legacy)
    done, told = cluster.admits(image)
    assert done is admitted, told
    assert said in told
    assert cluster.trusts(image) is admitted


def test_every_container_of_every_kind_is_judged(cluster: Cluster) -> None:
    good, bad = cluster.image("cartorio/app", cluster.kms), cluster.image("cartorio/app")
    for init, main, admitted in ((good, good, True), (bad, good, False), (good, bad, False)):
        manifest = _DEPLOYMENT.format(name="app", init=init, main=main)
        done, told = cluster.takes("apply", "--filename=-", given=manifest)
        assert done is admitted, told


def test_elsewhere_nobody_is_judged(cluster: Cluster) -> None:
    image = cluster.image("cartorio/app")
    cluster.lab.kubectl("run", "free", f"--image={image}", "--dry-run=server", "--namespace=default")
