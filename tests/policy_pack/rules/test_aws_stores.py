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
