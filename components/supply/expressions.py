"""The expressions of the admission policy, in CEL: https://kubernetes.io/docs/reference/using-api/cel/. Pure text.

Every place of a pod that names an image counts: containers, init containers (sidecars among them), ephemeral containers
and image volumes; in a Pod, in whatever has a pod template, and in a CronJob's job template.
"""

from __future__ import annotations

import json
from typing import Final

# A name and a digest, as https://github.com/distribution/reference writes them. Anchored at both ends: a reference with
# a tag beside the digest, or with anything before or after, is not what was signed.
_PINNED: Final = "^[a-z0-9][a-z0-9.:-]*(/[a-z0-9]+([._-]+[a-z0-9]+)*)+@sha256:[0-9a-f]{64}$"

POD: Final = (
    "dyn(object).kind == 'Pod' ? dyn(object).spec"
    " : dyn(object).kind == 'CronJob' ? dyn(object).spec.jobTemplate.spec.template.spec"
    " : dyn(object).kind == 'PodTemplate' ? dyn(object).template.spec"
    # A ReplicationController may come without a template: it then starts nothing.
    " : has(dyn(object).spec.template) ? dyn(object).spec.template.spec"
    " : dyn({})"
)
"""The pod spec in the object. `dyn`: one expression serves kinds whose types differ."""


def _containers(field: str) -> str:
    pods = f"variables.pod.{field}"
    return f"(has({pods}) ? {pods}.map(c, has(c.image) ? c.image : '') : [])"


_IMAGE_VOLUMES: Final = (
    "(has(variables.pod.volumes) ? variables.pod.volumes.filter(v, has(v.image))"
    ".map(v, has(v.image.reference) ? v.image.reference : '') : [])"
)
IMAGES: Final = " + ".join(
    (
        _containers("containers"),
        _containers("initContainers"),
        _containers("ephemeralContainers"),
        _IMAGE_VOLUMES,
    )
)
"""Every image reference in that pod; an absent one is an empty text, which no rule accepts."""

UNPINNED: Final = f"variables.images.filter(i, !i.matches({json.dumps(_PINNED)}))"
"""Those that are not by digest."""


def strangers(registries: tuple[str, ...]) -> str:
    """Those that come from none of `registries`."""
    # The slash matters: `registry.example.org` must not admit `registry.example.org.evil.net`.
    allowed = " || ".join(f"i.startsWith({json.dumps(f'{registry}/')})" for registry in registries)
    return f"variables.images.filter(i, !({allowed}))"
