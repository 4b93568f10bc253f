from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.aws_case import Case, drifts, lives
from tests.support.provider_engine import RefusedError

if TYPE_CHECKING:
    from tests.support.aws_case import Hands
    from tests.support.provider_engine import Engine, Managed

CLUSTER = "aws:cloudhsmv2/cluster:Cluster"
HSM = "aws:cloudhsmv2/hsm:Hsm"
STORE = "aws:kms/customKeyStore:CustomKeyStore"
PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
KEY_STORE = {
    "customKeyStoreName": "cartorio",
    "cloudHsmClusterId": "cluster-a23bcdefghi",
    "keyStorePassword": "kmsuser-first",
    "trustAnchorCertificate": PEM,
}


def _untagged(hands: Hands, cluster: Managed) -> None:
    hands("cloudhsmv2").untag_resource(ResourceId=cluster.id, TagKeyList=["component"])


CASES = (
    Case(
        CLUSTER,
        {
            "hsmType": "hsm2m.medium",
            "mode": "FIPS",
            "subnetIds": ["subnet-1", "subnet-2"],
            "tags": {"component": "keys"},
        },
        updates=({"tags": {"component": "keys", "owner": "platform"}}, {"tags": None}),
        replaces=(
            {"hsmType": "hsm1.medium"},
            {"mode": "NON_FIPS"},
            {"sourceBackupIdentifier": "backup-1"},
            {"subnetIds": ["subnet-1"]},
            {"region": "us-east-1"},
        ),
        spoilt="tags",
        spoil=_untagged,
        told_apart=frozenset({"subnetIds"}),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_lives(engine: Engine, case: Case) -> None:
    lives(engine, case)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_shows_drift(engine: Engine, by_hand: Hands, case: Case) -> None:
    drifts(engine, by_hand, case)


def test_machines_are_recorded_each_under_its_own_id(engine: Engine) -> None:
    one, two = (
        engine.create(HSM, name, {"clusterId": "cluster-1", "subnetId": f"subnet-{name}"}) for name in ("a", "b")
    )
    assert one.id.startswith("hsm-")
    assert one.id != two.id
    assert one.outputs["hsmState"] == "ACTIVE"
    assert engine.refresh(one) == one
    engine.delete(one)


def test_a_key_store_is_recorded(engine: Engine) -> None:
    store = engine.create(STORE, "store", KEY_STORE)
    assert store.id.startswith("cks-")
    renamed = engine.update(store, {**KEY_STORE, "customKeyStoreName": "other"})
    assert renamed.id == store.id
    assert renamed.outputs["customKeyStoreName"] == "other"


@pytest.mark.parametrize(
    ("token", "inputs", "name", "reason"),
    [
        (HSM, {"clusterId": "cluster-1"}, "subnetId", "where the HSM stands"),
        (STORE, {"customKeyStoreName": "x"}, "cloudHsmClusterId", "is missing"),
        (STORE, {**KEY_STORE, "trustAnchorCertificate": "MIIB"}, "trustAnchorCertificate", "PEM"),
        (STORE, {**KEY_STORE, "keyStorePassword": "short"}, "keyStorePassword", "7 to 32"),
        (STORE, {**KEY_STORE, "xksProxyConnectivity": "PUBLIC"}, "xksProxyConnectivity", "does not support"),
    ],
)
def test_wrong_inputs_are_refused(engine: Engine, token: str, inputs: dict[str, Any], name: str, reason: str) -> None:
    with pytest.raises(RefusedError, match=f"{name}: .*{reason}"):
        engine.check(token, "x", inputs)
