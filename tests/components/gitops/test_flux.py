from __future__ import annotations

import json
from typing import Any

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as kubernetes
import pytest

from components.gitops.flux import Flux, FluxArgs
from components.providers import Account
from components.sections.gitops import Gitops
from components.sources import Mirrored, Sources
from tests.support.gitops import git, oci
from tests.support.plan import ACCOUNT, Plan, policy_of, run

GIT = "kubernetes:source.toolkit.fluxcd.io/v1:GitRepository"
OCI = "kubernetes:source.toolkit.fluxcd.io/v1:OCIRepository"
TREE = "kubernetes:kustomize.toolkit.fluxcd.io/v1:Kustomization"
DELIVERY = "kubernetes:external-secrets.io/v1:ExternalSecret"
RELEASE = "kubernetes:helm.sh/v3:Release"
SECRET = "kubernetes:core/v1:Secret"
TOLD = [
    {"name": "plantao", "by": "slack", "severity": "error", "channel": "#plantao", "secret": "flux/slack"},
    {"name": "commits", "by": "github", "repository": "https://github.com/cartorio-digital/infraestrutura"},
]


def _plan(section: dict[str, Any], sources: Sources | None = None) -> Plan:
    def program() -> Flux:
        provider = kubernetes.Provider("kubernetes")
        return Flux(
            "gitops",
            FluxArgs(
                stack="local",
                settings=Gitops.model_validate_json(json.dumps(section)),
                sources=sources or Sources(),
                cluster="cartorio",
                ground=(kubernetes.core.v1.Namespace("ground", opts=pulumi.ResourceOptions(provider=provider)),),
            ),
            Account(pulumi.Output.from_input(ACCOUNT), pulumi.Output.from_input("aws"), "sa-east-1"),
            pulumi.ResourceOptions(providers=[aws.Provider("aws", region="sa-east-1"), provider]),
        )

    return run(program)[0]


@pytest.fixture(scope="module")
def plan() -> Plan:
    return _plan(git(notifications=TOLD))


def test_only_a_signed_commit_of_the_repository_is_applied(plan: Plan) -> None:
    spec = plan.one(GIT).inputs["spec"]
    assert spec["url"] == "ssh://git@github.com/cartorio-digital/infraestrutura"
    assert spec["ref"] == {"branch": "main"}
    assert spec["verify"] == {"mode": "HEAD", "secretRef": {"name": "flux-signers"}}
    signers = plan.one(SECRET, "gitops-signers")
    assert sorted(signers.inputs["stringData"]) == ["README", "ana.sshpub", "github.asc"]
    assert signers.urn in plan.one(GIT).depends_on


def test_the_private_half_of_the_deploy_key_never_passes_through(plan: Plan) -> None:
    assert [secret.name for secret in plan.of(SECRET)] == ["gitops-signers"]
    delivery = plan.one(DELIVERY, "gitops-flux-deploy-key").inputs["spec"]
    assert delivery["data"] == [
        {"secretKey": "identity", "remoteRef": {"key": "cartorio/local/flux/deploy-key"}},
    ]
    template = delivery["target"]["template"]["data"]
    assert template["identity"] == "{{ .identity }}"
    assert [line.split()[:2] for line in template["known_hosts"].splitlines()] == [
        ["github.com", "ssh-ed25519"],
        ["github.com", "ecdsa-sha2-nistp256"],
    ]
    assert plan.one(GIT).inputs["spec"]["secretRef"] == {"name": "flux-deploy-key"}


def test_trees_are_pruned_awaited_and_wait_for_each_other(plan: Plan) -> None:
    first, second = (plan.one(TREE, f"gitops-{name}") for name in ("guardrails", "namespaces"))
    assert "dependsOn" not in first.inputs["spec"]
    assert second.inputs["spec"]["dependsOn"] == [{"name": "guardrails"}]
    for tree in (first, second):
        spec = tree.inputs["spec"]
        assert (spec["prune"], spec["wait"], spec["timeout"], spec["retryInterval"]) == (True, True, "5m", "2m")
        assert spec["sourceRef"] == {"kind": "GitRepository", "name": "cartorio"}
        assert plan.one("kubernetes:core/v1:Namespace", "ground").urn in tree.depends_on
    assert first.urn in second.depends_on


