from __future__ import annotations

import pytest

from guardrails.resources.reading import UNKNOWN
from tests.support.cloud import allow, aws, document, found

ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"
GUARD = {"Effect": "Deny", "Action": "iam:DeleteRolePermissionsBoundary", "Resource": "*"}
ATTACHMENT = "iam/rolePolicyAttachment:RolePolicyAttachment"


@pytest.mark.parametrize(
    "kind",
    [
        *("user:User", "group:Group", "accessKey:AccessKey", "userLoginProfile:UserLoginProfile"),
        *("userPolicy:UserPolicy", "userPolicyAttachment:UserPolicyAttachment", "groupPolicy:GroupPolicy"),
        *("signingCertificate:SigningCertificate", "userPoliciesExclusive:UserPoliciesExclusive"),
    ],
)
def test_whatever_has_credentials_that_stay_is_found(kind: str) -> None:
    assert found("aws/iam-users", aws(f"iam/{kind}")) == ["x: "]


def test_a_role_has_a_boundary_known_or_not() -> None:
    assert found("aws/iam-boundary", aws("iam/role:Role")) == ["x: permissionsBoundary"]
    assert found("aws/iam-boundary", aws("iam/role:Role", permissionsBoundary=UNKNOWN)) == []


def test_a_boundary_that_allows_everything_is_none() -> None:
    assert found("aws/iam-boundary", aws("iam/role:Role", permissionsBoundary=ADMIN)) == ["x: permissionsBoundary"]
    unbound = aws("iam/role:Role", name="r", permissionsBoundary=ADMIN, managedPolicyArns=[ADMIN])
    assert found("aws/iam-administrator", unbound) == ["x: managedPolicyArns"]


@pytest.mark.parametrize("name", ["AmazonS3FullAccess", "AWSKeyManagementServicePowerUser", "AWSLambda_FullAccess"])
def test_a_whole_service_is_as_much_by_its_other_name(name: str) -> None:
    attached = aws(ATTACHMENT, role="r", policyArn=f"arn:aws:iam::aws:policy/{name}")
    assert found("aws/iam-administrator", attached) == ["x: policyArn"]


def test_administrators_are_bounded() -> None:
    free, bounded = (
        aws("iam/role:Role", "free", name="f"),
        aws("iam/role:Role", "bound", name="b", permissionsBoundary="p"),
    )
    by_name = aws(ATTACHMENT, "by-name", role="b", policyArn=ADMIN)
    by_address = aws(ATTACHMENT, "by-address", role=UNKNOWN, policyArn=ADMIN, links={"role": "bound"})
    assert found("aws/iam-administrator", free, bounded, by_name, by_address) == []
    for wrong in (
        aws(ATTACHMENT, "w", role="f", policyArn=ADMIN),
        aws(ATTACHMENT, "w", role="elsewhere", policyArn=ADMIN),
        aws(ATTACHMENT, "w", role=UNKNOWN, policyArn=ADMIN, links={"role": "free"}),
        aws(ATTACHMENT, "w", role="f", policyArn="arn:aws:iam::aws:policy/IAMFullAccess"),
        aws("iam/userPolicyAttachment:UserPolicyAttachment", "w", user="u", policyArn=ADMIN),
    ):
        assert found("aws/iam-administrator", free, bounded, wrong) == ["w: policyArn"]


def test_what_a_role_carries_by_itself_counts() -> None:
    carried = aws("iam/role:Role", managedPolicyArns=["arn:aws:iam::aws:policy/ReadOnlyAccess", ADMIN])
    assert found("aws/iam-administrator", carried) == ["x: managedPolicyArns"]
    assert found("aws/iam-administrator", aws("iam/role:Role", managedPolicyArns=UNKNOWN)) == []
    assert found("aws/iam-administrator", aws(ATTACHMENT, policyArn=UNKNOWN)) == []


def test_a_boundary_is_nobodys_policy() -> None:
    boundary = aws("iam/policy:Policy", "most", policy=document(allow("*", "*"), GUARD))
    other = aws("iam/policy:Policy", "little", policy=document(allow("s3:GetObject")))
    given = [aws(ATTACHMENT, to, policyArn=UNKNOWN, links={"policyArn": to}) for to in ("most", "little")]
    assert found("aws/iam-boundary-attached", boundary, other, *given) == ["most: policyArn"]


def test_nor_is_it_what_a_role_carries() -> None:
    boundary = aws("iam/policy:Policy", "most", name="most", policy=document(allow("*", "*"), GUARD))
    rule = "aws/iam-boundary-attached"
    carried = aws("iam/role:Role", "r", managedPolicyArns=UNKNOWN, links={"managedPolicyArns": "most"})
    assert found(rule, boundary, carried) == ["r: managedPolicyArns"]
    by_name = aws("iam/role:Role", "r", managedPolicyArns=["arn:aws:iam::111122223333:policy/most"])
    assert found(rule, boundary, by_name) == ["r: managedPolicyArns"]
    assert found(rule, boundary, aws(ATTACHMENT, policyArn="arn:aws:iam::111122223333:policy/most")) == ["x: policyArn"]
    assert found(rule, boundary, aws(ATTACHMENT, policyArn="arn:aws:iam::111122223333:policy/other")) == []
