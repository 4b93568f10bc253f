from __future__ import annotations

import pytest

from components.databases.mongodb import MongoDatabase
from components.versions import MONGODB
from tests.support.databases import DATABASE, allowed, args, databases, providers, waits_for
from tests.support.plan import Plan, run
from tests.support.site import account

SET = "kubernetes:psmdb.percona.com/v1:PerconaServerMongoDB"


def _plan(*, protect: bool = True, monitored: bool = False, **section: object) -> Plan:
    settings = databases(mongodb=DATABASE, **section)

    def program() -> MongoDatabase:
        assert settings.mongodb is not None
        given = args(settings, protect=protect, monitored=monitored)
        return MongoDatabase("mongodb", given, settings.mongodb, account(), providers())

    return run(program)[0]


@pytest.fixture(scope="module")
def plan() -> Plan:
    return _plan()


def test_members_come_after_the_operator_and_their_role(plan: Plan) -> None:
    described = plan.one(SET)
    assert {"mongodb-operator", "mongodb-account"} <= waits_for(described, plan)
    assert any(name.startswith("mongodb-backups") for name in waits_for(described, plan))
    assert described.inputs["spec"]["replsets"][0]["serviceAccountName"] == "mongodb"


def test_images_are_those_of_the_nodes_architecture(plan: Plan) -> None:
    arm, amd = plan.one(SET).inputs["spec"], _plan(architecture="amd64").one(SET).inputs["spec"]
    assert arm["image"].endswith(MONGODB["arm64"].server.digest)
    assert amd["image"].endswith(MONGODB["amd64"].server.digest)
    operator = plan.one("kubernetes:helm.sh/v3:Release").inputs["values"]["image"]
    assert operator["repository"] == "docker.io/percona/percona-server-mongodb-operator"
    assert operator["tag"] == f"1.22.0@{MONGODB['arm64'].operator.digest}"


@pytest.mark.parametrize("protect", [True, False])
def test_what_holds_data_is_protected_by_setting(protect: bool) -> None:  # noqa: FBT001 - parametrised
    plan = _plan(protect=protect)
    assert plan.one(SET).protect is protect
    assert plan.one("aws:s3/bucket:Bucket").protect is protect


def test_the_description_can_go_when_the_operator_is_gone(plan: Plan) -> None:
    assert "finalizers" not in plan.one(SET).inputs["metadata"]


def test_only_clients_and_vault_reach_it(plan: Plan) -> None:
    (rule,) = allowed(plan, "room-clients")
    names = {peer["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"] for peer in rule["from"]}
    assert names == {"cartorio", "vault"}
    assert [port["port"] for port in rule["ports"]] == [27017]


def test_prometheus_gets_in_where_there_is_one(plan: Plan) -> None:
    (rule,) = allowed(_plan(monitored=True), "room-monitoring")
    assert [port["port"] for port in rule["ports"]] == [8080]
    assert not [one for one in plan.resources if one.name.endswith("room-monitoring")]
