from __future__ import annotations

import json

import pytest

from components.backup.velero import Velero, VeleroArgs, VeleroCopy
from components.observability.handle import MonitoringHandle
from components.sections.velero import Velero as Settings
from components.sources import Sources
from tests.components.sections.test_velero import DAILY
from tests.support.databases import allowed, providers, waits_for
from tests.support.plan import Plan, policy_of, run
from tests.support.site import account

LOCATION = "kubernetes:velero.io/v1:BackupStorageLocation"
SCHEDULE = "kubernetes:velero.io/v1:Schedule"
COPY = VeleroCopy(bucket="copy", arn="arn:aws:s3:::copy", region="us-east-1", key_arn="arn:copy-key")


def _plan(copy: VeleroCopy | None = COPY, *, monitored: bool = False, protect: bool = True) -> Plan:
    weekly = {**DAILY, "name": "weekly", "schedule": "0 4 * * 0", "keepDays": 90, "volumes": False}
    settings = Settings.model_validate_json(json.dumps({"schedules": [DAILY, weekly]}))

    def program() -> None:
        Velero(
            "velero",
            VeleroArgs(
                stack="local",
                settings=settings,
                sources=Sources(),
                region="sa-east-1",
                cluster="cartorio",
                bucket="bucket",
                bucket_arn="arn:aws:s3:::bucket",
                bucket_key_arn="arn:bucket-key",
                volumes_key_arn="arn:volumes-key",
                copy_of_bucket=copy,
                monitoring=MonitoringHandle("observability", "http://prometheus") if monitored else None,
                protect=protect,
            ),
            account(),
            providers(),
        )

    return run(program)[0]


@pytest.fixture(scope="module")
def plan() -> Plan:
    return _plan()


def test_schedules_are_resources_that_come_after_their_locations(plan: Plan) -> None:
    schedules = {one.inputs["metadata"]["name"]: one for one in plan.of(SCHEDULE)}
    assert set(schedules) == {"daily", "weekly"}
    daily, weekly = (schedules[name].inputs["spec"] for name in ("daily", "weekly"))
    assert (daily["schedule"], daily["template"]["ttl"]) == ("15 3 * * *", "336h0m0s")
    assert daily["template"]["includedNamespaces"] == ["cartorio"]
    assert (daily["template"]["snapshotVolumes"], weekly["template"]["snapshotVolumes"]) == (True, False)
    assert {"velero-location", "velero-snapshots"} <= waits_for(schedules["daily"], plan)
    assert daily["useOwnerReferencesInBackup"] is False, "backups outlive their schedule"


@pytest.mark.parametrize("protect", [True, False])
def test_schedules_are_protected_by_setting(protect: bool) -> None:  # noqa: FBT001 - parametrised
    assert {one.protect for one in _plan(protect=protect).of(SCHEDULE)} == {protect}


def test_the_bucket_is_written_with_its_key_and_its_copy_only_read(plan: Plan) -> None:
    here, there = plan.one(LOCATION, "velero-location").inputs, plan.one(LOCATION, "velero-copy").inputs
    assert here["spec"]["config"]["kmsKeyId"] == "arn:bucket-key"
    assert here["spec"]["default"] is True
    assert (there["spec"]["accessMode"], there["spec"]["config"]["region"]) == ("ReadOnly", "us-east-1")
    policy = policy_of(plan.one("aws:iam/rolePolicy:RolePolicy"))
    assert policy["ReadCopy"]["Action"] == "s3:GetObject"
    assert policy["ReadCopy"]["Resource"] == "arn:aws:s3:::copy/velero/*"


def test_without_a_copy_nothing_is_known_of_one() -> None:
    plan = _plan(None)
    assert [one.name for one in plan.of(LOCATION)] == ["velero-location"]
    assert not {"ReadCopy", "DecryptCopy"} & set(policy_of(plan.one("aws:iam/rolePolicy:RolePolicy")))


def test_no_version_of_an_object_is_ended_and_no_snapshot_of_somebody_else(plan: Plan) -> None:
    policy = policy_of(plan.one("aws:iam/rolePolicy:RolePolicy"))
    actions = {
        action
        for one in policy.values()
        for action in ([one["Action"]] if isinstance(one["Action"], str) else one["Action"])
    }
    assert "s3:DeleteObjectVersion" not in actions
    assert not {action for action in actions if action.endswith(":*")}
    assert policy["EndSnapshots"]["Condition"] == {"StringLike": {"aws:ResourceTag/velero.io/backup": "*"}}
    assert policy["SnapshotVolumes"]["Condition"] == {"StringLike": {"aws:ResourceTag/ebs.csi.aws.com/cluster": "*"}}
    assert policy["LetMachinesUseVolumes"]["Condition"]["Bool"] == {"kms:GrantIsForAWSResource": "true"}
    assert policy["EncryptVolumes"]["Condition"] == {"StringEquals": {"kms:ViaService": "ec2.sa-east-1.amazonaws.com"}}


def test_prometheus_gets_in_where_there_is_one() -> None:
    (rule,) = allowed(_plan(monitored=True), "room-monitoring")
    assert [port["port"] for port in rule["ports"]] == [8085]


def test_the_server_starts_with_its_role(plan: Plan) -> None:
    release = plan.one("kubernetes:helm.sh/v3:Release")
    assert any(name.startswith("velero-server") for name in waits_for(release, plan))
