"""Databases, file systems, tables, caches and secrets.

Sources: https://www.pulumi.com/registry/packages/aws/api-docs/ of rds, docdb, dynamodb, efs, elasticache,
secretsmanager, ssm.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from guardrails.resources import aws_reading as at

if TYPE_CHECKING:
    from collections.abc import Mapping

    from guardrails.resources.reading import Unknown


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Store(at.AwsResource):
    """What holds data of its own and can be named by a backup plan.

    Args:
        arn: its ARN, when known.
        tags: its own.
    """

    arn: at.Text = at.text("arn")
    tags: Mapping[str, str | Unknown] | Unknown = at.tags("tags")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Database(Store):
    """A relational or document database, by itself or as a cluster."""

    label: ClassVar[str] = "databases (aws:rds Instance, Cluster; aws:docdb Cluster; aws:neptune Cluster)"
    types: ClassVar[tuple[str, ...]] = (
        "aws:rds/instance:Instance",
        "aws:rds/cluster:Cluster",
        "aws:docdb/cluster:Cluster",
        "aws:neptune/cluster:Cluster",
    )

    encrypted: at.Flag = at.flag("storageEncrypted")
    key: at.Link = at.link("kmsKeyId")
    public: at.Flag = at.flag("publiclyAccessible")
    kept_days: at.Number = at.number("backupRetentionPeriod")
    refuses_deletion: at.Flag = at.flag("deletionProtection")
    deletes_contents: at.Flag = at.flag("skipFinalSnapshot")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class DatabaseInstance(at.AwsResource):
    """A machine of a database's cluster; what it holds is the cluster's."""

    label: ClassVar[str] = "aws:rds, aws:docdb, aws:neptune ClusterInstance"
    types: ClassVar[tuple[str, ...]] = (
        "aws:rds/clusterInstance:ClusterInstance",
        "aws:docdb/clusterInstance:ClusterInstance",
        "aws:neptune/clusterInstance:ClusterInstance",
    )

    public: at.Flag = at.flag("publiclyAccessible")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Table(Store):
    """A table of DynamoDB."""

    label: ClassVar[str] = "aws:dynamodb/table:Table"

    encrypted: at.Flag = at.flag("serverSideEncryption.enabled")
    key: at.Link = at.link("serverSideEncryption.kmsKeyArn")
    recoverable: at.Flag = at.flag("pointInTimeRecovery.enabled")
    refuses_deletion: at.Flag = at.flag("deletionProtectionEnabled")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class FileSystem(Store):
    """A file system of EFS."""

    label: ClassVar[str] = "aws:efs/fileSystem:FileSystem"

    encrypted: at.Flag = at.flag("encrypted")
    key: at.Link = at.link("kmsKeyId")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class FileSystemPolicy(at.AwsResource):
    """Who may do what with a file system."""

    label: ClassVar[str] = "aws:efs/fileSystemPolicy:FileSystemPolicy"

    policy: at.Policy = at.policy("policy")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Cache(at.AwsResource):
    """A group of caches."""

    label: ClassVar[str] = "aws:elasticache/replicationGroup:ReplicationGroup"

    encrypted: at.Flag = at.flag("atRestEncryptionEnabled")
    in_transit: at.Flag = at.flag("transitEncryptionEnabled")
    key: at.Link = at.link("kmsKeyId")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Secret(at.AwsResource):
    """A secret of Secrets Manager, without its value."""

    label: ClassVar[str] = "aws:secretsmanager/secret:Secret"

    key: at.Link = at.link("kmsKeyId")
    recovery_days: at.Number = at.number("recoveryWindowInDays")
    policy: at.Policy = at.policy("policy")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class SecretPolicy(at.AwsResource):
    """Who may do what with a secret."""

    label: ClassVar[str] = "aws:secretsmanager/secretPolicy:SecretPolicy"

    refuses_public: at.Flag = at.flag("blockPublicPolicy")
    policy: at.Policy = at.policy("policy")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class SecretRotation(at.AwsResource):
    """How often a secret is changed."""

    label: ClassVar[str] = "aws:secretsmanager/secretRotation:SecretRotation"

    every_days: at.Number = at.number("rotationRules.automaticallyAfterDays")
    schedule: at.Text = at.text("rotationRules.scheduleExpression")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Parameter(at.AwsResource):
    """A parameter of Systems Manager."""

    label: ClassVar[str] = "aws:ssm/parameter:Parameter"

    name: at.Text = at.text("name")
    kind: at.Text = at.text("type")
    key: at.Link = at.link("keyId")


KINDS: Final = at.kinds(
    Database,
    DatabaseInstance,
    Table,
    FileSystem,
    FileSystemPolicy,
    Cache,
    Secret,
    SecretPolicy,
    SecretRotation,
    Parameter,
)
"""What each type is read as."""
