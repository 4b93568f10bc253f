from __future__ import annotations

import pulumi
import pulumi_aws as aws

from components.keys.purposes import REPLICABLE, KeyPurpose
from components.keys.replicas import KeyReplicas, KeyReplicasArgs
from components.sections.keys import Keys
from tests.support.plan import Plan, policy_of, run
from tests.support.site import account

ADMINISTRATOR = "arn:aws:iam::123456789012:role/admin"
PRIMARY = "arn:aws:kms:sa-east-1:123456789012:key/mrk-"


def _plan(*, protect: bool = True) -> Plan:
    settings = Keys.model_validate_json(
        f'{{"administrators": ["{ADMINISTRATOR}"], "deletionWindowDays": 14, "replica": {{"region": "us-east-1"}}}}'
    )

    def program() -> None:
        KeyReplicas(
            "keys-copy",
            KeyReplicasArgs(
                stack="local",
                settings=settings,
                platform_users=(),
                primaries=tuple((purpose, f"{PRIMARY}{purpose}") for purpose in REPLICABLE),
                protect=protect,
            ),
            account(),
            pulumi.ResourceOptions(providers=[aws.Provider("elsewhere", region="us-east-1")]),
        )

    return run(program)[0]


def test_each_replica_has_its_primary_and_the_same_alias() -> None:
    plan = _plan()
    replicas = plan.of("aws:kms/replicaKey:ReplicaKey")
    assert [replica.inputs["primaryKeyArn"] for replica in replicas] == [f"{PRIMARY}{name}" for name in REPLICABLE]
    assert {alias.inputs["name"]: alias.inputs["targetKeyId"] for alias in plan.of("aws:kms/alias:Alias")} == {
        f"alias/cartorio-local-{purpose}": f"id-of-keys-copy-{purpose}" for purpose in REPLICABLE
    }
    assert {replica.provider_name for replica in replicas} == {"elsewhere"}


def test_a_replica_is_protected_by_setting_and_has_the_window() -> None:
    replica = _plan().one("aws:kms/replicaKey:ReplicaKey", "keys-copy-envelope")
    assert replica.protect
    assert replica.inputs["deletionWindowInDays"] == 14
    assert not _plan(protect=False).one("aws:kms/replicaKey:ReplicaKey", "keys-copy-envelope").protect


def test_the_policy_of_a_replica_speaks_of_its_own_region() -> None:
    policy = policy_of(_plan().one("aws:kms/replicaKey:ReplicaKey", "keys-copy-envelope"))
    assert "us-east-1" in str(policy["UseThroughServices"])
    assert "sa-east-1" not in str(policy["UseThroughServices"])


def test_administrators_may_turn_over_and_replicate_no_further() -> None:
    policy = policy_of(_plan().one("aws:kms/replicaKey:ReplicaKey", "keys-copy-vault-unseal"))
    assert policy["TurnOver"]["Condition"] == {
        "ArnEquals": {"aws:PrincipalArn": ADMINISTRATOR},
        "StringEquals": {"kms:PrimaryRegion": ["sa-east-1", "us-east-1"]},
    }
    assert "Replication" not in policy


def test_the_outputs_name_every_replica() -> None:
    plan = _plan()
    (outputs,) = plan.outputs[plan.one("cartorio:keys:KeyReplicas").urn]
    assert set(outputs["arns"]) == set(REPLICABLE)
    assert KeyPurpose.RELEASE_SIGNING not in outputs["arns"]
