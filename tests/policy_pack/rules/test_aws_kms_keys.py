from __future__ import annotations

import pytest

from guardrails.model import Profile
from guardrails.resources.reading import UNKNOWN
from tests.support.cloud import aws, found


@pytest.mark.parametrize("kind", ["kms/key:Key", "kms/replicaKey:ReplicaKey"])
@pytest.mark.parametrize(
    ("days", "profile", "wrong"),
    [
        (None, Profile.PRODUCAO, False),
        (30, Profile.PRODUCAO, False),
        (29, Profile.PRODUCAO, True),
        (14, Profile.STAGING, False),
        (13.0, Profile.STAGING, True),
        (7, Profile.LOCAL, False),
        (UNKNOWN, Profile.LOCAL, True),
    ],
)
def test_a_deletion_can_be_taken_back(kind: str, days: object, profile: Profile, *, wrong: bool) -> None:
    assert bool(found("aws/kms-deletion-window", aws(kind, deletionWindowInDays=days), profile=profile)) is wrong


def test_a_key_is_enabled_and_somebody_can_change_its_policy() -> None:
    assert found("aws/kms-usable", aws("kms/key:Key")) == []
    assert found("aws/kms-usable", aws("kms/key:Key", isEnabled=False)) == ["x: isEnabled"]
    check = "bypassPolicyLockoutSafetyCheck"
    assert found("aws/kms-usable", aws("kms/replicaKey:ReplicaKey", **{check: True})) == [f"x: {check}"]
    assert found("aws/kms-usable", aws("kms/key:Key", **{check: UNKNOWN})) == [f"x: {check}?"]


def test_a_key_for_several_regions_is_copied_to_another() -> None:
    key = aws("kms/key:Key", "k", multiRegion=True, arn="arn:k")
    assert found("aws/kms-multi-region", key) == ["k: multiRegion"]
    assert found("aws/kms-multi-region", key, aws("kms/replicaKey:ReplicaKey", primaryKeyArn="arn:k")) == []
    by_address = aws("kms/replicaKey:ReplicaKey", primaryKeyArn=UNKNOWN, links={"primaryKeyArn": "k"})
    assert found("aws/kms-multi-region", aws("kms/key:Key", "k", multiRegion=True), by_address) == []
    assert found("aws/kms-multi-region", key, aws("kms/replicaKey:ReplicaKey", primaryKeyArn="arn:other")) != []
    assert found("aws/kms-multi-region", aws("kms/key:Key", "k")) == []


def test_a_policy_by_itself_may_lock_nobody_out_either() -> None:
    policy = aws("kms/keyPolicy:KeyPolicy", bypassPolicyLockoutSafetyCheck=True)
    assert found("aws/kms-usable", policy) == ["x: bypassPolicyLockoutSafetyCheck"]
