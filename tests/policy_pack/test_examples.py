from __future__ import annotations

from guardrails.examples import declared_in
from guardrails.model import Example

TEXT = """\
type: aws:s3/bucket:Bucket
name: evidence
properties: {bucket: deeds}
---
type: aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock
name: lock
properties: {bucket: '${evidence}', blockPublicAcls: true}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
---
apiVersion: v1
kind: Pod
metadata: {name: one}
"""


def test_resources_and_manifests_become_declarations() -> None:
    bucket, lock, deployment, pod = declared_in(Example(TEXT))
    assert bucket.type == "aws:s3/bucket:Bucket"
    assert deployment.type == "kubernetes:apps/v1:Deployment"
    assert pod.type == "kubernetes:core/v1:Pod"
    assert pod.properties["kind"] == "Pod"
    assert len({each.address for each in (bucket, lock, deployment, pod)}) == 4


def test_a_reference_is_a_dependency() -> None:
    bucket, lock, *_ = declared_in(Example(TEXT))
    assert lock.dependencies == {"bucket": (bucket.address,)}
    assert lock.properties == {"bucket": "evidence-physical", "blockPublicAcls": True}
    assert bucket.dependencies == {}
