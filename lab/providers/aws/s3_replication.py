"""S3: replication of a bucket to another.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketReplication.html and terraform-provider-aws'
`internal/service/s3/bucket_replication_configuration.go`.

Gaps of moto 5.2 and what is done about them: it keeps the rules and tells only some of them, so that what the state
says of them is believed; it copies no object.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lab.providers.aws.resource import Resource, Table
from lab.providers.aws.s3_settings import Setting
from lab.providers.aws.shapes import pascal

if TYPE_CHECKING:
    from lab.providers.aws.cloud import Api
    from lab.providers.model import Properties

_MINUTES = pascal("minutes")
_DESTINATION = pascal(
    "account",
    "bucket",
    "storageClass",
    accessControlTranslation=pascal("owner"),
    encryptionConfiguration=pascal(replicaKmsKeyId="ReplicaKmsKeyID"),
    metrics=pascal("status", eventThreshold=_MINUTES),
    replicationTime=pascal("status", time=_MINUTES),
)
_RULE = pascal(
    "priority",
    "status",
    id="ID",
    deleteMarkerReplication=pascal("status"),
    destination=_DESTINATION,
    filter=pascal("prefix"),
    sourceSelectionCriteria=pascal(replicaModifications=pascal("status"), sseKmsEncryptedObjects=pascal("status")),
)


class BucketReplicationConfig(Setting):
    """`aws.s3.BucketReplicationConfig`."""

    table = Table(
        "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
        "s3",
        inputs=("bucket", "role", "rules"),
        force_new=frozenset({"bucket"}),
        shapes={"rules": _RULE},
        untold=frozenset({"rules"}),
    )
    body = pascal("role", rules=_RULE)
    parameter = "ReplicationConfiguration"
    putting, deleting = "put_bucket_replication", "delete_bucket_replication"

    def fetch(self, api: Api, resource_id: str, known: Properties) -> dict[str, Any]:
        """Get what is told whole: the role."""
        del known
        answer = api("get_bucket_replication", Bucket=resource_id)
        return {"bucket": resource_id, "role": answer[self.parameter]["Role"]}


TYPES: tuple[type[Resource], ...] = (BucketReplicationConfig,)
