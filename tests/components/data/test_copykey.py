from __future__ import annotations

import pulumi
import pulumi_aws as aws

from components.data.copykey import CopyKey, CopyKeyArgs
from components.providers import Account
from tests.support.plan import policy_of, run


def test_the_key_rotates_and_the_accounts_policies_decide() -> None:
    def program() -> None:
        known = pulumi.Output.from_input
        account = Account(id=known("123456789012"), partition=known("aws"), region="sa-east-1")
        opts = pulumi.ResourceOptions(providers=[aws.Provider("aws", region="us-east-1")])
        CopyKey("copies", CopyKeyArgs(deletion_window_days=30, rotation_period_days=180), account, opts)

    key = run(program)[0].one("aws:kms/key:Key")
    assert (key.inputs["enableKeyRotation"], key.inputs["rotationPeriodInDays"]) == (True, 180)
    assert (key.inputs["deletionWindowInDays"], key.protect) == (30, True)
    assert policy_of(key)["Account"]["Principal"] == {"AWS": "arn:aws:iam::123456789012:root"}
