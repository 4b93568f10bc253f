from __future__ import annotations

import json

import pulumi
import pulumi_aws as aws

from components.keys.hsm import HsmStore, HsmStoreArgs
from components.sections.keys import HsmCluster
from tests.support.plan import Plan, run

PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
SECRET = "arn:aws:secretsmanager:sa-east-1:123456789012:secret:cartorio/hsm-a1b2c3"
STORE = {"trustAnchor": PEM, "passwordSecret": SECRET}


def _plan(**settings: object) -> Plan:
    def program() -> None:
        HsmStore(
            "hsm",
            HsmStoreArgs(
                stack="local",
                settings=HsmCluster.model_validate_json(json.dumps(settings)),
                subnets=("subnet-a", "subnet-b"),
                password=pulumi.Output.from_input("kmsuser-first") if "trustAnchor" in settings else None,
            ),
            pulumi.ResourceOptions(providers=[aws.Provider("aws", region="sa-east-1")]),
        )

    return run(program)[0]


def test_a_new_cluster_has_its_hsms_in_different_zones_and_no_store_yet() -> None:
    plan = _plan(hsms=3)
    cluster = plan.one("aws:cloudhsmv2/cluster:Cluster")
    assert (cluster.inputs["hsmType"], cluster.inputs["mode"]) == ("hsm2m.medium", "FIPS")
    machines = plan.of("aws:cloudhsmv2/hsm:Hsm")
    assert [machine.inputs["subnetId"] for machine in machines] == ["subnet-a", "subnet-b", "subnet-a"]
    assert {machine.inputs["clusterId"] for machine in machines} == {"id-of-hsm-cluster"}
    assert all(resource.protect for resource in (cluster, *machines))
    assert not plan.of("aws:kms/customKeyStore:CustomKeyStore")


def test_an_activated_cluster_has_a_store_after_its_hsms() -> None:
    plan = _plan(**STORE)
    store = plan.one("aws:kms/customKeyStore:CustomKeyStore")
    assert store.inputs["cloudHsmClusterId"] == "id-of-hsm-cluster"
    assert store.inputs["trustAnchorCertificate"] == PEM
    assert {machine.urn for machine in plan.of("aws:cloudhsmv2/hsm:Hsm")} <= set(store.depends_on)


def test_kms_own_change_of_the_password_is_no_difference() -> None:
    store = _plan(**STORE).one("aws:kms/customKeyStore:CustomKeyStore")
    assert store.inputs["keyStorePassword"] == "kmsuser-first"
    assert store.ignore_changes == ("keyStorePassword",)


def test_a_cluster_that_exists_is_left_alone() -> None:
    plan = _plan(id="cluster-a23bcdefghi", **STORE)
    assert not plan.of("aws:cloudhsmv2/cluster:Cluster")
    assert not plan.of("aws:cloudhsmv2/hsm:Hsm")
    store = plan.one("aws:kms/customKeyStore:CustomKeyStore")
    assert store.inputs["cloudHsmClusterId"] == "cluster-a23bcdefghi"
