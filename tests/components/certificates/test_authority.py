from __future__ import annotations

from functools import partial
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes
import pytest

from components.certificates.authority import Authority, AuthorityArgs
from components.certificates.values import cert_manager_values
from components.sections.certificates import Certificates
from components.sources import Sources
from tests.support.plan import Plan, run

ISSUER = "kubernetes:cert-manager.io/v1:ClusterIssuer"
CERTIFICATE = "kubernetes:cert-manager.io/v1:Certificate"


@pytest.fixture(scope="module")
def made() -> tuple[Plan, dict[str, str]]:
    found: dict[str, str] = {}

    def program() -> None:
        authority = Authority(
            "certificates",
            AuthorityArgs(stack="local", settings=Certificates(), sources=Sources()),
            pulumi.ResourceOptions(providers=[kubernetes.Provider("kubernetes")]),
        )
        authority.issuer.apply(partial(found.__setitem__, "issuer"))

    return run(program)[0], found


def _spec(plan: Plan, type_: str, name: str) -> dict[str, Any]:
    spec: dict[str, Any] = plan.one(type_, name).inputs["spec"]
    return spec


def test_the_root_signs_only_the_issuing_authority(made: tuple[Plan, dict[str, str]]) -> None:
    plan, found = made
    assert found["issuer"] == plan.one(ISSUER, "certificates-internal").inputs["metadata"]["name"]
    assert _spec(plan, ISSUER, "certificates-internal") == {"ca": {"secretName": "cartorio-issuing"}}
    by_root = plan.one(ISSUER, "certificates-root-issuer").inputs["metadata"]["name"]
    signed = [one.name for one in plan.of(CERTIFICATE) if one.inputs["spec"]["issuerRef"]["name"] == by_root]
    assert signed == ["certificates-issuing"]


def test_clients_go_on_trusting_a_renewed_root(made: tuple[Plan, dict[str, str]]) -> None:
    root, issuing = (_spec(made[0], CERTIFICATE, f"certificates-{role}") for role in ("root", "issuing"))
    assert root["privateKey"]["rotationPolicy"] == "Never"
    assert issuing["privateKey"]["rotationPolicy"] == "Always"
    assert (root["duration"], issuing["duration"]) == ("87600h", "8760h")


def test_nothing_of_cert_managers_comes_before_it(made: tuple[Plan, dict[str, str]]) -> None:
    plan = made[0]
    release = plan.one("kubernetes:helm.sh/v3:Release").urn
    for resource in (*plan.of(ISSUER), *plan.of(CERTIFICATE)):
        assert release in resource.depends_on


@pytest.mark.parametrize(("replicas", "guarded"), [(1, False), (2, True)])
def test_each_part_has_its_pods_and_the_mirror(replicas: int, guarded: bool) -> None:  # noqa: FBT001 - parametrised
    values = cert_manager_values(replicas, "mirror.example.org/quay/jetstack")
    assert (values["imageRegistry"], values["imageNamespace"]) == ("mirror.example.org", "quay/jetstack")
    for part in (values, values["webhook"], values["cainjector"]):
        assert part["replicaCount"] == replicas
        assert part["podDisruptionBudget"] == {"enabled": guarded}
    assert values["crds"] == {"enabled": True, "keep": True}
