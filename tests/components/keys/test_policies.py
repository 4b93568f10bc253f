from __future__ import annotations

import json
from typing import Any

import pulumi
import pytest

from components.keys.policies import copies, statements
from components.keys.purposes import KEYS, KeyPurpose, KeyRow
from components.policies import document
from components.providers import Account
from tests.support.plan import ACCOUNT, run

ROWS = {row.purpose: row for row in KEYS}
ROOT = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
ADMINISTRATOR = f"arn:aws:iam::{ACCOUNT}:role/admin"
USER = f"arn:aws:iam::{ACCOUNT}:role/user"
AUTOSCALING = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"
SERVICES = tuple(
    {"Service": f"{service}.amazonaws.com"}
    for service in ("backup", "cloudtrail", "cloudwatch", "events", "logs.sa-east-1")
)
USING = {"kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:Sign", "kms:Verify", "kms:CreateGrant"}


def _policy(
    row: KeyRow, administrators: tuple[str, ...] = (), users: tuple[str, ...] = (), grantors: tuple[str, ...] = ()
) -> dict[str, dict[str, Any]]:
    seen: list[str] = []

    def program() -> None:
        account = Account(pulumi.Output.from_input(ACCOUNT), pulumi.Output.from_input("aws"), "sa-east-1")
        document(*statements(row, account, administrators, users, grantors=grantors)).apply(seen.append)

    run(program)
    return {statement["Sid"]: statement for statement in json.loads(seen[0])["Statement"]}


@pytest.mark.parametrize("row", KEYS, ids=lambda row: row.purpose)
def test_administrators_cannot_use_the_key(row: KeyRow) -> None:
    administration = _policy(row, (ADMINISTRATOR,), (USER,))["Administration"]
    assert USING.isdisjoint(administration["Action"])
    assert administration["Condition"] == {"ArnEquals": {"aws:PrincipalArn": ADMINISTRATOR}}
    # Whoever created the key must be able to change its policy, or AWS refuses it.
    assert "kms:PutKeyPolicy" in administration["Action"]


@pytest.mark.parametrize("row", KEYS, ids=lambda row: row.purpose)
def test_users_cannot_administer_the_key(row: KeyRow) -> None:
    use = _policy(row, (ADMINISTRATOR,), (USER,))["Use"]
    assert set(use["Action"]) == set(row.actions)
    assert not any(
        verb in action for action in use["Action"] for verb in ("Put", "Delete", "Disable", "Create", "Update")
    )
    assert use["Condition"] == {"ArnEquals": {"aws:PrincipalArn": USER}}


@pytest.mark.parametrize("row", KEYS, ids=lambda row: row.purpose)
def test_nobody_is_allowed_by_wildcard(row: KeyRow) -> None:
    for statement in _policy(row, (), (USER,)).values():
        actions = statement["Action"]
        assert not any("*" in action for action in ([actions] if isinstance(actions, str) else actions))
        if statement["Principal"] == {"AWS": "*"}:
            assert statement["Condition"]["StringEquals"] == {"kms:CallerAccount": ACCOUNT}
            assert statement["Condition"]["ArnEquals"] == {"aws:PrincipalArn": AUTOSCALING}
        else:
            assert statement["Principal"] in (ROOT, *SERVICES)


def test_without_administrators_the_accounts_iam_decides() -> None:
    assert "Condition" not in _policy(ROWS[KeyPurpose.ENVELOPE])["Administration"]


@pytest.mark.parametrize("purpose", [KeyPurpose.VAULT_UNSEAL, KeyPurpose.PULUMI_SECRETS])
def test_without_users_nobody_uses_a_key_that_is_for_named_users_only(purpose: KeyPurpose) -> None:
    assert list(_policy(ROWS[purpose])) == ["Administration"]


def test_whoever_verifies_reads_the_public_half_and_only_named_users_sign() -> None:
    policy = _policy(ROWS[KeyPurpose.RELEASE_SIGNING], (ADMINISTRATOR,))
    assert list(policy) == ["Administration", "ReadPublicHalf"]
    public = policy["ReadPublicHalf"]
    assert (public["Principal"], public["Action"]) == (ROOT, ["kms:DescribeKey", "kms:GetPublicKey"])
    assert "Condition" not in public
    assert not any("ReadPublicHalf" in _policy(row) for row in KEYS if row.purpose is not KeyPurpose.RELEASE_SIGNING)


def test_the_account_copies_with_a_key_that_its_administrators_cannot_use() -> None:
    seen: list[str] = []

    def program() -> None:
        account = Account(pulumi.Output.from_input(ACCOUNT), pulumi.Output.from_input("aws"), "us-east-1")
        document(*copies(account, (ADMINISTRATOR,))).apply(seen.append)

    run(program)
    policy = {statement["Sid"]: statement for statement in json.loads(seen[0])["Statement"]}
    assert list(policy) == ["Administration", "UseByTheAccount", "GrantsForServices"]
    assert policy["Administration"]["Condition"] == {"ArnEquals": {"aws:PrincipalArn": ADMINISTRATOR}}
    assert USING.isdisjoint(policy["Administration"]["Action"])
    administers = {"kms:PutKeyPolicy", "kms:ScheduleKeyDeletion", "kms:DisableKey", "kms:CreateGrant"}
    assert administers.isdisjoint(policy["UseByTheAccount"]["Action"])
    assert policy["GrantsForServices"]["Condition"] == {"Bool": {"kms:GrantIsForAWSResource": "true"}}


