from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from guardrails.resources.reading import UNKNOWN
from tests.support.cloud import aws, found

PLANNED = {"backup": "planned"}
SELECTION = aws(
    "backup/selection:Selection", "plan", selectionTags=[{"type": "STRINGEQUALS", "key": "backup", "value": "planned"}]
)


@pytest.mark.parametrize(
    "kind", ["s3/bucket:Bucket", "kms/key:Key", "rds/cluster:Cluster", "cloudwatch/logGroup:LogGroup"]
)
def test_what_holds_something_is_protected(kind: str) -> None:
    assert found("stack/protect", aws(kind)) == []
    assert found("stack/protect", aws(kind, protect=False)) == ["x: "]


def test_what_holds_nothing_need_not_be() -> None:
    assert found("stack/protect", aws("iam/role:Role", protect=False)) == []


@pytest.mark.parametrize(
    ("kind", "inputs", "where"),
    [
        ("s3/bucket:Bucket", {"forceDestroy": False}, []),
        ("s3/bucket:Bucket", {"forceDestroy": True}, ["forceDestroy"]),
        ("s3/bucket:Bucket", {"forceDestroy": UNKNOWN}, ["forceDestroy?"]),
        ("ecr/repository:Repository", {"forceDelete": True}, ["forceDelete"]),
        ("eks/cluster:Cluster", {"deletionProtection": True}, []),
        ("eks/cluster:Cluster", {}, ["deletionProtection"]),
        ("eks/cluster:Cluster", {"deletionProtection": UNKNOWN}, ["deletionProtection?"]),
        ("rds/instance:Instance", {"skipFinalSnapshot": True, "deletionProtection": True}, ["skipFinalSnapshot"]),
        ("secretsmanager/secret:Secret", {"recoveryWindowInDays": 0}, ["recoveryWindowInDays"]),
        ("secretsmanager/secret:Secret", {"recoveryWindowInDays": 30}, []),
        ("secretsmanager/secret:Secret", {"recoveryWindowInDays": UNKNOWN}, ["recoveryWindowInDays?"]),
        ("secretsmanager/secret:Secret", {}, []),
    ],
)
def test_nothing_is_deleted_along(kind: str, inputs: dict[str, Any], where: list[str]) -> None:
    assert found("stack/keeps-data", aws(kind, **inputs)) == [f"x: {path}" for path in where]


@pytest.mark.parametrize(
    ("ignored", "where"),
    [
        ((), []),
        (("tags",), []),
        (("policy",), ["x: policy"]),
        (("*",), ["x: *"]),
        (("rules[0].id",), ["x: rules[0].id"]),
        (("scalingConfig.desiredSize", "tags.Name"), []),
        (("scalingConfig",), ["x: scalingConfig"]),
        (("ingress", "metadataOptions"), ["x: ingress", "x: metadataOptions"]),
        (("blockPublicAcls",), ["x: blockPublicAcls"]),
    ],
)
def test_no_change_that_matters_is_ignored(ignored: tuple[str, ...], where: list[str]) -> None:
    assert found("stack/ignored-changes", replace(aws("kms/key:Key"), ignored=ignored)) == where


@pytest.mark.parametrize(
    ("kind", "tags", "where"),
    [
        ("s3/bucket:Bucket", PLANNED, []),
        ("s3/bucket:Bucket", {"backup": "none"}, []),
        ("s3/bucket:Bucket", {}, ["x: "]),
        ("s3/bucket:Bucket", UNKNOWN, ["x: tags?"]),
        ("rds/instance:Instance", PLANNED, []),
        ("rds/instance:Instance", {"backup": "later"}, ["x: "]),
        ("efs/fileSystem:FileSystem", {}, ["x: "]),
        ("ebs/volume:Volume", {}, ["x: "]),
    ],
)
def test_a_store_is_planned_or_says_that_it_needs_no_backup(kind: str, tags: object, where: list[str]) -> None:
    assert found("stack/store-backup", aws(kind, tags=tags), SELECTION) == where


def test_a_plan_names_stores_in_several_ways() -> None:
    table = aws("dynamodb/table:Table", "t", arn="arn:t")
    assert found("stack/store-backup", table) == ["t: "]
    for inputs in ({"resources": ["arn:t"]}, {"resources": ["*"]}, {"resources": UNKNOWN, "links": {"resources": "t"}}):
        assert found("stack/store-backup", table, aws("backup/selection:Selection", "s", **inputs)) == []
    assert found("stack/store-backup", table, aws("backup/selection:Selection", "s", selectionTags=UNKNOWN)) == []


@pytest.mark.parametrize(
    "less",
    [
        {"notResources": ["arn:t"]},
        {"notResources": ["arn:*"]},
        {"notResources": UNKNOWN, "links": {"notResources": "t"}},
        {"conditions": [{"stringNotEquals": [{"key": "aws:ResourceTag/x", "value": "y"}]}]},
    ],
)
def test_what_a_selection_leaves_out_it_does_not_have(less: dict[str, Any]) -> None:
    table = aws("dynamodb/table:Table", "t", arn="arn:t")
    assert found("stack/store-backup", table, aws("backup/selection:Selection", "s", resources=["*"], **less)) == [
        "t: "
    ]


@pytest.mark.parametrize(
    "other",
    [
        aws("lb/loadBalancer:LoadBalancer", "o", accessLogs={"bucket": UNKNOWN}, links={"accessLogs": "b"}),
        aws("cfg/deliveryChannel:DeliveryChannel", "o", s3BucketName="name"),
        aws(
            "s3/bucketReplicationConfig:BucketReplicationConfig",
            "o",
            bucket=UNKNOWN,
            rules=UNKNOWN,
            links={"bucket": "b"},
        ),
        aws(
            "s3/bucketReplicationConfig:BucketReplicationConfig",
            "o",
            bucket="x",
            rules=[{"destination": {"bucket": "arn:aws:s3:::name"}}],
        ),
    ],
)
def test_records_copies_and_what_is_copied_need_no_plan(other: Any) -> None:  # noqa: ANN401 - a declaration
    bucket = aws("s3/bucket:Bucket", "b", bucket="name")
    assert found("stack/store-backup", bucket) == ["b: "]
    assert found("stack/store-backup", bucket, other) == []
