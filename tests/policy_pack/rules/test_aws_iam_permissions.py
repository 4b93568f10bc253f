from __future__ import annotations

from typing import Any

import pytest

from guardrails.resources.reading import UNKNOWN
from tests.support.cloud import allow, aws, document, found

BOUNDED = {"StringEquals": {"iam:PermissionsBoundary": "arn:aws:iam::111122223333:policy/b"}}
TAGGED = {"StringEquals": {"aws:ResourceTag/project": "cartorio"}}
TO_EC2 = {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}
ROLE = "arn:aws:iam::111122223333:role/nodes"
RULES = ("wildcard-action", "not-action", "wildcard-resource", "pass-role", "privilege-escalation")


def _rules(statement: dict[str, Any], kind: str = "iam/rolePolicy:RolePolicy") -> set[str]:
    policy = aws(kind, policy=document(statement))
    return {rule for rule in RULES if found(f"aws/iam-{rule}", policy)}


@pytest.mark.parametrize(
    ("statement", "rules"),
    [
        (allow("s3:GetObject"), set()),
        (allow(["s3:Get*", "s3:Put*"]), set()),
        (allow("s3:*"), {"wildcard-action"}),
        (allow("*"), {"wildcard-action"}),
        (allow("*:GetObject"), {"wildcard-action"}),
        (allow(["S3:*"]), {"wildcard-action"}),
        ({"Effect": "Deny", "Action": "*", "Resource": "*"}, set()),
        ({"Effect": "Allow", "NotAction": "iam:*", "Resource": "x"}, {"not-action"}),
        ({"Effect": "Allow", "Action": "s3:GetObject", "NotResource": "x"}, {"not-action"}),
        ({"Effect": "Deny", "NotAction": "iam:*", "Resource": "x"}, set()),
        (allow("ec2:DescribeInstances", "*"), set()),
        (allow("ecr:GetAuthorizationToken", "*"), set()),
        (allow("cloudwatch:PutMetricData", "*"), set()),
        (allow("kms:Decrypt", "*"), {"wildcard-resource"}),
        (allow("s3:GetObject", "*"), {"wildcard-resource"}),
        (allow("s3:GetBucket*", "*"), set()),
        (allow("s3:Get*", "*"), {"wildcard-resource"}),
        (allow("secretsmanager:GetSecretValue", ["x", "*"]), {"wildcard-resource"}),
        (allow("ec2:TerminateInstances", "*"), {"wildcard-resource"}),
        (allow("ec2:TerminateInstances", "*", Condition=TAGGED), set()),
        (
            allow("ec2:TerminateInstances", "*", Condition={"Bool": {"aws:SecureTransport": "true"}}),
            {"wildcard-resource"},
        ),
        (allow("iam:PassRole", ROLE, Condition=TO_EC2), set()),
        (allow("iam:PassRole", ROLE), {"pass-role"}),
        (allow("iam:Pass*", "arn:aws:iam::111122223333:role/*", Condition=TO_EC2), {"pass-role"}),
        (allow("iam:PassRole", "*", Condition=TO_EC2), {"pass-role", "wildcard-resource"}),
        (allow("iam:PutRolePolicy", ROLE), {"privilege-escalation"}),
        (allow("iam:Put*", ROLE), {"privilege-escalation"}),
        (allow("iam:?utRolePolicy", ROLE), {"privilege-escalation"}),
        (allow("iam:PutRolePolicy", ROLE, Condition=BOUNDED), set()),
        (allow("iam:CreateAccessKey", "arn:aws:iam::1:user/x"), {"privilege-escalation"}),
        # What means the same, written otherwise.
        (allow("s3:**"), {"wildcard-action"}),
        (allow("s3:?*"), {"wildcard-action"}),
        (allow("s*:GetObject"), {"wildcard-action"}),
        (allow("s3:*Object"), {"wildcard-action"}),
        (allow("kms:Decrypt", "arn:aws:kms:*:111122223333:key/*"), {"wildcard-resource"}),
        (allow("s3:GetObject", "arn:aws:s3:::*"), {"wildcard-resource"}),
        (allow("s3:GetObject", "arn:aws:s3:::*/*"), {"wildcard-resource"}),
        (allow("s3:GetObject", "arn:aws:s3:::deeds/*"), set()),
        (allow("s3:GetObject", "**"), {"wildcard-resource"}),
        (allow("s3:GetObject", "arn:*"), {"wildcard-resource"}),
        (allow("s3:GetObjectVersion", "*"), {"wildcard-resource"}),
        (allow("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:*:*:secret:*"), {"wildcard-resource"}),
        (allow("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:*:*:secret:flux/*"), set()),
        (allow("ebs:GetSnapshotBlock", "*"), {"wildcard-resource"}),
        (allow("ec2:CreateSnapshot", "arn:aws:ec2:sa-east-1:*:volume/*"), set()),
        (allow("kms:Sign", "*", Condition={"StringEquals": {"kms:ResourceAliases": "alias/release"}}), set()),
        # Conditions that hold of everything.
        *(
            (allow("kms:Decrypt", "*", Condition=condition), {"wildcard-resource"})
            for condition in (
                {"StringNotEquals": {"aws:ResourceTag/project": "other"}},
                {"StringEqualsIfExists": {"aws:ResourceTag/project": "cartorio"}},
                {"ForAllValues:StringEquals": {"aws:ResourceTag/project": "cartorio"}},
                {"Null": {"aws:ResourceTag/project": "true"}},
                {"StringLike": {"aws:ResourceAccount": "*"}},
            )
        ),
        *(
            (allow("iam:PassRole", ROLE, Condition=condition), {"pass-role"})
            for condition in (
                {"StringLike": {"iam:PassedToService": "*"}},
                {"StringNotEquals": {"iam:PassedToService": "x.amazonaws.com"}},
                {"StringEqualsIfExists": {"iam:PassedToService": "ec2.amazonaws.com"}},
            )
        ),
        (allow("iam:PassRole", "arn:aws:iam::111122223333:role/?*", Condition=TO_EC2), {"pass-role"}),
        (allow("iam:PassRole", "arn:aws:iam::*:role/nodes", Condition=TO_EC2), {"pass-role"}),
        *(
            (allow("iam:PutRolePolicy", ROLE, Condition=condition), {"privilege-escalation"})
            for condition in (
                {"StringNotEquals": {"iam:PermissionsBoundary": "arn:aws:iam::111122223333:policy/b"}},
                {"StringLike": {"iam:PermissionsBoundary": "*"}},
                {"ArnLike": {"iam:PermissionsBoundary": "arn:aws:iam::*:policy/*"}},
            )
        ),
        (allow("iam:DeleteRolePermissionsBoundary", ROLE, Condition=BOUNDED), {"privilege-escalation"}),
        (allow("iam:PutRolePermissionsBoundary", ROLE), {"privilege-escalation"}),
        (allow("iam:PutRolePermissionsBoundary", ROLE, Condition=BOUNDED), set()),
        (allow("eks:AssociateAccessPolicy", "arn:aws:eks:sa-east-1:111122223333:cluster/c"), {"privilege-escalation"}),
    ],
)
def test_each_statement_breaks_what_it_breaks(statement: dict[str, Any], rules: set[str]) -> None:
    assert _rules(statement) == rules