@pytest.mark.parametrize("purpose", [KeyPurpose.VAULT_UNSEAL, KeyPurpose.PULUMI_SECRETS])
def test_seals_only_encrypt_and_decrypt(purpose: KeyPurpose) -> None:
    assert _policy(ROWS[purpose], (), (USER,))["Use"]["Action"] == ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt"]


@pytest.mark.parametrize(
    ("purpose", "services"),
    [(KeyPurpose.EBS, ["ec2"]), (KeyPurpose.S3, ["s3"]), (KeyPurpose.BACKUP, ["backup", "s3"])],
)
def test_storage_keys_are_used_through_their_services_only(purpose: KeyPurpose, services: list[str]) -> None:
    policy = _policy(ROWS[purpose])
    through = [f"{service}.sa-east-1.amazonaws.com" for service in services]
    expected = {"kms:ViaService": through if len(through) > 1 else through[0]}
    assert policy["UseThroughServices"]["Condition"] == {"StringEquals": expected}
    assert policy["GrantsForServices"]["Condition"]["StringEquals"] == expected
    assert "Use" not in policy
    assert "UseByLogs" not in policy


def test_autoscaling_starts_nodes_with_encrypted_volumes() -> None:
    policy = _policy(ROWS[KeyPurpose.EBS])
    assert "kms:CreateGrant" not in policy["UseByServiceRoles"]["Action"]
    grants = policy["GrantsByServiceRoles"]
    assert grants["Action"] == "kms:CreateGrant"
    assert grants["Condition"]["Bool"] == {"kms:GrantIsForAWSResource": "true"}


def test_whoever_makes_a_volume_uses_the_key_through_ec2_as_ebs_does_and_no_other_key_so() -> None:
    ebs = {"kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncryptFrom", "kms:ReEncryptTo"}
    assert ebs < set(_policy(ROWS[KeyPurpose.EBS])["UseThroughServices"]["Action"])
    others = [_policy(row) for row in KEYS if row.purpose is not KeyPurpose.EBS and row.via]
    assert others
    assert all(ebs.isdisjoint(policy["UseThroughServices"]["Action"]) for policy in others)


def test_whoever_makes_clusters_lets_them_use_the_key_and_cannot_use_it() -> None:
    assert "GrantsForClusters" not in _policy(ROWS[KeyPurpose.ENVELOPE])
    grants = _policy(ROWS[KeyPurpose.ENVELOPE], (), (), (USER,))["GrantsForClusters"]
    assert grants["Action"] == ["kms:CreateGrant", "kms:DescribeKey"]
    # CreateCluster fails where the key asks for `kms:GrantIsForAWSResource`.
    assert grants["Condition"] == {"ArnEquals": {"aws:PrincipalArn": USER}}


def test_only_log_groups_of_this_account_and_region_use_the_key_of_logs() -> None:
    policy = _policy(ROWS[KeyPurpose.LOGS])
    services = {"UseThroughServices", "GrantsForServices"}
    told = {"UseByLogs", "UseByCloudTrail", "UseByBackup", "UseByCloudwatch", "UseByEvents"}
    assert set(policy) == {"Administration"} | services | told
    for sid in services:
        via = policy[sid]["Condition"]["StringEquals"]["kms:ViaService"]
        assert via == "firehose.sa-east-1.amazonaws.com"
    assert policy["UseByLogs"]["Condition"] == {
        "ArnLike": {"kms:EncryptionContext:aws:logs:arn": f"arn:aws:logs:sa-east-1:{ACCOUNT}:log-group:*"}
    }


def test_services_use_the_envelope_key_only_for_this_account_and_region() -> None:
    policy = _policy(ROWS[KeyPurpose.ENVELOPE])
    services = ["ecr.sa-east-1.amazonaws.com", "secretsmanager.sa-east-1.amazonaws.com"]
    assert policy["UseThroughServices"]["Condition"] == {"StringEquals": {"kms:ViaService": services}}
    assert policy["GrantsForServices"]["Condition"]["Bool"] == {"kms:GrantIsForAWSResource": "true"}
    assert "UseByLogs" not in policy


def test_trails_and_alarms_of_the_account_use_the_key_of_logs_and_no_other() -> None:
    policy = _policy(ROWS[KeyPurpose.LOGS])
    trail = policy["UseByCloudTrail"]
    assert trail["Principal"] == {"Service": "cloudtrail.amazonaws.com"}
    context = {"kms:EncryptionContext:aws:cloudtrail:arn": f"arn:aws:cloudtrail:*:{ACCOUNT}:trail/*"}
    assert trail["Condition"] == {"StringLike": context}
    tellers = {"backup": "UseByBackup", "cloudwatch": "UseByCloudwatch", "events": "UseByEvents"}
    for teller, sid in tellers.items():
        assert policy[sid]["Principal"] == {"Service": f"{teller}.amazonaws.com"}
        assert set(policy[sid]["Action"]) == {"kms:Decrypt", "kms:GenerateDataKey"}
    others = [row for row in KEYS if row.purpose is not KeyPurpose.LOGS]
    assert not any({"UseByCloudTrail", *tellers.values()} & set(_policy(row)) for row in others)
