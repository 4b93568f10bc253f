"""Flux follows a repository in the lab: what is signed shows in the cluster, and nothing else does.

The objects that Flux follows are those of `components/gitops`, the trees those under `clusters/`, the controllers
Flux's own.
"""

from __future__ import annotations

import json
import subprocess
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as kubernetes
import pytest
import typer
from typer.testing import CliRunner

from components.gitops.flux import Flux, FluxArgs
from components.providers import Account
from components.sections.gitops import Gitops
from components.sources import Sources
from lab.paths import LabPaths
from lab.report import Quiet
from lab.services import cli
from lab.services import gitops as services
from lab.services.lab import tools_of
from lab.toolchain import ensure
from tests.support import lab as support
from tests.support.commits import Repository, SshSigner
from tests.support.openpgp import PgpSigner
from tests.support.plan import ACCOUNT, run

if TYPE_CHECKING:
    from tests.support.lab import RunningLab

CLUSTERS = Path(__file__).resolve().parents[2] / "clusters"
TREES = ("guardrails", "namespaces")
# What the lab has no controller for, or makes otherwise.
_LEFT_OUT = ("kubernetes:helm.sh/", "kubernetes:networking.k8s.io/")
_PATIENCE = "110s"
_FOLDER = "clusters/local/namespaces"
_NOTE = """apiVersion: v1
kind: ConfigMap
metadata:
  name: {name}
  namespace: cartorio
data:
  text: {text}
"""


@dataclass(frozen=True)
class Following:
    """The lab, the repository that it follows, and who signs."""

    lab: RunningLab
    repository: Repository
    ana: SshSigner
    bia: PgpSigner

    def look(self) -> None:
        """Have Flux look at the repository, and wait until it has: what it says afterwards is of no earlier look."""
        self.reconcile("gitrepository", "cartorio")

    def reconcile(self, kind: str, name: str) -> None:
        """Have Flux take an object up, and wait until it has."""
        mark = uuid.uuid4().hex
        asked = f"reconcile.fluxcd.io/requestedAt={mark}"
        self.lab.kubectl("annotate", "--overwrite", "--namespace=flux-system", f"{kind}/{name}", asked)
        self.wait(kind, name, f"jsonpath={{.status.lastHandledReconcileAt}}={mark}")

    def wait(self, kind: str, name: str, condition: str) -> None:
        """Wait until an object of Flux's is so."""
        self.lab.kubectl(
            "wait", "--namespace=flux-system", f"--for={condition}", f"--timeout={_PATIENCE}", f"{kind}/{name}"
        )

    def applied(self, commit: str) -> None:
        """Wait until both trees are as at a commit."""
        self.look()
        for tree in TREES:
            self.wait("kustomization", tree, f"jsonpath={{.status.lastAppliedRevision}}=main@sha1:{commit}")
            self.wait("kustomization", tree, "condition=Ready")

    def condition(self, kind: str, name: str, type_: str) -> dict[str, Any]:
        """A condition of an object of Flux's."""
        told = json.loads(self.lab.kubectl("get", "--namespace=flux-system", f"{kind}/{name}", "--output=json"))
        (found,) = [one for one in told["status"]["conditions"] if one["type"] == type_]
        return dict(found)

    def note(self, name: str) -> str | None:
        """The text of a note in the cluster; None: there is none."""
        arguments = ("get", "--namespace=cartorio", "--ignore-not-found", f"configmap/{name}", "--output=json")
        told = self.lab.kubectl(*arguments)
        return str(json.loads(told)["data"]["text"]) if told else None

    def add_note(self, name: str, text: str = "hello") -> None:
        """Write a note into the tree of namespaces."""
        self.repository.write(f"{_FOLDER}/{name}.yaml", _NOTE.format(name=name, text=text))
        self._list(name)

    def _list(self, name: str) -> None:
        file = self.repository.folder / _FOLDER / "kustomization.yaml"
        text = file.read_text(encoding="utf-8").replace("resources:\n", f"resources:\n  - {name}.yaml\n", 1)
        file.write_text(text, encoding="utf-8")

    def add(self, name: str, text: str) -> None:
        """Write any file into the tree of namespaces."""
        self.repository.write(f"{_FOLDER}/{name}.yaml", text)
        self._list(name)

    def refused(self, *arguments: str, given: str) -> str:
        """What kubectl says when the API server refuses."""
        done = subprocess.run(
            [str(self.lab.toolchain.path("kubectl")), *arguments],
            env=self.lab.environment(),
            input=given,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode != 0, done.stdout
        return done.stderr


def _objects(url: str, *signers: SshSigner | PgpSigner) -> list[dict[str, Any]]:
    """What the component declares for a repository, as objects."""
    section = {
        "git": {"url": url, "verify": {"signers": [{"name": one.name, "key": one.public} for one in signers]}},
        "trees": [
            {"name": "guardrails", "path": "clusters/local/guardrails"},
            {"name": "namespaces", "path": _FOLDER, "dependsOn": ["guardrails"]},
        ],
    }

    def program() -> Flux:
        return Flux(
            "gitops",
            FluxArgs(stack="local", settings=Gitops.model_validate_json(json.dumps(section)), sources=Sources()),
            Account(pulumi.Output.from_input(ACCOUNT), pulumi.Output.from_input("aws"), "sa-east-1"),
            pulumi.ResourceOptions(
                providers=[aws.Provider("aws", region="sa-east-1"), kubernetes.Provider("kubernetes")]
            ),
        )

    return [
        resource.inputs
        for resource in run(program)[0].resources
        if resource.type.startswith("kubernetes:") and not resource.type.startswith(_LEFT_OUT)
    ]


@pytest.fixture(scope="module")
def following(tmp_path_factory: pytest.TempPathFactory) -> Following:
    toolchain = ensure((*tools_of("gitops"), "kubectl"), LabPaths.default(), Quiet())
    lab = support.bring_up("gitops", toolchain, extras=("gitops",))
    (address,) = [one.url for one in lab.services.status() if one.name == "git"]
    ana, bia = SshSigner("ana"), PgpSigner("bia")
    repository = Repository.create(tmp_path_factory.mktemp("gitops") / "work", services.repository(lab.paths.root))
    repository.copy(CLUSTERS, "clusters")
    first = repository.push(ana)
    namespace = {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": "cartorio", "labels": {"app.kubernetes.io/part-of": "cartorio"}},
    }
    for one in (namespace, *_objects(f"{address}/{services.REPOSITORY}.git", ana, bia)):
        if one["kind"] != "Provider":
            lab.kubectl("apply", "--server-side", "--filename=-", given=json.dumps(one))
    found = Following(lab, repository, ana, bia)
    found.applied(first)
    return found


def test_what_is_signed_guards_the_cluster(following: Following) -> None:
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "door", "namespace": "cartorio"},
        "spec": {"type": "LoadBalancer", "ports": [{"port": 80}]},
    }
    said = following.refused("create", "--filename=-", given=json.dumps(service))
    assert "Service door of type LoadBalancer is a way in past the ingress" in said
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "stray", "namespace": "default"},
        "spec": {"containers": [{"name": "stray", "image": "stray"}]},
    }
    said = following.refused("create", "--filename=-", given=json.dumps(pod))
    assert "violates PodSecurity" in said or "exceeded quota" in said


