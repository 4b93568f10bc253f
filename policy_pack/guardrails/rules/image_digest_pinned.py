"""Images are named by digest, because a tag can point elsewhere tomorrow."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from guardrails.model import Example, Finding, Policy, Severity
from guardrails.resources.images import Images
from guardrails.resources.pods import Pod
from guardrails.rules._containers import IMAGE, POD, PODS_KNOWN, over_images
from guardrails.rules._sources import cis_eks, nist_800_190

if TYPE_CHECKING:
    from collections.abc import Iterator

    from guardrails.model import Context
    from guardrails.resources.pods import ImageUse

_PINNED: Final = re.compile(r"[^\s@]+@sha256:[0-9a-f]{64}")


def _check(use: ImageUse, reference: str) -> Iterator[Finding]:
    if _PINNED.fullmatch(reference) is None:
        yield Finding(use.path, f"{use.user} runs {reference!r}, which names no digest")


def _judge(pod: Pod | Images, _context: Context) -> tuple[Finding, ...]:
    missing = tuple(Finding(use.path, f"{use.user} names no image") for use in pod.images if not use.reference)
    return missing + tuple(
        finding for finding in over_images(pod, _check) if finding.path not in {other.path for other in missing}
    )


POLICIES: Final = (
    Policy(
        id="image/digest-pinned",
        title="Every image is named by its digest",
        severity=Severity.HIGH,
        rationale=(
            "A tag names whatever its registry says today; a digest names one content. Only a digest makes a "
            "signature, a scan or a release mean the same thing when the pod starts."
        ),
        resource_types=(Pod, Images),
        remediation=(
            "Name the image by digest: registry/repository@sha256:<64 hex digits>. `crane digest <image>` prints it."
        ),
        since="0.1.0",
        rule=_judge,
        controls=(cis_eks("5.1"), nist_800_190("4.1")),
        passing=Example(POD.format(container=f"{{name: api, image: '{IMAGE}'}}")),
        failing=Example(POD.format(container="{name: api, image: 'registry.cartorio.internal/cartorio/api:1.4.2'}")),
        yields_to=PODS_KNOWN,
    ),
)
