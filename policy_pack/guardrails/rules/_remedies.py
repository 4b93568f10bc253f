"""What the pack puts right by itself: settings of pods that nobody chose, and that have one right answer.

Where a person has said anything, even that nothing is wanted, or where something is not known yet, nothing is changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from guardrails.model import Fix

if TYPE_CHECKING:
    from guardrails.resources.base import Declared

_TEMPLATE: Final = ("spec", "template", "spec")
_PODS: Final[Mapping[str, tuple[str, ...]]] = {
    "kubernetes:core/v1:Pod": ("spec",),
    "kubernetes:apps/v1:Deployment": _TEMPLATE,
    "kubernetes:apps/v1:StatefulSet": _TEMPLATE,
    "kubernetes:apps/v1:DaemonSet": _TEMPLATE,
    "kubernetes:batch/v1:Job": _TEMPLATE,
    "kubernetes:batch/v1:CronJob": ("spec", "jobTemplate", *_TEMPLATE),
}
_LISTS: Final = ("initContainers", "containers", "ephemeralContainers")
_DEFAULT_ACCOUNT: Final = (None, "", "default")


def without_token(declared: Declared) -> tuple[Fix, ...]:
    """A pod that names no account, and says nothing of its token, gets none: the default account may do nothing."""
    path, spec = _pod(declared)
    if spec is None or spec.get("automountServiceAccountToken") is not None:
        return ()
    if spec.get("serviceAccountName") not in _DEFAULT_ACCOUNT or spec.get("serviceAccount") not in _DEFAULT_ACCOUNT:
        return ()
    return (Fix((*path, "automountServiceAccountToken"), value=False),)


def runtime_default(declared: Declared) -> tuple[Fix, ...]:
    """A pod that says nothing of seccomp, in no container of its own, gets the container runtime's own profile."""
    path, spec = _pod(declared)
    if spec is None or spec.get("os") is not None:
        return ()
    containers: list[object] = []
    for key in _LISTS:
        members = spec.get(key)
        if members is not None and not isinstance(members, (list, tuple)):
            return ()
        containers.extend(members or ())
    if not all(_says_nothing(one) for one in (spec, *containers)):
        return ()
    return (Fix((*path, "securityContext", "seccompProfile", "type"), value="RuntimeDefault"),)


def _says_nothing(holder: object) -> bool:
    """Whether a pod or container has no seccomp profile, known to have none."""
    if not isinstance(holder, Mapping):
        return False
    security = holder.get("securityContext")
    return security is None or (isinstance(security, Mapping) and security.get("seccompProfile") is None)


def _pod(declared: Declared) -> tuple[tuple[str, ...], Mapping[str, Any] | None]:
    path = _PODS.get(declared.type, ())
    spec: object = declared.properties if path else None
    for key in path:
        spec = spec.get(key) if isinstance(spec, Mapping) else None
    return path, spec if isinstance(spec, Mapping) else None
