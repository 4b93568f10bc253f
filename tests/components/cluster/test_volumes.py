from __future__ import annotations

from components.cluster.volumes import volume_statements
from components.policies import Condition


def test_the_key_is_used_through_ec2_of_its_region_only_and_lent_to_machines_only() -> None:
    use, lend = volume_statements("arn:key", "sa-east-1")
    through = Condition("StringEquals", "kms:ViaService", ("ec2.sa-east-1.amazonaws.com",))
    assert use.conditions == (through,)
    assert "kms:CreateGrant" not in use.actions
    assert lend.actions == ("kms:CreateGrant",)
    assert lend.conditions == (through, Condition("Bool", "kms:GrantIsForAWSResource", ("true",)))
    assert {statement.resources for statement in (use, lend)} == {("arn:key",)}
