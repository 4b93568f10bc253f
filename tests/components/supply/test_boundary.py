from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

from components.stack import build
from components.supply.boundary import bind_roles
from tests.support.plan import run
from tests.support.stackfiles import Project, stack_files

if TYPE_CHECKING:
    import pytest

ROLE = "aws:iam/role:Role"


def test_roles_get_the_boundary_and_keep_their_own() -> None:
    def program() -> None:
        opts = pulumi.ResourceOptions(provider=aws.Provider("aws", region="sa-east-1"))
        aws.iam.Role("before", assume_role_policy="{}", opts=opts)
        bind_roles("arn:boundary")
        aws.iam.Role("after", assume_role_policy="{}", opts=opts)
        aws.iam.Role("own", assume_role_policy="{}", permissions_boundary="arn:own", opts=opts)
        aws.sns.Topic("other", opts=opts)

    plan = run(program)[0]
    assert {role.name: role.inputs.get("permissionsBoundary") for role in plan.of(ROLE)} == {
        "before": None,
        "after": "arn:boundary",
        "own": "arn:own",
    }
    assert "permissionsBoundary" not in plan.one("aws:sns/topic:Topic").inputs


def test_every_role_of_a_stack_that_deploys_is_bounded(tmp_path_factory: pytest.TempPathFactory) -> None:
    deployed = 0
    for file in stack_files():
        stack = file.name.split(".")[1]
        settings = Project(tmp_path_factory.mktemp(stack), stack).settings()
        plan, _ = run(partial(build, settings), stack=stack)
        if plan.of("aws:iam/policy:Policy"):
            deployed += 1
            assert all(role.inputs.get("permissionsBoundary") for role in plan.of(ROLE)), stack
    assert deployed
