"""Databases, tables, file systems, caches and secrets: encrypted, out of the internet's reach, backed up.

Source: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_BestPractices.Security.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from guardrails.model import RELAXED_LOCALLY, Finding, Policy, Severity
from guardrails.resources.aws_stores import (
    Cache,
    Database,
    DatabaseInstance,
    FileSystem,
    Parameter,
    Secret,
    SecretPolicy,
    SecretRotation,
    Table,
)
from guardrails.resources.reading import Unknown
from guardrails.rules._aws import example, on, own_key, varied
from guardrails.rules._checks import has_own_key, is_off, is_on, only, rule
from guardrails.rules._containers import unknown
from guardrails.rules._sources import fsbp

if TYPE_CHECKING:
    from guardrails.model import Context

_LEAST_DAYS: Final = 7
_MOST_DAYS: Final = 90


def _recoverable(store: Database | Table, _context: Context) -> tuple[Finding, ...]:
    if isinstance(store, Table):
        wrong = "nothing brings back what somebody deletes"
        return tuple(on(store.recoverable, "pointInTimeRecovery.enabled", "whether it can be brought back", wrong))
    path = "backupRetentionPeriod"
    if isinstance(store.kept_days, Unknown):
        return (unknown(path, "how long backups are kept"),)
    if store.kept_days is None or store.kept_days < _LEAST_DAYS:
        return (Finding(path, f"backups are kept for less than {_LEAST_DAYS} days"),)
    return ()


def _rotation(rotation: SecretRotation, _context: Context) -> tuple[Finding, ...]:
    path = "rotationRules.automaticallyAfterDays"
    if rotation.schedule is not None:
        return ()
    if isinstance(rotation.every_days, Unknown):
        return (unknown(path, "how often the secret is changed"),)
    if rotation.every_days is None or rotation.every_days > _MOST_DAYS:
        return (Finding(path, f"the secret is changed less often than every {_MOST_DAYS} days"),)
    return ()


def _parameter(parameter: Parameter, _context: Context) -> tuple[Finding, ...]:
    if parameter.kind != "SecureString":
        return ()
    return tuple(own_key(parameter.key, "keyId", "the parameter is encrypted with AWS's key, not the stack's"))


_UNENCRYPTED: Final = "what it holds is not encrypted with a key of the stack's own"
_DATABASE: Final = "aws:rds/instance:Instance"
_SETTINGS: Final = {
    "storageEncrypted": "true",
    "kmsKeyId": "key",
    "publiclyAccessible": "false",
    "backupRetentionPeriod": "35",
    "deletionProtection": "true",
}


def _database(**changes: str) -> str:
    return varied(_SETTINGS, **changes)


_KIND: Final = "aws:secretsmanager/secret:Secret"
_POLICY: Final = "aws:secretsmanager/secretPolicy:SecretPolicy"
_ROTATION: Final = "aws:secretsmanager/secretRotation:SecretRotation"
_PARAMETER: Final = "aws:ssm/parameter:Parameter"

POLICIES: Final = (
    Policy(
        id="aws/store-encryption",
        title="Databases, tables, file systems and caches are encrypted with a key of the stack's own",
        severity=Severity.HIGH,
        rationale="Encryption cannot be added to most of them later; with a key of one's own, reading can be ended.",
        resource_types=(Database, Table, FileSystem, Cache),
        remediation="Set the kind's encryption and its KMS key; for a cache, also transitEncryptionEnabled.",
        since="0.3.0",
        rule=rule(
            is_on("encrypted", "whether it is encrypted", _UNENCRYPTED),
            has_own_key("key", _UNENCRYPTED),
            only(
                Cache,
                is_on("in_transit", "whether calls are encrypted", "what it is asked crosses the network in clear"),
            ),
        ),
        controls=(
            *(fsbp("RDS.3"), fsbp("RDS.27"), fsbp("DocumentDB.1"), fsbp("EFS.1")),
            *(fsbp("ElastiCache.4"), fsbp("ElastiCache.5")),
        ),
        passing=example(_DATABASE, _database()),
        failing=example(_DATABASE, _database(storageEncrypted="")),
    ),
    Policy(
        id="aws/database-private",
        title="No database is reached from the internet",
        severity=Severity.CRITICAL,
        rationale="A database with a public address is a password away from everybody.",
        resource_types=(Database, DatabaseInstance),
        remediation="Leave publiclyAccessible false.",
        since="0.3.0",
        rule=rule(is_off("public", "whether the internet reaches it", "the internet reaches the database")),
        controls=(fsbp("RDS.2"),),
        passing=example(_DATABASE, _database()),
        failing=example(_DATABASE, _database(publiclyAccessible="true")),
    ),
    Policy(
        id="aws/store-recovery",
        title="Databases and tables can be brought back to any moment of the last week",
        severity=Severity.HIGH,
        rationale="A wrong statement is noticed after hours; a nightly copy alone loses the day.",
        resource_types=(Database, Table),
        remediation=f"Set backupRetentionPeriod to {_LEAST_DAYS} or more; for a table, pointInTimeRecovery.enabled.",
        since="0.3.0",
        rule=_recoverable,
        controls=(fsbp("RDS.11"), fsbp("DocumentDB.2"), fsbp("DynamoDB.2")),
        enforcement=RELAXED_LOCALLY,
        passing=example(_DATABASE, _database()),
        failing=example(_DATABASE, _database(backupRetentionPeriod="1")),
    ),
    Policy(
        id="aws/secret-encryption",
        title="Secrets are encrypted with a key of the stack's own",
        severity=Severity.MEDIUM,
        rationale="AWS's key may be used by whoever may read the secret; a key of one's own is asked as well.",
        resource_types=(Secret,),
        remediation="Set kmsKeyId.",
        since="0.3.0",
        rule=rule(has_own_key("key", "the secret is encrypted with AWS's key, which every reader may use")),
        passing=example(_KIND, "{name: flux/github, kmsKeyId: key}"),
        failing=example(_KIND, "{name: flux/github}"),
    ),
    Policy(
        id="aws/secret-policy",
        title="AWS refuses a secret's policy that lets everybody in",
        severity=Severity.MEDIUM,
        rationale="Secrets Manager checks a policy itself when it is told to: one more pair of eyes at each change.",
        resource_types=(SecretPolicy,),
        remediation="Set blockPublicPolicy.",
        since="0.3.0",
        rule=rule(
            is_on("refuses_public", "whether AWS refuses public policies", "AWS takes a policy that lets everybody in")
        ),
        passing=example(_POLICY, "{secretArn: secret, blockPublicPolicy: true}"),
        failing=example(_POLICY, "{secretArn: secret}"),
    ),
    Policy(
        id="aws/secret-rotation",
        title="A secret that rotates does so within a quarter",
        severity=Severity.LOW,
        rationale="What was copied stops working. Secrets that others issue are changed where they are issued.",
        resource_types=(SecretRotation,),
        remediation=f"Set rotationRules.automaticallyAfterDays to {_MOST_DAYS} or less, or a schedule.",
        since="0.3.0",
        rule=_rotation,
        controls=(fsbp("SecretsManager.4"),),
        passing=example(_ROTATION, "{secretId: secret, rotationRules: {automaticallyAfterDays: 30}}"),
        failing=example(_ROTATION, "{secretId: secret, rotationRules: {automaticallyAfterDays: 365}}"),
    ),
    Policy(
        id="aws/parameter-encryption",
        title="Secure parameters are encrypted with a key of the stack's own",
        severity=Severity.MEDIUM,
        rationale="Without keyId, whoever may read parameters reads this one.",
        resource_types=(Parameter,),
        remediation="Set keyId.",
        since="0.3.0",
        rule=_parameter,
        passing=example(_PARAMETER, "{type: SecureString, keyId: key}"),
        failing=example(_PARAMETER, "{type: SecureString}"),
    ),
)
