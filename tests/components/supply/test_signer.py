from __future__ import annotations

import pulumi
import pulumi_aws as aws
import pytest

from components.providers import Account
from components.supply.signer import ReleaseSigner, ReleaseSignerArgs, signer_role_name
from tests.support.plan import ACCOUNT, Plan, policy_of, run

CI = f"arn:aws:iam::{ACCOUNT}:role/ci"


PROVIDER = f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"
RELEASES = "repo:cartorio-digital/infraestrutura:environment:release"


def _plan(*trusted: str, stack: str = "local", subjects: tuple[str, ...] = ()) -> Plan:
    def program() -> None:
        ReleaseSigner(
            "signer",
            ReleaseSignerArgs(
                stack=stack,
                key_arn=pulumi.Output.from_input("arn:key"),
                repositories=("cartorio/app",),
                trusted=trusted,
                github_provider_arn=PROVIDER,
                github_subjects=subjects,
            ),
            Account(pulumi.Output.from_input(ACCOUNT), pulumi.Output.from_input("aws"), "sa-east-1"),
            pulumi.ResourceOptions(providers=[aws.Provider("aws", region="sa-east-1")]),
        )

    return run(program)[0]


def test_the_role_may_sign_with_the_one_key_and_write_signatures_beside_the_images_and_nothing_else() -> None:
    policy = policy_of(_plan().one("aws:iam/rolePolicy:RolePolicy"))
    assert set(policy) == {"Sign", "SignIn", "WriteSignatures"}
    assert policy["Sign"]["Action"] == ["kms:DescribeKey", "kms:GetPublicKey", "kms:Sign"]
    assert policy["Sign"]["Resource"] == "arn:key"
    assert policy["SignIn"]["Action"] == "ecr:GetAuthorizationToken"
    assert policy["WriteSignatures"]["Resource"] == f"arn:aws:ecr:sa-east-1:{ACCOUNT}:repository/cartorio/app"
    assert not any(
        word in action for action in policy["WriteSignatures"]["Action"] for word in ("*", "Delete", "Create", "Policy")
    )


def test_only_the_configured_principals_may_take_the_role() -> None:
    assume = policy_of(_plan(CI).one("aws:iam/role:Role"), "assumeRolePolicy")["Assume"]
    assert assume["Principal"] == {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
    assert assume["Condition"] == {"ArnEquals": {"aws:PrincipalArn": CI}}
    assert "Resource" not in assume  # AWS refuses one in a trust policy


def test_without_principals_the_accounts_iam_decides() -> None:
    assert "Condition" not in policy_of(_plan().one("aws:iam/role:Role"), "assumeRolePolicy")["Assume"]


def test_the_name_is_fixed_and_fits() -> None:
    assert (
        _plan().one("aws:iam/role:Role").inputs["name"] == signer_role_name("local") == "cartorio-local-release-signer"
    )
    assert len(signer_role_name("s" * 100)) == 64


def test_workflows_take_the_role_by_subject_and_close_it_to_the_rest_of_the_account() -> None:
    alone = policy_of(_plan(subjects=(RELEASES,)).one("aws:iam/role:Role"), "assumeRolePolicy")
    assert set(alone) == {"AssumeByGithub"}
    subject = alone["AssumeByGithub"]["Condition"]["StringEquals"]["token.actions.githubusercontent.com:sub"]
    assert subject == RELEASES
    both = policy_of(_plan(CI, subjects=(RELEASES,)).one("aws:iam/role:Role"), "assumeRolePolicy")
    assert set(both) == {"Assume", "AssumeByGithub"}
    assert both["Assume"]["Condition"] == {"ArnEquals": {"aws:PrincipalArn": CI}}


def test_subjects_without_a_provider_are_refused_rather_than_forgotten() -> None:
    with pytest.raises(ValueError, match="need github_provider_arn"):
        ReleaseSignerArgs(stack="test", key_arn="arn:key", repositories=(), github_subjects=(RELEASES,))
