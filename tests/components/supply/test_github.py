from __future__ import annotations

import json
from typing import Any

import pulumi
import pulumi_aws as aws

from components.providers import Account
from components.sections.supply import Github
from components.supply.github import GithubRoles, GithubRolesArgs, github_role_name
from tests.support.plan import ACCOUNT, Plan, policy_of, run

ROLE = "aws:iam/role:Role"
REPOSITORY = "repo:cartorio-digital/infraestrutura"
PREVIEW = {"name": "preview", "access": "preview", "subject": f"{REPOSITORY}:pull_request"}
DEPLOY = {
    "name": "deploy",
    "access": "deploy",
    "subject": f"{REPOSITORY}:environment:producao",
    "sessionSeconds": 7200,
}
PROVIDER = f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"


def _plan(*roles: dict[str, Any], **others: Any) -> Plan:  # noqa: ANN401 - settings as JSON
    settings = Github.model_validate_json(json.dumps({"roles": roles, **others}))

    def program() -> None:
        GithubRoles(
            "github",
            GithubRolesArgs(
                stack="test", settings=settings, secrets_key_arn="arn:secrets", repositories=("cartorio/app",)
            ),
            Account(pulumi.Output.from_input(ACCOUNT), pulumi.Output.from_input("aws"), "sa-east-1"),
            pulumi.ResourceOptions(providers=[aws.Provider("aws", region="sa-east-1")]),
        )

    return run(program)[0]


def test_a_role_is_for_one_subject_and_one_audience_word_for_word() -> None:
    role = _plan(DEPLOY, providerArn=PROVIDER).one(ROLE)
    assert policy_of(role, "assumeRolePolicy") == {
        "AssumeByGithub": {
            "Sid": "AssumeByGithub",
            "Effect": "Allow",
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Principal": {"Federated": PROVIDER},
            "Condition": {
                "StringEquals": {
                    "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
                    "token.actions.githubusercontent.com:sub": f"{REPOSITORY}:environment:producao",
                }
            },
        }
    }
    assert role.inputs["maxSessionDuration"] == 7200
    assert role.inputs["name"] == github_role_name("test", "deploy") == "cartorio-test-deploy"


def test_an_existing_provider_is_used_and_a_missing_one_is_made() -> None:
    kind = "aws:iam/openIdConnectProvider:OpenIdConnectProvider"
    assert _plan(PREVIEW, providerArn=PROVIDER).of(kind) == []
    assert _plan(PREVIEW).one(kind).inputs == {
        "url": "https://token.actions.githubusercontent.com",
        "clientIdLists": ["sts.amazonaws.com"],
    }


def test_a_preview_reads_how_things_are_set_up_and_the_state_and_no_data() -> None:
    plan = _plan(PREVIEW, stateBucket="state")
    assert plan.one("aws:iam/rolePolicyAttachment:RolePolicyAttachment").inputs["policyArn"] == (
        "arn:aws:iam::aws:policy/SecurityAudit"
    )
    statements = policy_of(plan.one("aws:iam/rolePolicy:RolePolicy")).values()
    allowed = {(one["Sid"], str(one["Action"]), one["Resource"]) for one in statements}
    assert allowed == {
        ("DecryptSecretsOfTheState", "['kms:Decrypt', 'kms:DescribeKey']", "arn:secrets"),
        ("ListState", "s3:ListBucket", "arn:aws:s3:::state"),
        ("ReadState", "s3:GetObject", "arn:aws:s3:::state/*"),
        ("SignIn", "ecr:GetAuthorizationToken", "*"),
        (
            "ReadImages",
            "['ecr:BatchGetImage', 'ecr:DescribeImageScanFindings', 'ecr:GetDownloadUrlForLayer']",
            f"arn:aws:ecr:sa-east-1:{ACCOUNT}:repository/cartorio/app",
        ),
    }
    assert plan.of("aws:iam/policy:Policy") == []


def test_without_a_bucket_of_state_a_preview_only_decrypts() -> None:
    statements = policy_of(_plan(PREVIEW).one("aws:iam/rolePolicy:RolePolicy"))
    assert set(statements) == {"DecryptSecretsOfTheState", "SignIn", "ReadImages"}
    # Whether an image is signed is asked at the registry, of the stack's own repositories.
    assert statements["ReadImages"]["Resource"] == f"arn:aws:ecr:sa-east-1:{ACCOUNT}:repository/cartorio/app"


def test_a_deployment_is_bounded_and_cannot_step_over_its_boundary() -> None:
    plan = _plan(PREVIEW, DEPLOY)
    boundary = plan.one("aws:iam/policy:Policy")
    arn = f"arn:aws:iam:sa-east-1:{ACCOUNT}:github-boundary"
    assert {role.name: role.inputs.get("permissionsBoundary") for role in plan.of(ROLE)} == {
        "github-preview": arn,
        "github-deploy": arn,
    }
    statements = policy_of(boundary)
    assert {sid: one["Effect"] for sid, one in statements.items()} == {
        "Most": "Allow",
        "Never": "Deny",
        "NoRoleOutsideTheBoundary": "Deny",
        "NotTheBoundary": "Deny",
        "NothingOfOthers": "Deny",
        "NotTheRoles": "Deny",
    }
    assert {"cloudtrail:StopLogging", "iam:CreateAccessKey", "kms:ScheduleKeyDeletion"} <= set(
        statements["Never"]["Action"]
    )
    assert statements["NotTheBoundary"]["Resource"] == f"arn:aws:iam::{ACCOUNT}:policy/cartorio-test-deploy-boundary"
    own = statements["NotTheBoundary"]["Resource"]
    raising = statements["NoRoleOutsideTheBoundary"]
    assert raising["Condition"] == {"StringNotEquals": {"iam:PermissionsBoundary": own}}
    assert {"iam:AttachRolePolicy", "iam:CreateRole", "iam:PutRolePolicy"} <= set(raising["Action"])
    assert {"iam:DeleteRolePermissionsBoundary", "iam:AttachUserPolicy"} <= set(statements["Never"]["Action"])
    assert statements["NothingOfOthers"]["Condition"] == {"StringNotEquals": {"aws:ResourceTag/project": "cartorio"}}
    assert len(boundary.inputs["policy"]) < 6144  # what a managed policy may have
    assert boundary.inputs["name"] == "cartorio-test-deploy-boundary"
    assert statements["NotTheRoles"]["Resource"] == f"arn:aws:iam::{ACCOUNT}:role/cartorio-test-deploy"
    assert "iam:DeleteRolePermissionsBoundary" in statements["NotTheRoles"]["Action"]
    # What deploys reads the secrets by its own IAM permission; there is no policy beside the managed one.
    assert [policy.name for policy in plan.of("aws:iam/rolePolicy:RolePolicy")] == ["github-preview-state"]
