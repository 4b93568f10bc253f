from __future__ import annotations

import pulumi
import pulumi_aws as aws
import pytest

from components.audit.calls import AUDIT
from components.audit.shipping import KubernetesAudit, KubernetesAuditArgs, shipper_role_name
from tests.support.plan import ACCOUNT, Plan, policy_of, run
from tests.support.site import account

BUCKET = "arn:aws:s3:::the-record"
STREAM = f"arn:aws:kinesis:sa-east-1:{ACCOUNT}:audit-stream"


@pytest.fixture(scope="module")
def plan() -> Plan:
    def program() -> None:
        KubernetesAudit(
            "audit",
            KubernetesAuditArgs(
                stack="test",
                log_group="/aws/eks/cartorio-test/cluster",
                bucket_arn=BUCKET,
                key_arn="arn:key",
                topic_arn="arn:topic",
                buffer_seconds=120,
            ),
            account(),
            pulumi.ResourceOptions(providers=[aws.Provider("aws", region="sa-east-1")]),
        )

    return run(program)[0]


def test_the_audit_goes_from_the_log_to_the_bucket_encrypted_all_the_way(plan: Plan) -> None:
    subscription = plan.one("aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter").inputs
    assert subscription["logGroup"] == "/aws/eks/cartorio-test/cluster"
    assert subscription["filterPattern"] == AUDIT
    assert subscription["destinationArn"] == STREAM
    stream = plan.one("aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream").inputs
    assert stream["serverSideEncryption"] == {"enabled": True, "keyType": "CUSTOMER_MANAGED_CMK", "keyArn": "arn:key"}
    where = stream["extendedS3Configuration"]
    assert (where["bucketArn"], where["kmsKeyArn"], where["prefix"]) == (BUCKET, "arn:key", "kubernetes/")
    assert where["bufferingInterval"] == 120


def test_firehose_writes_below_its_prefixes_and_uses_the_key_through_s3_alone(plan: Plan) -> None:
    statements = policy_of(plan.one("aws:iam/rolePolicy:RolePolicy", "audit-shipper-policy"))
    assert statements["Write"]["Resource"] == [f"{BUCKET}/kubernetes/*", f"{BUCKET}/kubernetes-failed/*"]
    assert not any("Delete" in action for one in statements.values() for action in one["Action"])
    assert statements["Encrypt"]["Condition"] == {"StringEquals": {"kms:ViaService": "s3.sa-east-1.amazonaws.com"}}
    role = plan.one("aws:iam/role:Role", "audit-shipper")
    assert role.inputs["name"] == shipper_role_name("test")
    trust = policy_of(role, "assumeRolePolicy")["Assume"]
    assert trust["Principal"] == {"Service": "firehose.amazonaws.com"}
    assert trust["Condition"] == {"StringLike": {"aws:SourceAccount": ACCOUNT}}


def test_logs_of_the_account_hand_entries_to_this_stream_alone(plan: Plan) -> None:
    statement = policy_of(plan.one("aws:iam/rolePolicy:RolePolicy", "audit-sender-policy"))["Send"]
    assert (statement["Action"], statement["Resource"]) == (["firehose:PutRecord", "firehose:PutRecordBatch"], STREAM)
    trust = policy_of(plan.one("aws:iam/role:Role", "audit-sender"), "assumeRolePolicy")["Assume"]
    assert trust["Principal"] == {"Service": "logs.amazonaws.com"}
    assert trust["Condition"] == {"StringLike": {"aws:SourceArn": f"arn:aws:logs:sa-east-1:{ACCOUNT}:*"}}


def test_each_waits_for_what_it_is_allowed_by(plan: Plan) -> None:
    stream = plan.one("aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream")
    subscription = plan.one("aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter")
    assert any(urn.endswith("::audit-shipper-policy") for urn in stream.depends_on)
    assert any(urn.endswith("::audit-sender-policy") for urn in subscription.depends_on)


def test_somebody_is_told_when_entries_do_not_arrive(plan: Plan) -> None:
    alarm = plan.one("aws:cloudwatch/metricAlarm:MetricAlarm").inputs
    assert (alarm["metricName"], alarm["threshold"]) == ("DeliveryToS3.DataFreshness", 480)
    assert alarm["dimensions"] == {"DeliveryStreamName": "cartorio-test-kubernetes-audit"}
    assert alarm["alarmActions"] == ["arn:topic"]