def test_only_a_managed_policy_that_guards_itself_is_a_boundary() -> None:
    everything = allow("*", "*")
    guard = {"Effect": "Deny", "Action": "iam:DeleteRolePermissionsBoundary", "Resource": "*"}
    for kind, statements, wrong in (
        ("iam/policy:Policy", (everything, guard), False),
        ("iam/policy:Policy", (everything,), True),
        ("iam/rolePolicy:RolePolicy", (everything, guard), True),
        ("iam/policy:Policy", (everything, {**guard, "Resource": "arn:aws:iam::111122223333:role/nobody"}), True),
        ("iam/policy:Policy", (everything, {**guard, "Condition": {"Bool": {"aws:ViaAWSService": "true"}}}), True),
    ):
        assert bool(found("aws/iam-wildcard-action", aws(kind, policy=document(*statements)))) is wrong


def test_policies_inside_a_role_count_and_its_trust_does_not() -> None:
    role = aws(
        "iam/role:Role",
        assumeRolePolicy=document(allow("*", "*")),
        inlinePolicies=[{"policy": document(allow("s3:*"))}],
    )
    assert found("aws/iam-wildcard-action", role) == ["x: inlinePolicies[0].policy.Statement[0].Action"]


@pytest.mark.parametrize("rule", RULES)
def test_a_policy_that_is_not_known_yet_is_not_passed_over(rule: str) -> None:
    assert found(f"aws/iam-{rule}", aws("iam/rolePolicy:RolePolicy", policy=UNKNOWN)) == ["x: policy?"]
