from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.support.aws_case import Case, drifts, lives
from tests.support.provider_engine import RefusedError

if TYPE_CHECKING:
    from tests.support.aws_case import Hands
    from tests.support.provider_engine import Engine, Managed

SECRET = "aws:secretsmanager/secret:Secret"
POLICY = "aws:secretsmanager/secretPolicy:SecretPolicy"
KEY = "arn:aws:kms:sa-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
OTHER_KEY = "arn:aws:kms:sa-east-1:123456789012:key/00000000-12ab-34cd-56ef-1234567890ab"


def deny(account: str) -> str:
    statement = {
        "Sid": "AccountOnly",
        "Effect": "Deny",
        "Principal": {"AWS": "*"},
        "Action": "secretsmanager:*",
        "Resource": "*",
        "Condition": {"StringNotEquals": {"aws:PrincipalAccount": account}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _other_description(hands: Hands, secret: Managed) -> None:
    hands("secretsmanager").update_secret(SecretId=secret.id, Description="changed by hand")


def _other_policy(hands: Hands, policy: Managed) -> None:
    hands("secretsmanager").put_resource_policy(SecretId=policy.id, ResourcePolicy=deny("111111111111"))


CASES = (
    Case(
        SECRET,
        {
            "name": "cartorio/local/mail",
            "description": "Password of the mail relay.",
            "kmsKeyId": KEY,
            "recoveryWindowInDays": 7,
            "tags": {"component": "secrets"},
        },
        updates=(
            {"description": "Password of another mail relay."},
            {"kmsKeyId": OTHER_KEY},
            {"recoveryWindowInDays": 30},
            {"tags": {"component": "vault"}},
        ),
        replaces=({"name": "cartorio/local/post"}, {"region": "us-east-1"}),
        spoilt="description",
        spoil=_other_description,
        told_apart=frozenset({"recoveryWindowInDays"}),
    ),
    Case(
        POLICY,
        {"secretArn": "$secret.arn", "policy": deny("123456789012"), "blockPublicPolicy": True},
        needs=(("secret", SECRET, {"name": "one"}),),
        updates=({"policy": deny("210987654321")}, {"blockPublicPolicy": False}),
        replaces=(
            {"secretArn": "arn:aws:secretsmanager:sa-east-1:123456789012:secret:two-aaaaaa"},
            {"region": "us-east-1"},
        ),
        spoilt="policy",
        spoil=_other_policy,
        told_apart=frozenset({"blockPublicPolicy"}),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_lives(engine: Engine, case: Case) -> None:
    lives(engine, case)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_shows_drift(engine: Engine, by_hand: Hands, case: Case) -> None:
    drifts(engine, by_hand, case)


def test_a_deleted_secret_can_be_restored_for_as_long_as_its_window(engine: Engine, by_hand: Hands) -> None:
    secret = engine.create(SECRET, "s", {"name": "kept", "recoveryWindowInDays": 7})
    engine.delete(secret)
    assert engine.refresh(secret) is None
    assert by_hand("secretsmanager").restore_secret(SecretId="kept")["Name"] == "kept"


def test_without_a_window_it_is_gone_at_once(engine: Engine, by_hand: Hands) -> None:
    engine.delete(engine.create(SECRET, "s", {"name": "brief", "recoveryWindowInDays": 0}))
    with pytest.raises(by_hand("secretsmanager").exceptions.ResourceNotFoundException):
        by_hand("secretsmanager").describe_secret(SecretId="brief")


def test_an_impossible_window_is_refused(engine: Engine) -> None:
    with pytest.raises(RefusedError, match=r"recoveryWindowInDays.*7 to 30"):
        engine.create(SECRET, "s", {"name": "x", "recoveryWindowInDays": 3})
