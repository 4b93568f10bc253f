"""The class of the volumes that databases live on: encrypted, backed up, and kept when their claim goes.

Parameters of the driver: https://github.com/kubernetes-sigs/aws-ebs-csi-driver/blob/master/docs/parameters.md
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulumi_kubernetes import meta, storage

from components.base import Args, Component, Text
from components.labels import BACKED_UP, labels

if TYPE_CHECKING:
    import pulumi

_NAME = "databases"  # named: claims, also those that charts make, ask for it by this name
_DRIVER = "ebs.csi.aws.com"


class DatabaseStorageArgs(Args):
    """What volumes of databases are like.

    Attributes:
        stack: the stack's name.
        key_arn: the key that encrypts the volumes.
    """

    stack: str
    key_arn: Text


class DatabaseStorage(Component):
    """The storage class.

    Attributes:
        storage_class: its name.
    """

    TYPE = "cartorio:data:DatabaseStorage"
    storage_class: pulumi.Output[str]

    def __init__(self, name: str, args: DatabaseStorageArgs, opts: pulumi.ResourceOptions) -> None:
        super().__init__(name, opts)
        tag, value = BACKED_UP
        made = storage.v1.StorageClass(
            f"{name}-class",
            metadata=meta.v1.ObjectMetaArgs(name=_NAME, labels=labels(args.stack, "data")),
            provisioner=_DRIVER,
            parameters={
                "csi.storage.k8s.io/fstype": "xfs",
                "encrypted": "true",
                "kmsKeyId": args.key_arn,
                "tagSpecification_1": f"{tag}={value}",
                "type": "gp3",
            },
            allow_volume_expansion=True,
            # A volume outlives a claim that was deleted by mistake.
            reclaim_policy="Retain",
            # In the zone of the pod, which anti-affinity has chosen.
            volume_binding_mode="WaitForFirstConsumer",
            opts=self._child(),
        )
        self.storage_class = made.metadata.name
        self.register_outputs({"storageClass": self.storage_class})
