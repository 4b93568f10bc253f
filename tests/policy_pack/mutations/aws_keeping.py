"""AWS's backups, topics, queues, databases and secrets, tags, and what a stack as a whole owes to what it keeps."""

from __future__ import annotations

from typing import Final

from tests.support.mutations import Mutation, adding, dropping, ignoring, removing, setting, unprotecting

_VAULT: Final = "aws:backup/vault:Vault"
_PLAN: Final = "aws:backup/plan:Plan"
_DATABASE: Final = "aws:rds/instance:Instance"
_TAGS: Final = {**dict.fromkeys(("project", "stack", "owner", "cost-centre", "managed-by"), "x"), "backup": "planned"}
_GOOD: Final = {
    "storageEncrypted": True,
    "kmsKeyId": "arn:aws:kms:sa-east-1:123456789012:databases",
    "backupRetentionPeriod": 35,
    "deletionProtection": True,
    "tags": _TAGS,
}
_BUCKET: Final = "aws:s3/bucket:Bucket"

MUTATIONS: Final = (
    Mutation("aws/backup-encryption", "AWS's key", removing(_VAULT, "backup-vault", "kmsKeyArn")),
    Mutation(
        "aws/backup-lock",
        "a vault that is not locked",
        dropping("aws:backup/vaultLockConfiguration:VaultLockConfiguration", "backup-lock"),
    ),
    Mutation(
        "aws/backup-lock",
        "a lock that is taken off again",
        removing("aws:backup/vaultLockConfiguration:VaultLockConfiguration", "backup-lock", "changeableForDays"),
    ),
    Mutation("aws/backup-retention", "backups for ever", removing(_PLAN, "backup-plan-plan", "rules[0].lifecycle")),
    Mutation("aws/backup-copies", "backups in one region", removing(_PLAN, "backup-plan-plan", "rules[0].copyActions")),
    Mutation(
        "aws/sns-encryption", "alarms in clear", removing("aws:sns/topic:Topic", "edge-alarms-topic", "kmsMasterKeyId")
    ),
    Mutation(
        "aws/sns-tls",
        "alarms over plain HTTP",
        setting("aws:sns/topicSubscription:TopicSubscription", "edge-alarms-subscription-1", "protocol", "http"),
    ),
    Mutation(
        "aws/sqs-encryption",
        "jobs in clear",
        setting("aws:sqs/queue:Queue", "karpenter-interruptions-queue", "sqsManagedSseEnabled", value=False),
    ),
    Mutation(
        "aws/store-encryption",
        "a plain database",
        adding(_DATABASE, "db", {**_GOOD, "storageEncrypted": False}, protect=True),
    ),
    Mutation(
        "aws/database-private",
        "a database on the internet",
        adding(_DATABASE, "db", {**_GOOD, "publiclyAccessible": True}, protect=True),
    ),
    Mutation(
        "aws/store-recovery",
        "a database without yesterday",
        adding(_DATABASE, "db", {**_GOOD, "backupRetentionPeriod": 0}, protect=True),
    ),
    Mutation(
        "aws/secret-encryption", "AWS's key", removing("aws:secretsmanager/secret:Secret", "vault-recovery", "kmsKeyId")
    ),
    Mutation(
        "aws/secret-policy",
        "AWS takes any policy",
        removing("aws:secretsmanager/secretPolicy:SecretPolicy", "secrets-flux-github-policy", "blockPublicPolicy"),
    ),
    Mutation(
        "aws/secret-rotation",
        "a secret for a year",
        adding(
            "aws:secretsmanager/secretRotation:SecretRotation",
            "slow",
            {"rotationRules": {"automaticallyAfterDays": 365}},
        ),
    ),
    Mutation(
        "aws/parameter-encryption",
        "AWS's key",
        adding("aws:ssm/parameter:Parameter", "p", {"type": "SecureString", "name": "x"}),
    ),
    Mutation(
        "aws/stream-encryption",
        "the cluster's audit waits in clear",
        removing(
            "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream",
            "kubernetes-audit-stream",
            "serverSideEncryption",
        ),
    ),
    Mutation(
        "aws/tags",
        "a queue of nobody's",
        adding("aws:sqs/queue:Queue", "nobodys", {"sqsManagedSseEnabled": True, "tags": {"project": "cartorio"}}),
    ),
    Mutation("stack/protect", "evidence may be deleted", unprotecting(_BUCKET, "evidence-bucket")),
    Mutation("stack/protect", "a key may be replaced", unprotecting("aws:kms/key:Key", "keys-vault-unseal")),
    Mutation(
        "stack/keeps-data",
        "documents go with their bucket",
        setting(_BUCKET, "documents-bucket", "forceDestroy", value=True),
    ),
    Mutation(
        "stack/keeps-data",
        "a cluster may be deleted",
        setting("aws:eks/cluster:Cluster", "cluster-plane-cluster", "deletionProtection", value=False),
    ),
    Mutation(
        "stack/keeps-data",
        "a secret is gone at once",
        setting("aws:secretsmanager/secret:Secret", "vault-recovery", "recoveryWindowInDays", 0),
    ),
    Mutation(
        "stack/ignored-changes", "a key's policy stays as it is", ignoring("aws:kms/key:Key", "keys-s3", "policy")
    ),
    Mutation(
        "stack/ignored-changes",
        "a wall stays as it is",
        ignoring("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", "network-default-group", "ingress"),
    ),
    Mutation(
        "stack/store-backup", "Vault's snapshots in one region", removing(_BUCKET, "vault-snapshots-bucket", "tags")
    ),
    Mutation(
        "stack/store-backup",
        "a database that no plan has",
        adding(_DATABASE, "db", {**_GOOD, "tags": {**_TAGS, "backup": "later"}}, protect=True),
    ),
    Mutation(
        "stack/key-purpose",
        "nodes and logs share a key",
        adding(
            "aws:ebs/volume:Volume",
            "disk",
            {"encrypted": True, "kmsKeyId": "arn:aws:kms:sa-east-1:123456789012:keys-logs", "tags": _TAGS},
            protect=True,
            kmsKeyId="aws:kms/key:Key::keys-logs",
        ),
    ),
    Mutation(
        "stack/environment",
        "a role of staging's account",
        setting(
            "aws:eks/podIdentityAssociation:PodIdentityAssociation",
            "vault-server-association",
            "roleArn",
            "arn:aws:iam::111122223333:role/vault",
        ),
    ),
    Mutation(
        "stack/environment",
        "staging's key by its name",
        setting("aws:kms/alias:Alias", "keys-s3-alias", "name", "alias/cartorio-staging-s3"),
    ),
)
