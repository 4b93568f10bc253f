from __future__ import annotations

import pulumi
import pulumi_kubernetes as kubernetes
import pytest

from components.supply.admission import Admission, AdmissionArgs
from tests.support.plan import Plan, run

KIND = "kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicy"
REGISTRIES = ("registry.cartorio.internal/cartorio", "mirror.example.org:5000")


@pytest.fixture(scope="module")
def plan() -> Plan:
    def program() -> None:
        provider = kubernetes.Provider("kubernetes")
        args = AdmissionArgs(stack="local", registries=REGISTRIES)
        Admission("admission", args, pulumi.ResourceOptions(providers=[provider]))

    return run(program, stack="local")[0]


def test_every_kind_that_starts_pods_is_judged_on_creation_and_change(plan: Plan) -> None:
    rules = plan.one(KIND).inputs["spec"]["matchConstraints"]["resourceRules"]
    assert {(group, resource) for rule in rules for group in rule["apiGroups"] for resource in rule["resources"]} == {
        ("", "pods"),
        ("", "pods/ephemeralcontainers"),
        ("", "podtemplates"),
        ("", "replicationcontrollers"),
        ("apps", "daemonsets"),
        ("apps", "deployments"),
        ("apps", "replicasets"),
        ("apps", "statefulsets"),
        ("batch", "cronjobs"),
        ("batch", "jobs"),
    }
    assert {tuple(rule["operations"]) for rule in rules} == {("CREATE", "UPDATE")}


def test_what_cannot_be_judged_is_refused(plan: Plan) -> None:
    assert plan.one(KIND).inputs["spec"]["failurePolicy"] == "Fail"


def test_the_binding_denies_in_the_marked_namespaces(plan: Plan) -> None:
    binding = plan.one(f"{KIND}Binding").inputs
    assert binding["spec"] == {
        "policyName": "cartorio-local-images",
        "validationActions": ["Deny", "Audit"],
        "matchResources": {
            "namespaceSelector": {"matchLabels": {"cartorio.digital/image-admission": "enforced"}},
        },
    }
    assert binding["metadata"]["name"] == plan.one(KIND).inputs["metadata"]["name"] == "cartorio-local-images"


def test_refusals_say_what_to_do(plan: Plan) -> None:
    for validation in plan.one(KIND).inputs["spec"]["validations"]:
        assert validation["reason"] == "Forbidden"
        for text in (validation["message"], validation["messageExpression"]):
            assert "sha256" in text or all(registry in text for registry in REGISTRIES)
