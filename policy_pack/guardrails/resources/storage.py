"""Classes of storage: what volumes are like that a claim asks for.

Source of the shapes: https://kubernetes.io/docs/concepts/storage/storage-classes/ (API v1.36); parameters are the
provisioner's own (https://github.com/kubernetes-sigs/aws-ebs-csi-driver/blob/master/docs/parameters.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from guardrails.resources import reading
from guardrails.resources.located import Located, place

if TYPE_CHECKING:
    from collections.abc import Mapping

    from guardrails.resources.kubernetes import KubernetesObject
    from guardrails.resources.reading import Unknown


@dataclass(frozen=True, slots=True)
class StorageClass(Located):
    """A StorageClass.

    Args:
        provisioner: the driver that makes the volumes.
        parameters: what the driver is told, each as text.
        reclaim: what becomes of a volume whose claim is gone; None for the default, `Delete`.
    """

    label: ClassVar[str] = "StorageClass"

    provisioner: str | Unknown
    parameters: Mapping[str, str | Unknown] | Unknown
    reclaim: str | Unknown | None


def storage_class(found: KubernetesObject) -> StorageClass:
    """Read a StorageClass."""
    raw = found.properties
    return StorageClass(
        **place(found),
        provisioner=reading.text(raw, "provisioner", "") or "",
        parameters=reading.scalars(raw, "parameters", ""),
        reclaim=reading.text(raw, "reclaimPolicy", ""),
    )
