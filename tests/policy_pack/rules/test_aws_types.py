from __future__ import annotations

import pytest

from guardrails.resources.aws import KINDS
from guardrails.resources.base import Declared
from guardrails.rules import aws_types
from tests.support.cloud import aws, found

RULE = "aws/known-type"


@pytest.mark.parametrize(
    "kind",
    [
        "cloudformation/stack:Stack",
        "cloudformation/stackSet:StackSet",
        "cloudcontrol/resource:Resource",
        "elb/loadBalancer:LoadBalancer",
        "kms/grant:Grant",
        "lightsail/instance:Instance",
        "ram/resourceShare:ResourceShare",
        "iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive",
        "wafv2/webAclRule:WebAclRule",
        "s3/accessPoint:AccessPoint",
        "s3/accountPublicAccessBlock:AccountPublicAccessBlock",
        "apigatewayv2/api:Api",
        "globalaccelerator/accelerator:Accelerator",
        "apprunner/service:Service",
        "ec2/spotFleetRequest:SpotFleetRequest",
        "rds/snapshot:Snapshot",
        "guardduty/filter:Filter",
    ],
)
def test_another_type_that_does_the_same_is_refused(kind: str) -> None:
    assert found(RULE, aws(kind)) == ["x: "]


@pytest.mark.parametrize("kind", ["aws-native:s3:Bucket", "awscc:s3/bucket:Bucket"])
def test_so_is_another_provider_for_the_same_cloud(kind: str) -> None:
    assert found(RULE, Declared(kind, "x", "urn:x", {"bucketName": "deeds"})) == ["x: "]


def test_what_rules_know_or_somebody_has_looked_at_is_not() -> None:
    for kind in ("s3/bucket:Bucket", "s3/bucketV2:BucketV2", "ec2/route:Route", "alb/listener:Listener"):
        assert found(RULE, aws(kind)) == []


def test_no_type_is_both_known_and_harmless() -> None:
    assert not aws_types._HARMLESS & KINDS.keys()
