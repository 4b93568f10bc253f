from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest

from components.stack import Outputs, build
from tests.support.plan import Plan, run
from tests.support.stackfiles import RELEASE, Project, stack_files

if TYPE_CHECKING:
    from pathlib import Path


def _plan(project: Project, **release: object) -> tuple[Plan, Outputs]:
    project.release = {**RELEASE, **release}
    settings = project.settings({"KUBECONFIG": "some/kubeconfig"})
    return run(lambda: build(settings), stack=project.stack)


@pytest.fixture(params=stack_files(), ids=lambda file: file.name, scope="module")
def plan(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """The plan of each stack of the repository, with a release."""
    return _plan(Project(tmp_path_factory.mktemp("stack"), request.param.name.split(".")[1]))[0]


def test_every_component_registers_its_outputs_exactly_once(plan: Plan) -> None:
    for component in plan.components:
        assert len(plan.outputs.get(component.urn, [])) == 1, component.urn
        assert plan.outputs[component.urn][0], f"{component.urn} says nothing about itself"


def test_every_resource_has_a_component_as_its_parent_but_areas_and_providers(plan: Plan) -> None:
    components = {component.urn for component in plan.components}
    for resource in plan.resources:
        if resource.type == "pulumi:providers:kubernetes":
            assert "$cartorio:cluster:" in resource.parent, resource.urn
        elif resource.type.startswith("pulumi:providers:"):
            assert resource.parent.split("::")[2] == "pulumi:pulumi:Stack", resource.urn
        elif resource.custom:
            assert resource.parent in components, resource.urn
        else:
            assert resource.parent in components or resource.parent.split("::")[2] == "pulumi:pulumi:Stack"


def test_every_resource_has_the_explicit_provider_of_its_package(plan: Plan) -> None:
    for resource in plan.resources:
        if resource.custom and not resource.type.startswith("pulumi:providers:"):
            # Besides the package's name there may be the area: with a region of its own, or the cluster.
            assert resource.type.split(":")[0] in resource.provider_name.split("-"), resource.urn
    assert plan.calls
    assert all(provider for _, provider in plan.calls)


def test_component_types_and_child_names_follow_the_house_style(plan: Plan) -> None:
    names = {component.urn: component.name for component in plan.components}
    for component in plan.components:
        _, area, _ = component.type.split(":")
        assert component.type.startswith("cartorio:")
        assert area.islower()
    for resource in plan.resources:
        if resource.parent in names:
            assert resource.name.startswith(f"{names[resource.parent]}-"), resource.urn


def test_nothing_runs_before_its_room_is_closed_and_the_gate_stands(plan: Plan) -> None:
    release = plan.one("kubernetes:helm.sh/v3:Release", "workload-release")
    before = {dependency.split("$")[-1].split("::")[0] for dependency in release.depends_on}
    assert "kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicyBinding" in before
    assert "kubernetes:networking.k8s.io/v1:NetworkPolicy" in before
    assert "kubernetes:core/v1:ResourceQuota" in before
    assert "kubernetes:core/v1:Secret" in before
    assert bool(plan.of("aws:eks/cluster:Cluster")) == ("aws:eks/addon:Addon" in before)


def test_what_holds_data_or_keys_is_protected_in_production(tmp_path: Path) -> None:
    everywhere = {
        "aws:kms/key:Key",
        "aws:s3/bucket:Bucket",
        "aws:cloudwatch/logGroup:LogGroup",
        "aws:ecr/repository:Repository",
    }
    only_there = {
        "aws:backup/vault:Vault",
        "aws:eks/cluster:Cluster",
        "aws:kms/replicaKey:ReplicaKey",
        "aws:lb/loadBalancer:LoadBalancer",
        "aws:route53/zone:Zone",
        "aws:secretsmanager/secret:Secret",
        "kubernetes:psmdb.percona.com/v1:PerconaServerMongoDB",
        "kubernetes:velero.io/v1:Schedule",
    }
    members = {"neo4j-0", "neo4j-1", "neo4j-2"}  # releases, of which others hold nothing
    for stack, protected, expected in (("producao", everywhere | only_there, True), ("local", everywhere, False)):
        plan, _ = _plan(Project(tmp_path / stack, stack))
        assert {resource.type for resource in plan.resources} >= protected
        for resource in plan.resources:
            holds = resource.type in protected or resource.name in members
            assert resource.protect == (expected and holds), resource.urn


def test_before_the_first_release_everything_but_the_workload_stands(project: Project) -> None:
    with_release, full = _plan(project)
    without, empty = _plan(project, images={})
    missing = {resource.urn for resource in with_release.resources} - {resource.urn for resource in without.resources}
    assert missing == {
        resource.urn for resource in with_release.resources if "cartorio:workload:Application" in resource.urn
    }
    assert (empty.release, empty.endpoint) == (None, None)
    assert full.endpoint is not None


def test_a_secret_stays_one(plan: Plan) -> None:
    assert all(secret.secrets for secret in plan.of("kubernetes:core/v1:Secret"))
    shown = [str(outputs) for calls in plan.outputs.values() for outputs in calls]
    assert not any("pppp" in text for text in shown)  # what the fake provider makes passwords of


def test_the_signing_role_may_use_the_key_that_its_policy_names(plan: Plan) -> None:
    role = plan.one("aws:iam/role:Role", "signer-role").inputs["name"]
    assert f"role/{role}" in plan.one("aws:kms/key:Key", "keys-release-signing").inputs["policy"]
    assert ":keys-release-signing" in plan.one("aws:iam/rolePolicy:RolePolicy", "signer-policy").inputs["policy"]


def test_the_outputs_are_what_a_person_needs(project: Project) -> None:
    _, outputs = _plan(project)
    assert outputs.kubeconfig == "some/kubeconfig"
    # What the stack `local` does without: what belongs to a real account or to GitHub.
    absent = {"audit_bucket", "alarms_topic", "backup_vault", "workflow_roles", "documents_bucket", "release"}
    absent |= {"backup_buckets", "databases"}
    absent |= {"grafana", "grafana_admin", "telemetry", "logs_bucket", "traces_bucket"}
    absent |= {"key_replicas", "key_store", "public_address", "name_servers", "ds_record"}
    absent |= {"edge_logs", "firewall_log"}
    found = {field.name for field in dataclasses.fields(outputs) if getattr(outputs, field.name)}
    assert found >= {field.name for field in dataclasses.fields(outputs)} - absent