def test_a_commit_signed_with_openpgp_shows(following: Following) -> None:
    before = following.repository.force("HEAD")
    following.add_note("signed", "by bia")
    following.applied(following.repository.push(following.bia))
    assert following.note("signed") == "by bia"
    following.applied(following.repository.force(before))
    assert following.note("signed") is None


def test_a_signed_commit_shows_and_what_it_removes_goes(following: Following) -> None:
    before = following.repository.force("HEAD")
    following.add_note("shown")
    following.applied(following.repository.push(following.ana))
    assert following.note("shown") == "hello"
    (following.repository.folder / _FOLDER / "shown.yaml").unlink()
    file = following.repository.folder / _FOLDER / "kustomization.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("  - shown.yaml\n", ""), encoding="utf-8")
    following.applied(following.repository.push(following.ana))
    assert following.note("shown") is None
    assert following.lab.kubectl("get", "serviceaccount/default", "--namespace=cartorio")
    following.applied(following.repository.force(before))


@pytest.mark.parametrize(
    ("stranger", "reason"),
    [
        (None, "unsupported signature type: empty"),
        (SshSigner("mallory"), "unable to verify"),
        (PgpSigner("mallory"), "unable to verify"),
    ],
    ids=["unsigned", "signed by a stranger", "signed by a stranger with OpenPGP"],
)
def test_an_unverified_commit_does_not_show_and_flux_says_why(
    following: Following, stranger: SshSigner | PgpSigner | None, reason: str
) -> None:
    before = following.repository.force("HEAD")
    following.add_note("sneaked")
    commit = following.repository.push(stranger)
    following.look()
    following.wait("gitrepository", "cartorio", "condition=SourceVerified=false")
    told = following.condition("gitrepository", "cartorio", "SourceVerified")
    assert commit in told["message"]
    assert reason in told["message"]
    following.wait("gitrepository", "cartorio", f"jsonpath={{.status.artifact.revision}}=main@sha1:{before}")
    assert following.note("sneaked") is None
    following.applied(following.repository.force(before))
    assert following.note("sneaked") is None


