"""What of a running Deployment was set by hand, told from the API server's own record of who owns which field.

A Helm release does not see what happens to its objects later, and the number of replicas belongs to the autoscaler:
neither a diff of values nor one of manifests can tell drift from duty. `metadata.managedFields` can: a field of `spec`
whose manager is neither the release nor the control plane was set by a person (`kubectl`, `kubectl-edit`, ...).
Format: https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management (FieldsV1). Pure.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

# Who may set fields of `spec`: the release (the provider runs Helm in its own name), the control plane with its
# autoscaler, and those that are to own the rollout or the bounds of scaling.
_OWNERS = frozenset({"pulumi-resource-kubernetes", "helm", "kube-controller-manager", "flagger", "keda"})
_REPLICAS = "spec.replicas"


def set_by_hand(name: str, floor: int, deployment: Mapping[str, Any]) -> tuple[str, ...]:
    """Say which fields of `spec` a person owns, as in "cartorio-api: spec.replicas is 3, set by kubectl".

    Args:
        name: what to call the Deployment.
        floor: the autoscaler's minimum. That number of replicas is what a fresh release has: no drift, whoever set it.
        deployment: its `spec` and `metadata`, as the SDK gives them in an `Output.all` (keys in Python's spelling).
    """
    spec, entries = deployment.get("spec") or {}, (deployment.get("metadata") or {}).get("managed_fields") or ()
    found = []
    for entry in entries:
        if entry.get("manager") in _OWNERS or entry.get("subresource") == "status":
            continue
        for path in sorted(set(_paths((entry.get("fields_v1") or {}).get("f:spec"), "spec"))):
            value = ""
            if path == _REPLICAS:
                if spec.get("replicas") == floor:
                    continue
                value = f" is {spec.get('replicas')},"
            found.append(f"{name}: {path}{value} set by {entry.get('manager')}")
    return tuple(found)


def _paths(fields: object, path: str) -> Iterator[str]:
    """The owned leaves below `path`. A list's element goes by its key: `containers[api].image`."""
    if not isinstance(fields, dict):
        return
    inner = {key: value for key, value in fields.items() if key != "."}
    if not inner:
        yield path
    for key, value in inner.items():
        yield from _paths(value, _step(path, key))


def _step(path: str, key: str) -> str:
    kind, _, rest = key.partition(":")
    if kind == "f":
        return f"{path}.{rest}"
    return f"{path}[{_label(rest)}]"


def _label(key: str) -> str:
    """`{"name":"api"}` as `api`; what has another form as it is."""
    try:
        values: Iterable[object] = json.loads(key).values()
    except (ValueError, AttributeError):
        return key
    return ",".join(str(value) for value in values)
