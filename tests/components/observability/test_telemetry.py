from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.support.plan import policy_of
from tests.support.telemetry import planned

if TYPE_CHECKING:
    from tests.support.stackfiles import Project

CUSTOM = "kubernetes:monitoring.coreos.com/v1"


@pytest.mark.parametrize(("protect", "kept"), [("true", True), ("false", False)])
def test_logs_and_traces_are_kept_encrypted_and_forgotten(project: Project, protect: str, kept: bool) -> None:  # noqa: FBT001 - parametrised
    project.config["cartorio:protect"] = protect
    project.config["cartorio:data"]["evidence"]["forceDestroy"] = not kept
    plan, outputs = planned(project)
    for role, days in (("logs", 30), ("traces", 7)):
        bucket = plan.one("aws:s3/bucket:Bucket", f"telemetry-{role}-objects-bucket")
        assert (bucket.protect, bucket.inputs["forceDestroy"]) == (kept, not kept)
        lifecycle = plan.one(
            "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration", f"telemetry-{role}-objects-lifecycle"
        )
        (rule,) = lifecycle.inputs["rules"]
        assert rule["expiration"]["days"] == days + 7
        assert rule["noncurrentVersionExpiration"]["noncurrentDays"] == 7
        encryption = plan.one(
            "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
            f"telemetry-{role}-objects-encryption",
        )
        text = json.dumps(encryption.inputs)
        assert "aws:kms" in text
        assert "keys-s3" in text
    assert outputs.logs_bucket is not None
    assert outputs.traces_bucket is not None


def test_an_identity_reaches_its_own_bucket_and_no_other(project: Project) -> None:
    plan, _ = planned(project)
    for role, other in (("logs", "traces"), ("traces", "logs")):
        policy = plan.one("aws:iam/rolePolicy:RolePolicy", f"telemetry-{role}-pods-policy")
        statements = policy_of(policy)
        assert set(statements) == {"List", "Use", "Encrypt"}
        assert f"telemetry-{other}" not in json.dumps(statements)
        assert "s3:*" not in json.dumps(statements)
        assert statements["Encrypt"]["Condition"]["StringEquals"]["kms:ViaService"] == "s3.sa-east-1.amazonaws.com"
