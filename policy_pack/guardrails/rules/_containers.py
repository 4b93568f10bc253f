"""What rules about containers and images share: parts of a pod that are not known yet must never pass unseen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from guardrails.model import Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from guardrails.resources.pods import Container, ImageUse, Pod

POD: Final = """\
apiVersion: v1
kind: Pod
metadata: {{name: api, namespace: cartorio}}
spec:
  containers:
    - {container}
"""
"""A pod around one container, for examples."""

DIGEST: Final = "sha256:" + "0123456789abcdef" * 4
"""A digest for examples."""

IMAGE: Final = f"registry.cartorio.internal/cartorio/api@{DIGEST}"
"""An image of an allowed registry, by digest, for examples."""


def unknown(path: str, what: str) -> Finding:
    """A finding that says that the rule could not judge."""
    return Finding(path, f"{what} is not known before the update, so nobody can judge it", unknown=True)


def over_containers(pod: Pod, check: Callable[[Container], Iterable[Finding]]) -> tuple[Finding, ...]:
    """The findings of all containers, and one for each part of the pod that is not known yet."""
    found = [unknown(path, "this part of the pod") for path in pod.hidden]
    for container in pod.containers:
        found.extend(check(container))
    return tuple(found)


def over_images(pod: Pod, check: Callable[[ImageUse, str], Iterable[Finding]]) -> tuple[Finding, ...]:
    """The findings of all images whose reference is known, and one for each that is not known yet.

    An image that is missing altogether is left to `image/digest-pinned`.
    """
    found = [unknown(path, "this part of the pod") for path in pod.hidden]
    for use in pod.images:
        if isinstance(use.reference, str):
            found.extend(check(use, use.reference))
        elif use.reference is not None:
            found.append(unknown(use.path, f"the image of {use.user}"))
    return tuple(found)