def test_health_checks_are_named_where_not_everything_is_awaited() -> None:
    check = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "a", "namespace": "cartorio"}
    section = git(trees=[{"name": "apps", "path": "clusters/local", "wait": False, "healthChecks": [check]}])
    spec = _plan(section).one(TREE).inputs["spec"]
    assert (spec["wait"], spec["healthChecks"]) == (False, [check])


def test_trees_are_applied_with_the_reconcilers_rights(plan: Plan) -> None:
    account = plan.one("kubernetes:core/v1:ServiceAccount").inputs["metadata"]
    assert {tree.inputs["spec"]["serviceAccountName"] for tree in plan.of(TREE)} == {account["name"]}


def test_the_controllers_are_pinned_by_digest_and_no_administrators(plan: Plan) -> None:
    values = plan.one(RELEASE).inputs["values"]
    assert values["multitenancy"]["privileged"] is False
    for part in ("sourceController", "kustomizeController", "notificationController", "cli"):
        assert values[part]["tag"].startswith("sha256:")
    assert not any(values[part]["create"] for part in ("helmController", "imageAutomationController"))
    assert values["kustomizeController"]["container"]["additionalArgs"] == ["--no-remote-bases=true"]
    mirrored = _plan(git(), Sources((Mirrored("ghcr.io/fluxcd", "mirror.example.org/flux"),))).one(RELEASE)
    assert mirrored.inputs["values"]["sourceController"]["image"] == "mirror.example.org/flux/source-controller"


def test_who_is_told_is_told_with_credentials_by_reference(plan: Plan) -> None:
    kind = "kubernetes:notification.toolkit.fluxcd.io/v1beta3"
    slack, commits = (plan.one(f"{kind}:Provider", f"gitops-{name}").inputs["spec"] for name in ("plantao", "commits"))
    assert (slack["type"], slack["channel"], slack["secretRef"]) == ("slack", "#plantao", {"name": "flux-plantao"})
    assert commits["address"] == "https://github.com/cartorio-digital/infraestrutura"
    assert [one.name for one in plan.of(DELIVERY)] == ["gitops-flux-deploy-key", "gitops-flux-plantao"]
    alerts = {one.name: one.inputs["spec"] for one in plan.of(f"{kind}:Alert")}
    assert alerts["gitops-plantao"]["eventSeverity"] == "error"
    # GitHub has no place for the state of a source.
    assert [source["kind"] for source in alerts["gitops-commits"]["eventSources"]] == ["Kustomization"]


def test_an_artifact_is_an_alternative_verified_by_cosign() -> None:
    plan = _plan(oci())
    spec = plan.one(OCI).inputs["spec"]
    assert spec["verify"] == {"provider": "cosign", "secretRef": {"name": "flux-signers"}}
    assert list(plan.one(SECRET).inputs["stringData"]) == ["README", "key-0.pub"]
    assert plan.one(TREE).inputs["spec"]["sourceRef"]["kind"] == "OCIRepository"
    policy = policy_of(plan.one("aws:iam/rolePolicy:RolePolicy"))
    assert policy["Pull"]["Resource"] == "arn:aws:ecr:sa-east-1:123456789012:repository/cartorio/clusters"
    assert "gitops-room-pod-identity" in {one.name for one in plan.of("kubernetes:networking.k8s.io/v1:NetworkPolicy")}


def test_an_artifact_of_anybodys_registry_signed_without_a_key() -> None:
    identity = {"issuer": "^https://issuer$", "subject": "^https://github.com/x$"}
    url = "oci://registry.example.org/clusters"
    plan = _plan(oci(url=url, access="generic", verify={"identities": [identity]}))
    assert plan.one(OCI).inputs["spec"]["verify"] == {"provider": "cosign", "matchOIDCIdentity": [identity]}
    assert not plan.of(SECRET)
    assert not plan.of("aws:iam/role:Role")
    assert "verify" not in _plan(oci(url=url, access="generic", verify=None)).one(OCI).inputs["spec"]
