"""What rules about containers and images share: parts of a pod that are not known yet must never pass unseen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from guardrails.model import Example, Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from guardrails.resources.containers import Container
    from guardrails.resources.images import Images
    from guardrails.resources.pods import ImageUse, Pod
    from guardrails.resources.security import SecurityContext

POD: Final = """\
apiVersion: v1
kind: Pod
metadata: {{name: api, namespace: cartorio}}
spec:
  containers:
    - {container}
"""
"""A pod around one container, for examples."""

PODS_KNOWN: Final = ("pod/known",)
"""What rules about pods yield to: one part of a pod that is not known yet is one violation, not one a rule."""

DIGEST: Final = "sha256:" + "0123456789abcdef" * 4
"""A digest for examples."""

IMAGE: Final = f"registry.cartorio.internal/cartorio/api@{DIGEST}"
"""An image of an allowed registry, by digest, for examples."""


def spec(settings: str) -> Example:
    """An example: a pod with settings of its own beside its container."""
    return Example(POD.format(container=f"{{name: api, image: '{IMAGE}'}}") + f"  {settings}\n")


def secured(settings: str) -> Example:
    """An example: a pod whose container has these security settings."""
    return Example(POD.format(container=f"{{name: api, image: '{IMAGE}', securityContext: {{{settings}}}}}"))


def unknown(path: str, what: str) -> Finding:
    """A finding that says that the rule could not judge."""
    return Finding(path, f"{what} is not known before the update, so nobody can judge it", unknown=True)


def unseen(pod: Pod | Images) -> list[Finding]:
    """A finding for each part of the pod that is not known yet: containers or volumes may be there."""
    return [unknown(path, "this part of the pod") for path in pod.hidden]


def over_containers(pod: Pod, check: Callable[[Container], Iterable[Finding]]) -> tuple[Finding, ...]:
    """The findings of all containers, and one for each part of the pod that is not known yet."""
    found = unseen(pod)
    for container in pod.containers:
        found.extend(check(container))
    return tuple(found)


def over_contexts(pod: Pod, check: Callable[[SecurityContext, str, str], Iterable[Finding]]) -> tuple[Finding, ...]:
    """The findings of all security contexts, the pod's own first, and one for each part that is not known yet.

    Args:
        pod: the pod.
        check: judges a context; it also gets whose it is, as `container "api"`, and its path.
    """
    found = unseen(pod)
    found.extend(check(pod.security, "the pod", f"{pod.path}.securityContext" if pod.path else "securityContext"))
    for container in pod.containers:
        found.extend(check(container.security, container.title, f"{container.path}.securityContext"))
    return tuple(found)


def within(context: SecurityContext, path: str, field: str) -> str:
    """The place of a field; the context's own while nothing of it is known, so that this is reported once."""
    return path if context.unknown else f"{path}.{field}"


def over_images(pod: Pod | Images, check: Callable[[ImageUse, str], Iterable[Finding]]) -> tuple[Finding, ...]:
    """The findings of all images whose reference is known, and one for each that is not known yet.

    An image that is missing altogether is left to `image/digest-pinned`.
    """
    found = unseen(pod)
    for use in pod.images:
        if isinstance(use.reference, str):
            found.extend(check(use, use.reference))
        elif use.reference is not None:
            found.append(unknown(use.path, f"the image of {use.user}"))
    return tuple(found)
