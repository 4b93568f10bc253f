from __future__ import annotations

from components.supply.replication import (
    RegistryAccess,
    RegistryAccessArgs,
    RegistryReplication,
    RegistryReplicationArgs,
)
from tests.support.edge import cloud
from tests.support.plan import ACCOUNT, policy_of, run
from tests.support.site import account


def test_the_accounts_images_are_copied_and_no_others() -> None:
    args = RegistryReplicationArgs(region="us-east-1", repositories=("cartorio/app", "cartorio/tools"))

    def program() -> None:
        RegistryReplication("copies", args, account(), (), cloud())

    (rule,) = (
        run(program)[0]
        .one("aws:ecr/replicationConfiguration:ReplicationConfiguration")
        .inputs["replicationConfiguration"]["rules"]
    )
    assert rule["destinations"] == [{"region": "us-east-1", "registryId": ACCOUNT}]
    assert rule["repositoryFilters"] == [
        {"filter": name, "filterType": "PREFIX_MATCH"} for name in ("cartorio/app", "cartorio/tools")
    ]


def test_named_accounts_may_send_images_and_nothing_else() -> None:
    def program() -> None:
        RegistryAccess("access", RegistryAccessArgs(accounts=("210987654321",)), account(), cloud())

    statements = policy_of(run(program)[0].one("aws:ecr/registryPolicy:RegistryPolicy"))
    assert statements == {
        "ReplicateFromOtherAccounts": {
            "Sid": "ReplicateFromOtherAccounts",
            "Effect": "Allow",
            "Action": ["ecr:CreateRepository", "ecr:ReplicateImage"],
            "Resource": f"arn:aws:ecr:sa-east-1:{ACCOUNT}:repository/*",
            "Principal": {"AWS": "arn:aws:iam::210987654321:root"},
        }
    }
