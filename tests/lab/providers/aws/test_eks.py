from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from lab.providers.model import Unknown
from tests.support.aws_case import Case, drifts, lives
from tests.support.ec2 import ELSEWHERE
from tests.support.eks import CLUSTER, IN_SUBNETS, ROLE, role
from tests.support.provider_engine import RefusedError, UnfinishedError

if TYPE_CHECKING:
    from tests.support.aws_case import Hands
    from tests.support.provider_engine import Engine, Managed

VPC: dict[str, Any] = {
    "subnetIds": ["$a.id", "$b.id"],
    "endpointPrivateAccess": True,
    "endpointPublicAccess": False,
}


def _silenced(hands: Hands, cluster: Managed) -> None:
    none = {"clusterLogging": [{"types": ["api", "audit"], "enabled": False}]}
    hands("eks").update_cluster_config(name=cluster.id, logging=none)


CASES = (
    Case(
        CLUSTER,
        {
            "name": "cartorio",
            "version": "1.36",
            "roleArn": "$role.arn",
            "accessConfig": {"authenticationMode": "API", "bootstrapClusterCreatorAdminPermissions": False},
            "bootstrapSelfManagedAddons": False,
            "deletionProtection": False,
            "enabledClusterLogTypes": ["api", "audit"],
            "encryptionConfig": {"provider": {"keyArn": "arn:aws:kms:sa-east-1:1:key/k"}, "resources": ["secrets"]},
            "kubernetesNetworkConfig": {"serviceIpv4Cidr": "172.20.0.0/16", "ipFamily": "ipv4"},
            "upgradePolicy": {"supportType": "STANDARD"},
            "vpcConfig": VPC,
            "zonalShiftConfig": {"enabled": False},
            "tags": {"a": "b"},
        },
        needs=(*IN_SUBNETS, ("other", ROLE, role("eks.amazonaws.com"))),
        updates=(
            {"enabledClusterLogTypes": ["audit"]},
            {"deletionProtection": True},
            {"deletionProtection": False},
            {"accessConfig": {"authenticationMode": "API_AND_CONFIG_MAP"}},
            {"upgradePolicy": {"supportType": "EXTENDED"}},
            {"zonalShiftConfig": {"enabled": True}},
            {"vpcConfig": {**VPC, "endpointPublicAccess": True, "publicAccessCidrs": ["200.1.2.0/24"]}},
            {"vpcConfig": VPC},
            {"tags": {"a": "c", "d": "e"}},
        ),
        replaces=(
            {"name": "other"},
            {"roleArn": "$other.arn"},
            {"bootstrapSelfManagedAddons": True},
            {"encryptionConfig": {"provider": {"keyArn": "arn:aws:kms:sa-east-1:1:key/o"}, "resources": ["secrets"]}},
            {"kubernetesNetworkConfig": {"serviceIpv4Cidr": "172.21.0.0/16", "ipFamily": "ipv4"}},
            ELSEWHERE,
        ),
        spoilt="enabledClusterLogTypes",
        spoil=_silenced,
        # What moto does not know, nobody can import.
        told_apart=frozenset(
            {
                "accessConfig",
                "bootstrapSelfManagedAddons",
                "deletionProtection",
                "upgradePolicy",
                "zonalShiftConfig",
            }
        ),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_lives(engine: Engine, case: Case) -> None:
    lives(engine, case)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_drifts(engine: Engine, by_hand: Hands, case: Case) -> None:
    drifts(engine, by_hand, case)


def test_a_preview_does_not_know_the_group_that_eks_will_make(engine: Engine) -> None:
    shown = engine.preview(CLUSTER, "c", {"roleArn": "arn:aws:iam::1:role/r", "vpcConfig": {"subnetIds": ["subnet-1"]}})
    assert isinstance(shown["vpcConfig"]["clusterSecurityGroupId"], Unknown)
    assert shown["vpcConfig"]["subnetIds"] == ["subnet-1"]


def test_what_is_not_supported_is_refused_by_name(engine: Engine) -> None:
    inputs = {"roleArn": "arn:aws:iam::1:role/r", "vpcConfig": {"subnetIds": [], "controlPlaneEgressMode": "x"}}
    with pytest.raises(RefusedError, match="controlPlaneEgressMode"):
        engine.create(CLUSTER, "c", inputs)


def test_another_version_is_more_than_moto_can_do(engine: Engine) -> None:
    made = engine.create(ROLE, "r", role("eks.amazonaws.com"))
    inputs = {"roleArn": made.outputs["arn"], "vpcConfig": {"subnetIds": ["subnet-1"]}, "version": "1.35"}
    cluster = engine.create(CLUSTER, "c", inputs)
    with pytest.raises(UnfinishedError, match="UpdateClusterVersion"):
        engine.update(cluster, {**inputs, "version": "1.36"})


def test_a_protected_cluster_is_deleted_once_its_protection_is_lifted(engine: Engine, by_hand: Hands) -> None:
    made = engine.create(ROLE, "r", role("eks.amazonaws.com"))
    inputs = {"roleArn": made.outputs["arn"], "vpcConfig": {"subnetIds": ["subnet-1"]}, "deletionProtection": True}
    cluster = engine.create(CLUSTER, "c", inputs)
    with pytest.raises(RefusedError, match="deletion protection; set deletionProtection to false"):
        engine.delete(cluster)
    assert by_hand("eks").describe_cluster(name=cluster.id)["cluster"]["status"] == "ACTIVE"
    engine.delete(engine.update(cluster, {**inputs, "deletionProtection": False}))
    assert by_hand("eks").list_clusters()["clusters"] == []
