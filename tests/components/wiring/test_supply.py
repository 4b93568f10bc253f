from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws
import pulumi_random as random

from components.providers import Account
from components.site import Site
from components.wiring.supply import SupplyOutputs, build, secrets_users
from tests.support.plan import ACCOUNT, Plan, policy_of, run
from tests.support.stackfiles import put

if TYPE_CHECKING:
    from tests.support.stackfiles import Project

ENVIRONMENT = "repo:cartorio-digital/infraestrutura:environment:local"
GITHUB = {
    "roles": [{"name": "deploy", "access": "deploy", "subject": ENVIRONMENT}],
    "signers": [ENVIRONMENT],
    "providerArn": f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com",
}


def _plan(project: Project, users: list[str]) -> tuple[Plan, SupplyOutputs]:
    settings = project.settings()

    def program() -> SupplyOutputs:
        account = Account(pulumi.Output.from_input(ACCOUNT), pulumi.Output.from_input("aws"), "sa-east-1")
        provider = aws.Provider("aws", region="sa-east-1")
        site = Site(settings=settings, account=account, aws=provider, random=random.Provider("random"))
        for user in secrets_users(site.stack, settings.configuration.supply, account):
            pulumi.Output.from_input(user).apply(users.append)
        return build(site, "arn:images", "arn:signing", "arn:secrets")

    return run(program)


def test_without_github_there_are_the_registry_and_the_signer(project: Project) -> None:
    users: list[str] = []
    plan, outputs = _plan(project, users)
    assert [role.name for role in plan.of("aws:iam/role:Role")] == ["signer-role"]
    assert (outputs.github_roles, users) == ({}, [])
    assert list(outputs.repositories) == ["cartorio/app"]


CACHES = [{"upstream": "quay.io", "prefix": "mirror/quay.io"}]


def test_what_comes_and_goes_by_itself_is_there_only_when_it_is_asked_for(project: Project) -> None:
    plan, _ = _plan(project, [])
    parts = {component.type.rpartition(":")[2] for component in plan.components}
    assert not parts & {"PullThroughCache", "RegistryAccess", "RegistryReplication", "RepositoryTemplates"}
    put(project.config, "cartorio:supply/pullThrough", CACHES)
    put(project.config, "cartorio:supply/replication", {"region": "us-east-1"})
    put(project.config, "cartorio:supply/acceptFrom", ["210987654321"])
    plan, _ = _plan(project, [])
    templates = {
        template.inputs["prefix"]: template
        for template in plan.of("aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate")
    }
    key = plan.one("aws:kms/key:Key")
    assert (key.name, key.provider_name) == ("registry-copies-key-key", "aws-us-east-1")
    assert "images" in key.inputs["description"]
    assert templates["mirror/quay.io"].inputs["encryptionConfigurations"][0]["kmsKey"] == "arn:images"
    assert templates["ROOT"].inputs["encryptionConfigurations"][0]["kmsKey"].endswith(":registry-copies-key-key")
    assert templates["ROOT"].provider_name == "aws-us-east-1"
    copies = plan.one("aws:ecr/replicationConfiguration:ReplicationConfiguration")
    assert copies.provider_name == "aws"
    # The first copy would be without a key.
    assert any("RepositoryCreationTemplate" in urn for urn in copies.depends_on)
    assert plan.one("aws:ecr/registryPolicy:RegistryPolicy").provider_name == "aws"


def test_workflows_deploy_and_sign_and_are_known_to_the_key_of_secrets(project: Project) -> None:
    put(project.config, "cartorio:supply/github", GITHUB)
    users: list[str] = []
    plan, outputs = _plan(project, users)
    roles = {role.name: role for role in plan.of("aws:iam/role:Role")}
    assert set(roles) == {"github-deploy", "signer-role"}
    assert set(outputs.github_roles) == {"deploy"}
    assert users == [f"arn:aws:iam::{ACCOUNT}:role/{roles['github-deploy'].inputs['name']}"]
    assert set(policy_of(roles["signer-role"], "assumeRolePolicy")) == {"AssumeByGithub"}
