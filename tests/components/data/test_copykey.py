from __future__ import annotations

import pulumi
import pulumi_aws as aws

from components.data.copykey import CopyKey, CopyKeyArgs
from components.providers import Account
from tests.support.plan import policy_of, run


def test_the_key_rotates_and_its_administrators_are_those_of_the_settings() -> None:
    def program() -> None:
        known = pulumi.Output.from_input
        account = Account(id=known("123456789012"), partition=known("aws"), region="sa-east-1")
        opts = pulumi.ResourceOptions(providers=[aws.Provider("aws", region="us-east-1")])
        args = CopyKeyArgs(deletion_window_days=30, rotation_period_days=180, administrators=("arn:admin",))
        CopyKey("copies", args, account, opts)

    key = run(program)[0].one("aws:kms/key:Key")
    assert (key.inputs["enableKeyRotation"], key.inputs["rotationPeriodInDays"]) == (True, 180)
    assert (key.inputs["deletionWindowInDays"], key.protect) == (30, True)
    policy = policy_of(key)
    assert policy["Administration"]["Condition"] == {"ArnEquals": {"aws:PrincipalArn": "arn:admin"}}
    assert policy["UseByTheAccount"]["Principal"] == {"AWS": "arn:aws:iam::123456789012:root"}
