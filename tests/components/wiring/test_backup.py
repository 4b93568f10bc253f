from __future__ import annotations

from typing import TYPE_CHECKING, Any

from components.observability.handle import MonitoringHandle
from components.providers import connect
from components.site import Site
from components.stack import build as assemble
from components.wiring.backup import BackupOutputs, VeleroKeys, build, velero
from tests.support.plan import Plan, run
from tests.support.site import cluster, site

if TYPE_CHECKING:
    from tests.support.stackfiles import Project

VAULT = "aws:backup/vault:Vault"
RULE = {"name": "daily", "schedule": "cron(0 5 * * ? *)", "keepDays": 35}


def _built(project: Project, backup: dict[str, Any] | None) -> tuple[Plan, BackupOutputs | None]:
    project.config.pop("cartorio:backup", None)
    if backup is not None:
        project.config["cartorio:backup"] = backup
    settings = project.settings({})

    def program() -> BackupOutputs | None:
        providers = connect(settings)
        return build(Site(settings, providers.account, providers.aws, providers.random), "arn:key", "arn:topic-key")

    return run(program)


def test_no_section_no_backup(project: Project) -> None:
    plan, outputs = _built(project, None)
    assert outputs is None
    assert plan.components == []


def test_backups_stay_in_the_region_unless_told_otherwise(project: Project) -> None:
    plan, outputs = _built(project, {"rules": [RULE]})
    assert outputs is not None
    assert plan.one(VAULT).inputs["kmsKeyArn"] == "arn:key"
    assert plan.one("aws:sns/topic:Topic").inputs["kmsMasterKeyId"] == "arn:topic-key"
    assert (
        plan.one("aws:backup/vaultNotifications:VaultNotifications")
        .inputs["snsTopicArn"]
        .endswith(":backup-reports-policy")
    )


def test_copies_have_a_vault_and_a_key_of_their_own_region(project: Project) -> None:
    lock = {"minDays": 7, "maxDays": 35}
    plan, _ = _built(project, {"rules": [RULE], "lock": lock, "copyRegion": "us-east-1"})
    copy = plan.one(VAULT, "backup-copy-vault")
    assert (copy.provider_name, copy.inputs["kmsKeyArn"]) == (
        "aws-us-east-1",
        "arn:aws:kms:sa-east-1:123456789012:backup-copy-key-key",
    )
    assert plan.one(VAULT, "backup-vault").provider_name == "aws"
    assert len(plan.of("aws:backup/vaultLockConfiguration:VaultLockConfiguration")) == 2
    (rule,) = plan.one("aws:backup/plan:Plan").inputs["rules"]
    assert rule["copyActions"][0]["destinationVaultArn"].endswith(":backup-copy-vault")


def _velero(project: Project, **backup: Any) -> Plan:  # noqa: ANN401 - JSON
    schedule = {"name": "daily", "schedule": "15 3 * * *", "namespaces": ["cartorio"], "keepDays": 14}
    check = {"schedule": "30 9 * * 1", "of": "daily", "namespace": "cartorio"}
    wanted = {"schedules": [schedule], "lock": {"mode": "GOVERNANCE", "days": 7}, "restoreTest": check}
    project.config["cartorio:backup"] = {"rules": [RULE], "velero": wanted, **backup}
    settings = project.settings()
    return run(lambda: assemble(settings), stack="local")[0]


def test_what_is_in_the_cluster_is_saved_and_a_restore_is_tried(project: Project) -> None:
    plan = _velero(project)
    lock = plan.one("aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration", "velero-backups-lock")
    assert lock.inputs["rule"]["defaultRetention"] == {"mode": "GOVERNANCE", "days": 7}
    job = plan.one("kubernetes:batch/v1:CronJob", "restore-test-job")
    waited = {plan.urns()[urn].name for urn in job.depends_on if urn in plan.urns()}
    assert {"velero-release", "velero-daily"} <= waited
    assert not [one for one in plan.resources if one.name == "velero-alerts-rules"], "nobody reads them here"


def test_the_bucket_has_a_copy_where_backups_have_one(project: Project) -> None:
    plan = _velero(project, copyRegion="us-east-1")
    copy = plan.one("aws:s3/bucket:Bucket", "velero-backups-copy-bucket")
    assert copy.provider_name == "aws-us-east-1"
    replication = plan.one(
        "aws:s3/bucketReplicationConfig:BucketReplicationConfig", "velero-backups-replication-replication"
    )
    assert "velero-backups" in replication.inputs["bucket"]
    there = plan.one("kubernetes:velero.io/v1:BackupStorageLocation", "velero-copy").inputs["spec"]
    assert (there["accessMode"], there["config"]["region"]) == ("ReadOnly", "us-east-1")


def test_alerts_are_told_to_prometheus_where_there_is_one(project: Project) -> None:
    check = {"schedule": "30 9 * * 1", "of": "daily", "namespace": "cartorio"}
    schedule = {"name": "daily", "schedule": "15 3 * * *", "namespaces": ["cartorio"], "keepDays": 14}
    project.config["cartorio:backup"] = {"rules": [RULE], "velero": {"schedules": [schedule], "restoreTest": check}}
    settings = project.settings()

    def program() -> None:
        keys = VeleroKeys(bucket="arn:key", volumes="arn:volumes")
        velero(site(settings), cluster(), keys, MonitoringHandle("observability", "http://prometheus"))

    rules = run(program)[0].one("kubernetes:monitoring.coreos.com/v1:PrometheusRule").inputs
    assert [rule["alert"] for rule in rules["spec"]["groups"][0]["rules"]][-1] == "RestoreTestFailed"
