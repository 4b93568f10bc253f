"""Flux, where the stack's file asks for it, and what the secrets' store then serves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.stack import build
from tests.support.gitops import git
from tests.support.plan import run
from tests.support.stackfiles import put

if TYPE_CHECKING:
    from tests.support.plan import Plan
    from tests.support.stackfiles import Project

STORE = "kubernetes:external-secrets.io/v1:ClusterSecretStore"
SECRETS = {"managed": [{"name": "flux/deploy-key", "description": "Reads the repository."}]}


def _plan(project: Project) -> Plan:
    settings = project.settings()
    return run(lambda: build(settings), stack="local")[0]


def test_without_its_section_there_is_none(project: Project) -> None:
    assert not [one for one in _plan(project).components if one.type.startswith("cartorio:gitops:")]


def test_the_store_serves_flux_what_it_needs_and_no_more(project: Project) -> None:
    project.config |= {"cartorio:gitops": git(), "cartorio:secrets": SECRETS}
    plan = _plan(project)
    store = plan.one(STORE)
    assert store.inputs["spec"]["conditions"] == [{"namespaces": ["flux-system"]}]
    assert store.urn in plan.one("kubernetes:external-secrets.io/v1:ExternalSecret").depends_on
    gate = plan.one("kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicy").urn
    for tree in plan.of("kubernetes:kustomize.toolkit.fluxcd.io/v1:Kustomization"):
        assert gate in tree.depends_on
    put(project.config, "cartorio:gitops/git/deployKey", {})
    assert _plan(project).one(STORE).inputs["spec"]["conditions"] == [{"namespaces": ["external-secrets"]}]
