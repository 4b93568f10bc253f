from __future__ import annotations

from typing import Any

import pytest

from components.databases.neo4j import GraphDatabase
from components.versions import NEO4J_IMAGE
from tests.support.databases import LICENSED, allowed, args, databases, providers, waits_for
from tests.support.plan import Plan, run
from tests.support.site import account

RELEASE = "kubernetes:helm.sh/v3:Release"


def _plan(*, protect: bool = True, monitored: bool = False, **more: object) -> Plan:
    settings = databases(neo4j={**LICENSED, **more})

    def program() -> GraphDatabase:
        assert settings.neo4j is not None
        given = args(settings, protect=protect, monitored=monitored)
        return GraphDatabase("neo4j", given, settings.neo4j, account(), providers())

    return run(program)[0]


@pytest.fixture(scope="module")
def plan() -> Plan:
    return _plan()


def _job(plan: Plan) -> dict[str, Any]:
    spec = plan.one("kubernetes:batch/v1:CronJob").inputs["spec"]
    assert isinstance(spec, dict)
    return spec


def test_each_member_is_a_release_and_waits_for_its_password_and_certificate(plan: Plan) -> None:
    releases = plan.of(RELEASE)
    assert {release.inputs["name"] for release in releases} == {"neo4j-0", "neo4j-1", "neo4j-2"}
    for release in releases:
        assert {"neo4j-auth", "neo4j-certificate"} <= waits_for(release, plan)
        assert not waits_for(release, plan) & {"neo4j-0", "neo4j-1", "neo4j-2"}, "none is ready without the others"
        assert release.inputs["values"]["image"]["customImage"].endswith(NEO4J_IMAGE.digest)
    assert len(_plan(replicas=5).of(RELEASE)) == 5


def test_the_password_is_made_once_and_outlives_its_declaration(plan: Plan) -> None:
    spec = plan.one("kubernetes:external-secrets.io/v1:ExternalSecret").inputs["spec"]
    assert spec["refreshPolicy"] == "CreatedOnce"
    assert (spec["target"]["creationPolicy"], spec["target"]["deletionPolicy"]) == ("Orphan", "Retain")
    assert spec["target"]["template"]["data"] == {"NEO4J_AUTH": "neo4j/{{ .password }}"}
    generator = plan.one("kubernetes:generators.external-secrets.io/v1alpha1:Password").inputs
    assert spec["dataFrom"][0]["sourceRef"]["generatorRef"]["name"] == generator["metadata"]["name"]
    assert generator["spec"]["symbols"] == 0, "the entrypoint splits it at a slash"
    assert generator["spec"]["length"] >= 32


def test_one_budget_for_all_members(plan: Plan) -> None:
    budget = plan.one("kubernetes:policy/v1:PodDisruptionBudget").inputs["spec"]
    assert budget["maxUnavailable"] == 1
    assert budget["selector"]["matchLabels"] == {"app": "neo4j", "helm.neo4j.com/clustering": "true"}


def test_the_certificate_serves_and_calls(plan: Plan) -> None:
    spec = plan.one("kubernetes:cert-manager.io/v1:Certificate").inputs["spec"]
    assert spec["privateKey"]["encoding"] == "PKCS8"
    assert {"server auth", "client auth"} <= set(spec["usages"])
    assert spec["issuerRef"]["name"] == "cartorio-internal"


def test_backups_run_restricted_without_a_token_and_never_overlap(plan: Plan) -> None:
    spec = _job(plan)
    assert (spec["schedule"], spec["concurrencyPolicy"]) == ("47 */6 * * *", "Forbid")
    pod = spec["jobTemplate"]["spec"]["template"]["spec"]
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["runAsNonRoot"] is True
    (container,) = pod["containers"]
    assert container["image"].endswith(NEO4J_IMAGE.digest)
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}


def test_backups_ask_every_member_and_go_to_the_bucket_of_their_own(plan: Plan) -> None:
    (container,) = _job(plan)["jobTemplate"]["spec"]["template"]["spec"]["containers"]
    told = dict(argument.removeprefix("--").split("=", 1) for argument in container["args"] if "=" in argument)
    assert told["from"] == "neo4j-0-admin:6362,neo4j-1-admin:6362,neo4j-2-admin:6362"
    bucket = plan.one("aws:s3/bucket:Bucket")
    assert told["to-path"].startswith("s3://")
    assert told["to-path"].endswith("/neo4j/")
    assert told["type"] == "FULL", "the bucket ends each by itself"
    assert bucket.inputs["tags"] == {"backup": "planned"}


def test_the_members_certificate_is_what_lets_a_backup_in(plan: Plan) -> None:
    volumes = {one["name"]: one for one in _job(plan)["jobTemplate"]["spec"]["template"]["spec"]["volumes"]}
    files = {item["key"]: item["path"] for item in volumes["certificates"]["secret"]["items"]}
    assert files == {"tls.key": "private.key", "tls.crt": "public.crt", "ca.crt": "trusted/ca.crt"}
    assert volumes["scratch"]["emptyDir"]["sizeLimit"] == "20Gi"


def test_backups_end_when_they_have_been_kept_for_long_enough(plan: Plan) -> None:
    (rule,) = plan.one("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration").inputs["rules"]
    assert rule["expiration"] == {"days": 14}


@pytest.mark.parametrize("protect", [True, False])
def test_what_holds_data_is_protected_by_setting(protect: bool) -> None:  # noqa: FBT001 - parametrised
    plan = _plan(protect=protect)
    assert {release.protect for release in plan.of(RELEASE)} == {protect}


def test_only_clients_and_vault_reach_it_and_prometheus_its_metrics() -> None:
    plan = _plan(monitored=True)
    (rule,) = allowed(plan, "room-clients")
    assert [port["port"] for port in rule["ports"]] == [7687]
    (rule,) = allowed(plan, "room-monitoring")
    assert [port["port"] for port in rule["ports"]] == [2004]


def test_the_engine_does_not_wait_for_members_behind_the_service(plan: Plan) -> None:
    service = plan.one("kubernetes:core/v1:Service").inputs
    assert service["metadata"]["annotations"] == {"pulumi.com/skipAwait": "true"}
    assert service["spec"]["type"] == "ClusterIP"
