"""A CloudHSM cluster of the account's own, and the custom key store that KMS has in it.

What it takes by hand, and in which order, is told in `components.sections.keys.HsmCluster`:
https://docs.aws.amazon.com/kms/latest/developerguide/keystore-cloudhsm.html
"""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

from components.base import Args, Component, Text
from components.naming import physical_name
from components.sections.keys import HsmCluster

_NAME_LIMIT = 256
# FIPS mode: validated firmware, and no keys of algorithms that are not approved. Key stores of KMS need it.
_TYPE, _MODE = "hsm2m.medium", "FIPS"


class HsmStoreArgs(Args):
    """What the cluster is like.

    Attributes:
        stack: the stack's name.
        settings: of the cluster.
        subnets: where HSMs stand, one a zone; of no use for a cluster that exists.
        password: the first password of `kmsuser`, a secret; None as long as there can be no store.
        protect: whether the engine refuses to delete the cluster and the store.
    """

    stack: str
    settings: HsmCluster
    subnets: tuple[Text, ...]
    password: pulumi.Output[str] | None = None
    protect: bool = True


class HsmStore(Component):
    """The cluster with its HSMs, unless it exists, and the store, once the cluster can take it.

    Attributes:
        cluster: the cluster's id.
        store: the store's id, which `cartorio:keys.store.id` takes once it is connected; None before there is one.
    """

    TYPE = "cartorio:keys:HsmStore"
    cluster: pulumi.Output[str]
    store: pulumi.Output[str] | None

    def __init__(self, name: str, args: HsmStoreArgs, opts: pulumi.ResourceOptions) -> None:
        super().__init__(name, opts)
        self._name, self._args = name, args
        settings = args.settings
        machines: list[aws.cloudhsmv2.Hsm] = []
        if settings.id is not None:
            self.cluster = pulumi.Output.from_input(settings.id)
        else:
            self.cluster, machines = self._cluster()
        certificate, password = settings.trust_anchor, args.password
        self.store = self._store(certificate, password, machines) if certificate and password is not None else None
        self.register_outputs({"cluster": self.cluster, "store": self.store})

    def _cluster(self) -> tuple[pulumi.Output[str], list[aws.cloudhsmv2.Hsm]]:
        cluster = aws.cloudhsmv2.Cluster(
            f"{self._name}-cluster",
            hsm_type=_TYPE,
            mode=_MODE,
            subnet_ids=list(self._args.subnets),
            opts=self._child(protect=self._args.protect),
        )
        machines = [
            aws.cloudhsmv2.Hsm(
                f"{self._name}-{number + 1}",
                cluster_id=cluster.cluster_id,
                subnet_id=self._args.subnets[number % len(self._args.subnets)],
                opts=self._child(protect=self._args.protect),
            )
            for number in range(self._args.settings.hsms)
        ]
        return cluster.cluster_id, machines

    def _store(
        self, certificate: str, password: pulumi.Output[str], machines: list[aws.cloudhsmv2.Hsm]
    ) -> pulumi.Output[str]:
        return aws.kms.CustomKeyStore(
            f"{self._name}-store",
            custom_key_store_name=physical_name("cartorio", self._args.stack, limit=_NAME_LIMIT),
            cloud_hsm_cluster_id=self.cluster,
            key_store_password=password,
            trust_anchor_certificate=certificate,
            # KMS connects to two HSMs at least, and changes the password then: the secret is the first one only.
            opts=self._child(protect=self._args.protect, depends_on=machines, ignore_changes=["keyStorePassword"]),
        ).id
