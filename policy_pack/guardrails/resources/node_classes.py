"""Karpenter's classes of nodes: how the machines are launched that it adds.

Source of the shapes: https://karpenter.sh/docs/concepts/nodeclasses/ (karpenter.k8s.aws/v1).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from guardrails.resources import reading
from guardrails.resources.located import Located, place
from guardrails.resources.reading import Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from guardrails.resources.kubernetes import KubernetesObject


@dataclass(frozen=True, slots=True)
class NodeClass(Located):
    """An EC2NodeClass.

    Args:
        options: whether it is known how the machines are asked about themselves; the next three are, if it is.
        tokens: `required` (Karpenter's default) or `optional`.
        endpoint: `enabled` (the default) or `disabled`.
        hops: how far an answer travels; 1 by default.
        volumes: for each its place and whether it is encrypted.
    """

    label: ClassVar[str] = "EC2NodeClass"

    options: bool
    tokens: str | Unknown
    endpoint: str | Unknown
    hops: int | Unknown
    volumes: tuple[tuple[str, bool | Unknown], ...]


def node_class(found: KubernetesObject) -> NodeClass:
    """Read an EC2NodeClass."""
    spec = reading.mapping(found.properties, "spec", "")
    options = spec if isinstance(spec, Unknown) else reading.mapping(spec, "metadataOptions", "spec")
    at, known = "spec.metadataOptions", not isinstance(options, Unknown)
    read = reading.NOTHING if isinstance(options, Unknown) else options
    hops = reading.integer(read, "httpPutResponseHopLimit", at)
    return NodeClass(
        **place(found),
        options=known,
        tokens=reading.text(read, "httpTokens", at) or "required",
        endpoint=reading.text(read, "httpEndpoint", at) or "enabled",
        hops=1 if hops is None else hops,
        volumes=tuple(_volumes(spec)),
    )


def _volumes(spec: Mapping[str, Any] | Unknown) -> Iterator[tuple[str, bool | Unknown]]:
    at = "spec.blockDeviceMappings"
    members = spec if isinstance(spec, Unknown) else reading.sequence(spec, "blockDeviceMappings", "spec")
    if isinstance(members, Unknown):
        yield at, members
        return
    for index, member in enumerate(members):
        path = f"{at}[{index}]"
        mapping = member if isinstance(member, Unknown) else reading.as_mapping(member, path)
        volume = mapping if isinstance(mapping, Unknown) else reading.mapping(mapping, "ebs", path)
        if isinstance(volume, Unknown):
            yield f"{path}.ebs.encrypted", volume
        else:
            yield f"{path}.ebs.encrypted", reading.flag(volume, "encrypted", f"{path}.ebs") or False
