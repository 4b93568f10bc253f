from __future__ import annotations

import json

import pytest
from pydantic import ValidationError

from components.sections.keys import Keys

ROLE = "arn:aws:iam::123456789012:role/"


def _keys(**settings: object) -> Keys:
    return Keys.model_validate_json(json.dumps(settings))


def test_keys_are_safe_without_a_word() -> None:
    keys = _keys()
    assert (keys.deletion_window_days, keys.rotation_period_days, keys.administrators, keys.users) == (30, 365, (), ())


def test_administrators_and_users_may_be_different_people() -> None:
    users = [{"purpose": "envelope", "principals": [f"{ROLE}user"]}]
    assert _keys(administrators=[f"{ROLE}admin"], users=users).users[0].principals == (f"{ROLE}user",)


@pytest.mark.parametrize(
    ("users", "complaint"),
    [
        ([("envelope", "admin")], "the two roles are apart"),
        ([("envelope", "a"), ("release-signing", "admin")], "the two roles are apart"),
        ([("envelope", "a"), ("envelope", "b")], "names purpose 'envelope' twice"),
    ],
)
def test_one_principal_is_not_both_and_one_purpose_has_one_list(users: list[tuple[str, str]], complaint: str) -> None:
    listed = [{"purpose": purpose, "principals": [ROLE + name]} for purpose, name in users]
    with pytest.raises(ValidationError, match=complaint):
        _keys(administrators=[f"{ROLE}admin"], users=listed)


REPLICA = {"region": "us-east-1"}
PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
SECRET = "arn:aws:secretsmanager:sa-east-1:123456789012:secret:cartorio/hsm-a1b2c3"
STORE = {"id": "cks-1234567890abcdef0", "purposes": ["envelope"]}


def test_replicated_is_what_is_of_use_elsewhere() -> None:
    replica = _keys(replica=REPLICA).replica
    assert replica is not None
    assert replica.purposes == ("envelope", "vault-unseal", "pulumi-secrets")


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"replica": {**REPLICA, "purposes": []}}, "at least 1"),
        ({"replica": {**REPLICA, "purposes": ["release-signing"]}}, "must not name 'release-signing'"),
        ({"replica": {**REPLICA, "purposes": ["s3"]}}, "must not name 's3'"),
        ({"replica": {**REPLICA, "purposes": ["envelope", "envelope"]}}, "twice"),
        ({"store": {**STORE, "purposes": ["release-signing"]}}, "symmetric keys only"),
        ({"store": {**STORE, "purposes": []}}, "if id names a store"),
        ({"store": {"purposes": ["envelope"], "cluster": {}}}, "if id names a store"),
        ({"store": {}}, "must be there where id is not"),
        ({"store": {**STORE, "id": "store"}}, "a custom key store of KMS"),
        ({"store": STORE, "replica": REPLICA}, "is of one region"),
        ({"store": {"cluster": {"hsms": 1}}}, "greater than or equal to 2"),
        ({"store": {"cluster": {"trustAnchor": PEM}}}, "if trustAnchor is"),
        ({"store": {"cluster": {"passwordSecret": SECRET}}}, "if trustAnchor is"),
        ({"store": {"cluster": {"trustAnchor": "MIIB", "passwordSecret": SECRET}}}, "PEM"),
        ({"store": {"cluster": {"id": "cluster-a23bcdefghi"}}}, "for a cluster that exists"),
    ],
)
def test_contradictions_are_refused(settings: dict[str, object], complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        _keys(**settings)


def test_a_store_may_have_no_keys_yet_and_a_cluster_no_store() -> None:
    assert _keys(store={"cluster": {}}).store is not None
    assert _keys(store={"cluster": {"trustAnchor": PEM, "passwordSecret": SECRET}}).store is not None
    both = {"purposes": ["s3"], "id": STORE["id"], "cluster": {"trustAnchor": PEM, "passwordSecret": SECRET}}
    assert _keys(store=both, replica=REPLICA).store is not None