def test_what_is_changed_by_hand_is_set_back(following: Following) -> None:
    before = following.repository.force("HEAD")
    following.add_note("kept", "declared")
    following.applied(following.repository.push(following.ana))
    following.lab.kubectl(
        "patch", "configmap/kept", "--namespace=cartorio", "--type=merge", '--patch={"data":{"text":"by hand"}}'
    )
    assert following.note("kept") == "by hand"
    following.reconcile("kustomization", "namespaces")
    assert following.note("kept") == "declared"
    following.applied(following.repository.force(before))


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ("apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: odd, namespace: cartorio}\nspec: {hard: []}\n", "hard"),
        ("apiVersion: v1\nkind: Secret\nmetadata: {name: odd, namespace: cartorio}\n", "forbidden"),
    ],
    ids=["a broken manifest", "a secret"],
)
def test_what_cannot_be_applied_leaves_the_rest_as_it_was(following: Following, broken: str, reason: str) -> None:
    before = following.repository.force("HEAD")
    following.add_note("kept", "declared")
    good = following.repository.push(following.ana)
    following.applied(good)
    following.add_note("beside")
    following.add("odd", broken)
    commit = following.repository.push(following.ana)
    following.look()
    following.wait("kustomization", "namespaces", f"jsonpath={{.status.lastAttemptedRevision}}=main@sha1:{commit}")
    following.wait("kustomization", "namespaces", "condition=Ready=false")
    assert reason in following.condition("kustomization", "namespaces", "Ready")["message"]
    assert following.note("kept") == "declared"
    assert following.note("beside") is None
    following.wait("kustomization", "namespaces", f"jsonpath={{.status.lastAppliedRevision}}=main@sha1:{good}")
    following.applied(following.repository.force(before))


def test_while_nobody_may_sign_nothing_is_applied(following: Following) -> None:
    signers, empty = ("get", "secret/flux-signers", "--namespace=flux-system", "--output=json"), {"data": None}
    kept = json.loads(following.lab.kubectl(*signers))["data"]
    patch = ("patch", "secret/flux-signers", "--namespace=flux-system", "--type=merge")
    following.lab.kubectl(*patch, f"--patch={json.dumps(empty)}")
    before = following.repository.force("HEAD")
    following.add_note("sneaked")
    commit = following.repository.push(following.ana)
    following.look()
    following.wait("gitrepository", "cartorio", "condition=SourceVerified=false")
    assert commit in following.condition("gitrepository", "cartorio", "SourceVerified")["message"]
    assert following.note("sneaked") is None
    following.lab.kubectl(*patch, f"--patch={json.dumps({'data': kept})}")
    following.applied(following.repository.force(before))


@pytest.mark.parametrize("stack", ["local", "producao", "staging"])
def test_the_api_server_takes_every_object_of_every_stack(following: Following, stack: str) -> None:
    objects = following.lab.kubectl("kustomize", str(CLUSTERS / stack))
    # As Flux would, over what it has applied of the stack `local`.
    apply = ("apply", "--server-side", "--force-conflicts", "--field-manager=kustomize-controller", "--dry-run=server")
    said = following.lab.kubectl(*apply, "--filename=-", given=objects)
    assert len(said.splitlines()) == objects.count("\nkind: ")
    broken = objects.replace("policyTypes", "policyKinds")
    assert "policyKinds" in following.refused(*apply, "--filename=-", given=broken)


def test_the_command_line_knows_the_further_services(following: Following, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CARTORIO_LAB", str(following.lab.paths.root))
    app = typer.Typer()
    cli.add_commands(app)

    def cartorio(*arguments: str) -> str:
        result = CliRunner().invoke(app, ["lab", *arguments], env={"COLUMNS": "200"})
        assert result.exit_code == 0, result.output
        return result.stdout

    states = {one["name"]: (one["state"], one["pid"]) for one in json.loads(cartorio("status", "--format", "json"))}
    further = ("git", "source-controller", "kustomize-controller")
    assert [states[name][0] for name in further] == ["running"] * len(further)
    shown = json.loads(cartorio("up", "--with", "gitops", "--format", "json"))
    assert shown["git"] == following.lab.services.repository()
    assert shown["push to"] == str(following.repository.remote)
    cartorio("up")  # without them, they are left as they are
    after = {one["name"]: (one["state"], one["pid"]) for one in json.loads(cartorio("status", "--format", "json"))}
    assert {name: after[name] for name in further} == {name: states[name] for name in further}
    assert "cartorio" in cartorio("logs", "source-controller", "--lines", "400")
    assert "git-upload-pack" in cartorio("logs", "git")
