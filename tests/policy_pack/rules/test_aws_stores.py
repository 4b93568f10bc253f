from __future__ import annotations

from typing import Any

import pytest

from guardrails.resources.reading import UNKNOWN
from tests.support.cloud import aws, found

DB, TABLE, FILES, CACHE = (
    "rds/instance:Instance",
    "dynamodb/table:Table",
    "efs/fileSystem:FileSystem",
    "elasticache/replicationGroup:ReplicationGroup",
)
ROTATION = "secretsmanager/secretRotation:SecretRotation"
DAYS = "rotationRules.automaticallyAfterDays"


@pytest.mark.parametrize(
    ("rule", "kind", "inputs", "where"),
    [
        ("store-encryption", DB, {"storageEncrypted": True, "kmsKeyId": "k"}, []),
        ("store-encryption", DB, {"storageEncrypted": True}, ["kmsKeyId"]),
        ("store-encryption", DB, {"storageEncrypted": UNKNOWN, "kmsKeyId": "k"}, ["storageEncrypted?"]),
        ("store-encryption", "rds/cluster:Cluster", {"clusterIdentifier": "c", "kmsKeyId": "k"}, ["storageEncrypted"]),
        ("store-encryption", "docdb/cluster:Cluster", {"kmsKeyId": "k"}, ["storageEncrypted"]),
        ("store-encryption", TABLE, {"serverSideEncryption": {"enabled": True, "kmsKeyArn": "k"}}, []),
        ("store-encryption", TABLE, {}, ["serverSideEncryption.enabled", "serverSideEncryption.kmsKeyArn"]),
        ("store-encryption", FILES, {"encrypted": True, "kmsKeyId": "k"}, []),
        ("store-encryption", FILES, {"kmsKeyId": "k"}, ["encrypted"]),
        ("store-encryption", CACHE, {"atRestEncryptionEnabled": True, "kmsKeyId": "k"}, ["transitEncryptionEnabled"]),
        ("database-private", DB, {}, []),
        ("database-private", DB, {"publiclyAccessible": True}, ["publiclyAccessible"]),
        ("database-private", DB, {"publiclyAccessible": UNKNOWN}, ["publiclyAccessible?"]),
        ("store-recovery", DB, {"backupRetentionPeriod": 7}, []),
        ("store-recovery", DB, {"backupRetentionPeriod": 6}, ["backupRetentionPeriod"]),
        ("store-recovery", DB, {}, ["backupRetentionPeriod"]),
        ("store-recovery", DB, {"backupRetentionPeriod": UNKNOWN}, ["backupRetentionPeriod?"]),
        ("store-recovery", TABLE, {"pointInTimeRecovery": {"enabled": True}}, []),
        ("store-recovery", TABLE, {}, ["pointInTimeRecovery.enabled"]),
        ("secret-encryption", "secretsmanager/secret:Secret", {"kmsKeyId": UNKNOWN}, []),
        ("secret-encryption", "secretsmanager/secret:Secret", {}, ["kmsKeyId"]),
        ("secret-policy", "secretsmanager/secretPolicy:SecretPolicy", {"blockPublicPolicy": True}, []),
        ("secret-policy", "secretsmanager/secretPolicy:SecretPolicy", {}, ["blockPublicPolicy"]),
        ("secret-rotation", ROTATION, {"rotationRules": {"automaticallyAfterDays": 90}}, []),
        ("secret-rotation", ROTATION, {"rotationRules": {"scheduleExpression": "rate(1 day)"}}, []),
        ("secret-rotation", ROTATION, {"rotationRules": {"automaticallyAfterDays": 91}}, [DAYS]),
        ("secret-rotation", ROTATION, {}, [DAYS]),
        ("secret-rotation", ROTATION, {"rotationRules": {"automaticallyAfterDays": UNKNOWN}}, [f"{DAYS}?"]),
        ("parameter-encryption", "ssm/parameter:Parameter", {"type": "String"}, []),
        ("parameter-encryption", "ssm/parameter:Parameter", {"type": "SecureString", "keyId": "k"}, []),
        ("parameter-encryption", "ssm/parameter:Parameter", {"type": "SecureString"}, ["keyId"]),
    ],
)
def test_what_holds_data_is_encrypted_private_and_recoverable(
    rule: str, kind: str, inputs: dict[str, Any], where: list[str]
) -> None:
    assert found(f"aws/{rule}", aws(kind, **inputs)) == [f"x: {path}" for path in where]


@pytest.mark.parametrize("name", ["alias/aws/rds", "arn:aws:kms:sa-east-1:111122223333:alias/aws/rds", "alias/AWS/rds"])
def test_a_key_of_aws_is_none_of_ones_own(name: str) -> None:
    database = aws("rds/instance:Instance", storageEncrypted=True, kmsKeyId=name)
    assert found("aws/store-encryption", database) == ["x: kmsKeyId"]
    assert found("aws/log-encryption", aws("cloudwatch/logGroup:LogGroup", kmsKeyId=name)) == ["x: kmsKeyId"]
    assert found("aws/secret-encryption", aws("secretsmanager/secret:Secret", kmsKeyId=name)) == ["x: kmsKeyId"]
    assert found("aws/backup-encryption", aws("backup/vault:Vault", kmsKeyArn=name)) == ["x: kmsKeyArn"]


def test_an_alias_of_ones_own_is_as_good_as_a_key() -> None:
    assert found("aws/secret-encryption", aws("secretsmanager/secret:Secret", kmsKeyId="alias/cartorio-aws/x")) == []


@pytest.mark.parametrize("service", ["rds", "docdb", "neptune"])
def test_a_machine_of_a_cluster_is_as_private(service: str) -> None:
    instance = aws(f"{service}/clusterInstance:ClusterInstance", publiclyAccessible=True)
    assert found("aws/database-private", instance) == ["x: publiclyAccessible"]
