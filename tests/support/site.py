"""A stack's ground for tests of the wiring."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as kubernetes
import pulumi_random as random

from components.cluster.handle import ClusterHandle
from components.providers import Account
from components.site import Site
from tests.support.plan import ACCOUNT

if TYPE_CHECKING:
    from components.settings import Settings

REGION = "sa-east-1"
VAULT = {
    "replicas": 3,
    "zones": 3,
    "storage": {"storageClass": "databases", "data": "10Gi", "audit": "10Gi"},
    "resources": {"requests": {"cpu": "100m", "memory": "256Mi"}, "limits": {"cpu": "1", "memory": "1Gi"}},
    "recovery": {"threshold": 3, "custodians": []},
    "snapshots": {"everyHours": 1, "retentionDays": 7},
}
"""A vault's settings; its custodians are not named yet."""


def account() -> Account:
    """The tests' account, as the program sees it."""
    return Account(pulumi.Output.from_input(ACCOUNT), pulumi.Output.from_input("aws"), REGION)


def site(settings: Settings) -> Site:
    """The ground of the settings' stack; call it inside a program."""
    return Site(
        settings=settings,
        account=account(),
        aws=aws.Provider("aws", region=REGION),
        random=random.Provider("random"),
    )


def cluster() -> ClusterHandle:
    """A cluster that is there already; call it inside a program."""
    return ClusterHandle(name=None, provider=kubernetes.Provider("kubernetes"))
