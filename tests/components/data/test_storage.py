from __future__ import annotations

import pulumi
import pulumi_kubernetes as kubernetes

from components.data.storage import DatabaseStorage, DatabaseStorageArgs
from tests.support.plan import run


def test_volumes_are_encrypted_backed_up_and_kept() -> None:
    def program() -> None:
        opts = pulumi.ResourceOptions(providers=[kubernetes.Provider("kubernetes")])
        DatabaseStorage("storage", DatabaseStorageArgs(stack="test", key_arn="arn:key"), opts)

    made = run(program)[0].one("kubernetes:storage.k8s.io/v1:StorageClass").inputs
    assert made["metadata"]["name"] == "databases"
    assert (made["parameters"]["encrypted"], made["parameters"]["kmsKeyId"]) == ("true", "arn:key")
    assert made["parameters"]["tagSpecification_1"] == "backup=planned"
    assert (made["reclaimPolicy"], made["volumeBindingMode"]) == ("Retain", "WaitForFirstConsumer")
    assert made["allowVolumeExpansion"] is True
