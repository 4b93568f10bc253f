from __future__ import annotations

import json

import pulumi
import pulumi_aws as aws

from components.network.flows import FlowLog, FlowLogArgs
from components.providers import Account
from tests.support.plan import ACCOUNT, Plan, policy_of, run


def _plan() -> Plan:
    def program() -> None:
        provider = aws.Provider("aws")
        account = Account(pulumi.Output.from_input(ACCOUNT), pulumi.Output.from_input("aws"), "sa-east-1")
        args = FlowLogArgs(vpc_id="vpc-1", key_arn="arn:aws:kms:key", retention_days=30, protect=True)
        FlowLog("flows", args, account, pulumi.ResourceOptions(providers=[provider]))

    return run(program, stack="local")[0]


def test_all_traffic_is_logged_encrypted_and_kept() -> None:
    plan = _plan()
    group = plan.one("aws:cloudwatch/logGroup:LogGroup")
    assert (group.inputs["kmsKeyId"], group.inputs["retentionInDays"]) == ("arn:aws:kms:key", 30)
    assert group.protect
    flow = plan.one("aws:ec2/flowLog:FlowLog").inputs
    assert (flow["trafficType"], flow["vpcId"], flow["maxAggregationInterval"]) == ("ALL", "vpc-1", 60)


def test_the_role_serves_this_accounts_flow_logs_and_writes_one_group() -> None:
    plan = _plan()
    trust = json.loads(plan.one("aws:iam/role:Role").inputs["assumeRolePolicy"])["Statement"][0]
    assert trust["Principal"] == {"Service": "vpc-flow-logs.amazonaws.com"}
    assert trust["Condition"] == {
        "StringEquals": {"aws:SourceAccount": ACCOUNT},
        "ArnLike": {"aws:SourceArn": f"arn:aws:ec2:sa-east-1:{ACCOUNT}:vpc-flow-log/*"},
    }
    write = policy_of(plan.one("aws:iam/rolePolicy:RolePolicy"))["Write"]
    group = f"arn:aws:cloudwatch:sa-east-1:{ACCOUNT}:flows-log"
    assert write["Resource"] == [group, f"{group}:*"]
    assert all(action.startswith("logs:") and "*" not in action for action in write["Action"])
