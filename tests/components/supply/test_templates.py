from __future__ import annotations

import pytest

from components.supply.templates import EVERYTHING, Occasion, RepositoryTemplates, RepositoryTemplatesArgs
from tests.support.edge import cloud
from tests.support.plan import ACCOUNT, Plan, policy_of, run
from tests.support.site import account

TEMPLATE = "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate"


def _plan(*prefixes: str, occasion: Occasion = Occasion.CACHE) -> Plan:
    args = RepositoryTemplatesArgs(prefixes=prefixes, occasion=occasion, key_arn="arn:key", description="Cached")

    def program() -> None:
        RepositoryTemplates("made", args, account(), cloud())

    return run(program)[0]


@pytest.mark.parametrize("occasion", list(Occasion))
def test_what_ecr_makes_has_our_key_and_tags_that_never_move(occasion: Occasion) -> None:
    template = _plan("mirror/quay.io", occasion=occasion).one(TEMPLATE).inputs
    assert template["imageTagMutability"] == "IMMUTABLE"
    assert template["encryptionConfigurations"] == [{"encryptionType": "KMS", "kmsKey": "arn:key"}]
    assert template["appliedFors"] == [occasion.value]
    assert template["customRoleArn"].endswith(":role/made-role-1234567")


def test_ecr_makes_repositories_below_the_prefixes_alone() -> None:
    plan = _plan("mirror/quay.io", "mirror/registry.k8s.io")
    assert len(plan.of(TEMPLATE)) == 2
    statements = policy_of(plan.one("aws:iam/rolePolicy:RolePolicy"))
    assert statements["MakeRepositories"]["Resource"] == [
        f"arn:aws:ecr:sa-east-1:{ACCOUNT}:repository/mirror/{source}/*" for source in ("quay.io", "registry.k8s.io")
    ]
    assert statements["Encrypt"]["Resource"] == "arn:key"
    trust = policy_of(plan.one("aws:iam/role:Role"), "assumeRolePolicy")["Assume"]
    assert trust["Principal"] == {"Service": "ecr.amazonaws.com"}


def test_one_template_stands_for_everything_else() -> None:
    plan = _plan(EVERYTHING, occasion=Occasion.REPLICATION)
    assert plan.one(TEMPLATE).inputs["prefix"] == "ROOT"
    resource = policy_of(plan.one("aws:iam/rolePolicy:RolePolicy"))["MakeRepositories"]["Resource"]
    assert resource == f"arn:aws:ecr:sa-east-1:{ACCOUNT}:repository/*"
