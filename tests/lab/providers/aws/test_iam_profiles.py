from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.aws_case import Case, drifts, lives
from tests.support.eks import ROLE, role

if TYPE_CHECKING:
    from tests.support.aws_case import Hands
    from tests.support.provider_engine import Engine, Managed

PROFILE = "aws:iam/instanceProfile:InstanceProfile"


def _emptied(hands: Hands, profile: Managed) -> None:
    client = hands("iam")
    client.remove_role_from_instance_profile(InstanceProfileName=profile.id, RoleName=profile.outputs["role"])


CASES = (
    Case(
        PROFILE,
        {"name": "nodes", "path": "/cartorio/", "role": "$role.name", "tags": {"a": "b"}},
        needs=(("role", ROLE, role("ec2.amazonaws.com")), ("other", ROLE, role("ec2.amazonaws.com"))),
        updates=({"role": "$other.name"}, {"tags": {"a": "c", "d": "e"}}),
        replaces=({"name": "other"}, {"path": "/"}),
        spoilt="role",
        spoil=_emptied,
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_lives(engine: Engine, case: Case) -> None:
    lives(engine, case)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_drifts(engine: Engine, by_hand: Hands, case: Case) -> None:
    drifts(engine, by_hand, case)


def test_a_profile_may_wait_for_its_role(engine: Engine) -> None:
    made = engine.create(PROFILE, "p", {})
    assert "role" not in made.outputs
    needed = engine.create(ROLE, "r", role("ec2.amazonaws.com"))
    assert engine.update(made, {"role": needed.id}).outputs["role"] == needed.id
