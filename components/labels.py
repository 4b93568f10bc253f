"""How the platform marks what it owns: Kubernetes labels and AWS tags."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from components.sections.platform import Aws, Profile

PART_OF: Final = "cartorio"

ADMISSION_LABEL: Final = "cartorio.digital/image-admission"
"""Namespaces with this label at `ADMISSION_ENFORCED` take only images that the admission policy accepts."""
ADMISSION_ENFORCED: Final = "enforced"

NODES: Final = "cartorio.digital/nodes"
"""Label of nodes, and taint of dedicated ones: the name of their group or pool."""

BACKED_UP: Final = ("backup", "planned")
"""Tag of what the backup plan copies."""

NOT_BACKED_UP: Final = ("backup", "none")
"""Tag of what needs no backup, as it is one or can be missed: a decision, for whoever looks for what was forgotten."""


def labels(stack: str, component: str) -> dict[str, str]:
    """The recommended labels (https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/)."""
    return {
        "app.kubernetes.io/component": component,
        "app.kubernetes.io/instance": stack,
        "app.kubernetes.io/managed-by": "pulumi",
        "app.kubernetes.io/part-of": PART_OF,
    }


def tags(stack: str, profile: Profile, aws: Aws) -> dict[str, str]:
    """The tags of every AWS resource of a stack, set once, on the provider."""
    return {
        "cost-centre": aws.cost_centre,
        "managed-by": "pulumi",
        "owner": aws.owner,
        "profile": profile.value,
        "project": PART_OF,
        "stack": stack,
    }
