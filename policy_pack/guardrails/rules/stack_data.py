"""What holds data or keys is hard to lose: protected by the engine and by AWS, backed up, without hidden changes.

CrossGuard shows a resource's declaration, never the step that the engine takes with it: a rule cannot see that
something is about to be deleted or replaced. So these rules ask for what makes such a step fail: `protect`, with which
the engine refuses to delete or replace, and the services' own refusals (deletion protection, windows, no forced
deletion). Whether a step would delete or replace is judged where the plan is read: by `cartorio up`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from guardrails.model import NOT_LOCALLY, Example, Finding, OnUnknown, Policy, Severity
from guardrails.resources import reading
from guardrails.resources.aws_audit import DeliveryChannel
from guardrails.resources.aws_backup import BackupSelection, BackupVault
from guardrails.resources.aws_cluster import EksCluster, Repository
from guardrails.resources.aws_edge import LoadBalancer, Zone
from guardrails.resources.aws_machines import Volume
from guardrails.resources.aws_reading import AwsResource, place
from guardrails.resources.aws_s3 import S3Bucket, S3Replication
from guardrails.resources.aws_stores import Database, Secret, Store, Table
from guardrails.resources.base import Stack
from guardrails.resources.reading import Unknown
from guardrails.rules._aws import example, of, of_kind, off, on, resource
from guardrails.rules._buckets import BUCKET, among, places, written_by_services
from guardrails.rules._containers import unknown
from guardrails.rules._sources import fsbp
from guardrails.rules._statements import matches

if TYPE_CHECKING:
    from collections.abc import Mapping

    from guardrails.model import Context

# What is lost with the resource: data, keys, records, names.
_STATEFUL: Final = frozenset(
    {
        *("aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2", "aws:ebs/volume:Volume", "aws:efs/fileSystem:FileSystem"),
        *("aws:kms/key:Key", "aws:kms/replicaKey:ReplicaKey", "aws:secretsmanager/secret:Secret"),
        *("aws:rds/instance:Instance", "aws:rds/cluster:Cluster", "aws:docdb/cluster:Cluster"),
        *("aws:neptune/cluster:Cluster", "aws:dynamodb/table:Table", "aws:backup/vault:Vault"),
        *("aws:cloudwatch/logGroup:LogGroup", "aws:ecr/repository:Repository", "aws:eks/cluster:Cluster"),
        *("aws:route53/zone:Zone", "aws:cloudhsmv2/cluster:Cluster", "aws:cognito/userPool:UserPool"),
        *("aws:elasticache/replicationGroup:ReplicationGroup", "aws:kinesis/stream:Stream"),
    }
)
_LEAST_DAYS: Final = 7
_FORCED: Final = (S3Bucket, Repository, Zone, BackupVault, Database)
_GUARDED: Final = (EksCluster, LoadBalancer, Database, Table)
# What AWS, a scaler or an operator changes by itself; whatever else the program says has to arrive.
_MAY_BE_IGNORED: Final = frozenset(
    {
        *("tags", "tagsAll", "description", "desiredCount", "desiredCapacity", "scalingConfig.desiredSize"),
        *("secretString", "secretBinary", "password", "masterPassword", "snapshotIdentifier"),
    }
)
_TAG, _NOT_NEEDED = "backup", "none"
_EQUALS: Final = "STRINGEQUALS"


def _protected(one: AwsResource, _context: Context) -> tuple[Finding, ...]:
    if one.declared.type not in _STATEFUL or one.declared.protect:
        return ()
    return (Finding("", "the engine deletes or replaces it, and what it holds, without asking"),)


def _kept(one: AwsResource, _context: Context) -> tuple[Finding, ...]:
    found: list[Finding] = []
    if isinstance(one, _FORCED):
        what, wrong = "what becomes of what it holds", "deleting it deletes what it holds"
        found += off(one.deletes_contents, place(one, "deletes_contents"), what, wrong)
    if isinstance(one, _GUARDED):
        what, wrong = "whether AWS refuses to delete it", "AWS deletes it when it is asked to"
        found += on(one.refuses_deletion, place(one, "refuses_deletion"), what, wrong)
    if isinstance(one, Secret) and one.recovery_days is not None:
        path = place(one, "recovery_days")
        if isinstance(one.recovery_days, Unknown):
            found.append(unknown(path, "how long a deleted secret can be brought back"))
        elif one.recovery_days < _LEAST_DAYS:
            found.append(Finding(path, "a deleted secret cannot be brought back"))
    return tuple(found)


def _followed(one: AwsResource, _context: Context) -> tuple[Finding, ...]:
    return tuple(
        Finding(path, "what the program says of it never arrives: its changes are ignored")
        for path in one.declared.ignored
        if path not in _MAY_BE_IGNORED and path.partition(".")[0].partition("[")[0] not in _MAY_BE_IGNORED
    )


def _backed_up(stack: Stack, _context: Context) -> tuple[Finding, ...]:
    selections = list(of_kind(stack, BackupSelection))
    elsewhere = _elsewhere(stack)
    found: list[Finding] = []
    for one in of_kind(stack, Store, Volume, S3Bucket):
        if isinstance(one, S3Bucket) and among(one, elsewhere):
            continue
        tags = _tags(one)
        if isinstance(tags, Unknown):
            found += of(one, [unknown("tags", "whether it is backed up")])
        elif tags.get(_TAG) != _NOT_NEEDED and not any(_selects(selection, one, tags) for selection in selections):
            found += of(
                one, [Finding("", "no backup plan and no replication has it, and nothing says that none is needed")]
            )
    return tuple(found)


def _elsewhere(stack: Stack) -> set[str]:
    """Buckets that others write records to, that are copied elsewhere, or are copies themselves."""
    found = written_by_services(stack)
    for channel in of_kind(stack, DeliveryChannel):
        found |= set(places(channel.bucket))
    for replication in of_kind(stack, S3Replication):
        found |= set(places(replication.bucket))
        if isinstance(replication.rules, Unknown):
            continue
        for rule in replication.rules:
            found |= {where.replace("name arn:aws:s3:::", "name ") for where in places(rule.bucket)}
    return found


def _tags(one: AwsResource) -> Mapping[str, object] | Unknown:
    return reading.mapping(one.declared.properties, "tags", "")


def _selects(selection: BackupSelection, one: AwsResource, tags: Mapping[str, object]) -> bool:
    """Whether a selection has a store, as far as can be told: its conditions, which only take away, are not weighed."""
    sources, arn = selection.declared.dependencies, one.declared.properties.get("arn")
    left_out = () if isinstance(selection.left_out, Unknown) else selection.left_out
    if selection.conditional or one.address in sources.get("notResources", ()):
        return False
    if isinstance(arn, str) and any(isinstance(name, str) and matches(name, arn) for name in left_out):
        return False
    if one.address in sources.get("resources", ()):
        return True
    if not isinstance(selection.resources, Unknown) and any(name in ("*", arn) for name in selection.resources):
        return True
    if isinstance(selection.tags, Unknown):
        return True
    return any(
        isinstance(tag.key, str) and tag.kind == _EQUALS and tags.get(tag.key, object()) == tag.value
        for tag in selection.tags
    )


_PLAN: Final = resource(
    "aws:backup/selection:Selection",
    "{planId: plan, selectionTags: [{type: STRINGEQUALS, key: backup, value: planned}]}",
    "all",
)

POLICIES: Final = (
    Policy(
        id="stack/protect",
        title="What holds data, keys or records is protected by the engine",
        severity=Severity.CRITICAL,
        rationale=(
            "A renamed resource is a deleted one, and some properties are only changed by replacing. With `protect` "
            "the engine refuses both, whatever the program says; a policy cannot see the step itself."
        ),
        resource_types=(AwsResource,),
        remediation="Set the option protect on the resource; taking it away is a change of its own, reviewed as such.",
        since="0.3.0",
        rule=_protected,
        enforcement=NOT_LOCALLY,
        passing=Example(resource("aws:kms/key:Key", "{enableKeyRotation: true}", "seal", protect=True)),
        failing=example("aws:kms/key:Key", "{enableKeyRotation: true}", "seal"),
    ),
    Policy(
        id="stack/keeps-data",
        title="Nothing deletes what a resource holds along with it",
        severity=Severity.HIGH,
        rationale=(
            "Buckets, registries and zones that are not empty, databases and clusters refuse to be deleted, unless "
            "they are told not to. That refusal is the last one, behind the engine's own."
        ),
        resource_types=(AwsResource,),
        remediation=(
            "Set forceDestroy, forceDelete and skipFinalSnapshot to false, deletion protection to true, and a secret's "
            "recoveryWindowInDays to 7 or more."
        ),
        since="0.3.0",
        rule=_kept,
        controls=(fsbp("RDS.7"), fsbp("RDS.8"), fsbp("DocumentDB.5"), fsbp("DynamoDB.6"), fsbp("ELB.6")),
        enforcement=NOT_LOCALLY,
        passing=Example(BUCKET),
        failing=Example(BUCKET.replace("{tags", "{forceDestroy: true, tags")),
    ),
    Policy(
        id="stack/ignored-changes",
        title="No change is ignored but of what AWS, a scaler or an operator changes",
        severity=Severity.HIGH,
        rationale="With ignoreChanges the program says one thing, AWS has another, and every preview is empty.",
        resource_types=(AwsResource,),
        remediation=(
            "Take the property off ignoreChanges, and bring the program and AWS together. Tags, descriptions, desired "
            "sizes and secret values may be ignored."
        ),
        since="0.3.0",
        rule=_followed,
        passing=Example(BUCKET),
        failing=Example(BUCKET.replace("protect: true", "protect: true\nignoreChanges: [policy]")),
    ),
    Policy(
        id="stack/store-backup",
        title="Every store has a backup, or says that it needs none",
        severity=Severity.HIGH,
        rationale=(
            "What nobody decided to back up is found missing on the day it is needed. Buckets that services write "
            "records to, and copies of others, are left out; the tag backup: none is a decision that reviewers see."
        ),
        resource_types=(Stack,),
        remediation="Give the resource the tag that the plan selects by, replicate it, or tag it backup: none.",
        since="0.3.0",
        rule=_backed_up,
        on_unknown=OnUnknown.WAIT,
        controls=(fsbp("RDS.26"), fsbp("DynamoDB.4"), fsbp("EFS.2"), fsbp("EC2.28")),
        enforcement=NOT_LOCALLY,
        passing=Example(BUCKET + _PLAN),
        failing=Example(BUCKET.replace("{backup: planned}", "{}") + _PLAN),
    ),
)
