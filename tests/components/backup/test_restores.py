"""The test of restores: what it may do, and where."""

from __future__ import annotations

import json

import pytest

from components.backup.restores import KINDS, RestoreTest, RestoreTestArgs
from components.backup.trial import Trial
from components.sections.velero import RestoreCheck
from components.sources import Sources
from components.versions import PYTHON_IMAGE
from tests.components.sections.test_velero import CHECK
from tests.support.databases import providers
from tests.support.plan import Plan, run


@pytest.fixture(scope="module")
def plan() -> Plan:
    def program() -> None:
        RestoreTest(
            "restore-test",
            RestoreTestArgs(
                stack="local",
                settings=RestoreCheck.model_validate_json(json.dumps(CHECK)),
                sources=Sources(),
                velero="velero",
            ),
            providers(),
        )

    return run(program)[0]


def test_nothing_runs_in_the_room_and_nothing_gets_in_or_out(plan: Plan) -> None:
    quota = plan.one("kubernetes:core/v1:ResourceQuota", "restore-test-nothing-runs").inputs["spec"]["hard"]
    assert (quota["pods"], quota["persistentvolumeclaims"]) == ("0", "0")
    policies = {one.inputs["metadata"]["name"] for one in plan.of("kubernetes:networking.k8s.io/v1:NetworkPolicy")}
    assert policies == {"default-deny", "allow-dns"}


def test_it_restores_and_cleans_and_reads_nothing_that_was_restored(plan: Plan) -> None:
    rules = {
        role.name: {(tuple(rule["apiGroups"]), tuple(rule["verbs"])) for rule in role.inputs["rules"]}
        for role in plan.of("kubernetes:rbac.authorization.k8s.io/v1:Role")
    }
    assert rules["restore-test-restore"] == {
        (("velero.io",), ("list",)),
        (("velero.io",), ("create", "get")),
        (("",), ("create",)),
    }
    assert {verbs for _, verbs in rules["restore-test-clean"]} == {("deletecollection",)}
    assert not plan.of("kubernetes:rbac.authorization.k8s.io/v1:ClusterRole")


def test_the_pod_is_restricted_and_pinned_and_a_failure_is_one(plan: Plan) -> None:
    spec = plan.one("kubernetes:batch/v1:CronJob").inputs["spec"]
    job = spec["jobTemplate"]["spec"]
    assert (job["backoffLimit"], spec["concurrencyPolicy"]) == (0, "Forbid")
    pod = job["template"]["spec"]
    (container,) = pod["containers"]
    assert container["image"].endswith(PYTHON_IMAGE.digest)
    told = Trial.told(container["args"][0])
    assert (told.velero, told.schedule, told.namespace, told.kinds) == ("velero", "daily", "cartorio", KINDS)
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["automountServiceAccountToken"] is False


def test_the_room_is_open_to_no_traffic_and_the_program_is_the_one_that_is_tested(plan: Plan) -> None:
    text = plan.one("kubernetes:core/v1:ConfigMap").inputs["data"]["trial.py"]
    compile(text, "trial.py", "exec")
    assert "import components" not in text
    assert "from components" not in text
