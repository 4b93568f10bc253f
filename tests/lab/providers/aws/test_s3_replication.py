from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.aws_case import Case, drifts, lives

if TYPE_CHECKING:
    from tests.support.aws_case import Hands
    from tests.support.provider_engine import Engine, Managed

REPLICATION = "aws:s3/bucketReplicationConfig:BucketReplicationConfig"
ROLE = "arn:aws:iam::123456789012:role/copies"


def rules(**destination: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - JSON
    return [
        {
            "id": "everything",
            "status": "Enabled",
            "priority": 1,
            "filter": {"prefix": ""},
            "deleteMarkerReplication": {"status": "Enabled"},
            "destination": {"bucket": "arn:aws:s3:::copies", **destination},
        }
    ]


def _other_role(hands: Hands, resource: Managed) -> None:
    rule = {
        "ID": "x",
        "Priority": 1,
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "DeleteMarkerReplication": {"Status": "Disabled"},
        "Destination": {"Bucket": "arn:aws:s3:::copies"},
    }
    configuration = {"Role": "arn:aws:iam::123456789012:role/by-hand", "Rules": [rule]}
    hands("s3").put_bucket_replication(Bucket=resource.id, ReplicationConfiguration=configuration)


CASES = (
    Case(
        REPLICATION,
        {"bucket": "$bucket.bucket", "role": ROLE, "rules": rules()},
        needs=(
            ("bucket", "aws:s3/bucket:Bucket", {"bucket": "one"}),
            ("copies", "aws:s3/bucket:Bucket", {"bucket": "copies"}),
            (
                "versions",
                "aws:s3/bucketVersioning:BucketVersioning",
                {"bucket": "one", "versioningConfiguration": {"status": "Enabled"}},
            ),
            (
                "copied-versions",
                "aws:s3/bucketVersioning:BucketVersioning",
                {"bucket": "copies", "versioningConfiguration": {"status": "Enabled"}},
            ),
        ),
        updates=({"role": f"{ROLE}-2"}, {"rules": rules(encryptionConfiguration={"replicaKmsKeyId": "arn:key"})}),
        replaces=({"bucket": "two"}, {"region": "us-east-1"}),
        spoilt="role",
        spoil=_other_role,
        told_apart=frozenset({"rules"}),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_lives(engine: Engine, case: Case) -> None:
    lives(engine, case)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_shows_drift(engine: Engine, by_hand: Hands, case: Case) -> None:
    drifts(engine, by_hand, case)
