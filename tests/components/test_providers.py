from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi

from components.providers import connect
from tests.support.plan import ACCOUNT, run
from tests.support.stackfiles import put

if TYPE_CHECKING:
    from tests.support.stackfiles import Project


def test_the_cloud_provider_is_bound_to_region_account_and_tags(project: Project) -> None:
    put(project.config, "cartorio:aws/accounts", [ACCOUNT])
    settings = project.settings()
    plan, _ = run(lambda: connect(settings))
    inputs = plan.one("pulumi:providers:aws").inputs
    assert inputs["region"] == "sa-east-1"
    assert inputs["allowedAccountIds"] == f'["{ACCOUNT}"]'
    assert inputs["s3UsePathStyle"] == "true"
    assert '"owner": "plataforma"' in inputs["defaultTags"]


def test_what_is_not_set_is_left_to_the_provider(project: Project) -> None:
    put(project.config, "cartorio:aws/pathStyleBuckets", value=False)
    settings = project.settings()
    plan, _ = run(lambda: connect(settings))
    assert {"allowedAccountIds", "s3UsePathStyle"}.isdisjoint(plan.one("pulumi:providers:aws").inputs)


def test_the_account_is_looked_up_through_the_explicit_provider(project: Project) -> None:
    settings = project.settings()
    seen: list[object] = []

    def program() -> None:
        account = connect(settings).account
        pulumi.Output.all(account.id, account.arn("iam", "role/x")).apply(seen.append)

    plan, _ = run(program)
    assert seen == [[ACCOUNT, f"arn:aws:iam::{ACCOUNT}:role/x"]]
    assert {token.split(":")[-1] for token, _ in plan.calls} == {"getCallerIdentity", "getPartition"}
    assert all("pulumi:providers:aws::aws::" in provider for _, provider in plan.calls)
