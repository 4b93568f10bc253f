"""Images come from our own repositories, where what arrives is scanned and kept."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from guardrails.model import Example, Finding, Policy, Severity
from guardrails.resources.images import Images
from guardrails.resources.pods import Pod
from guardrails.rules._containers import DIGEST, IMAGE, POD, PODS_KNOWN, over_images
from guardrails.rules._sources import cis_eks, nist_800_190

if TYPE_CHECKING:
    from collections.abc import Iterator

    from guardrails.model import Context
    from guardrails.resources.pods import ImageUse

# https://github.com/distribution/reference: what may stand before tag and digest. A name that breaks this grammar
# (`..`, upper case, an empty part) is not allowed, however it begins.
_COMPONENT: Final = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_NAME: Final = re.compile(
    rf"(?P<repository>[a-z0-9][a-z0-9.-]*(?::[0-9]+)?(?:/{_COMPONENT})+)(?::[\w][\w.-]{{0,127}})?(?:@[\w+.:-]+)?"
)


def _allowed(reference: str, registries: tuple[str, ...]) -> bool:
    name = _NAME.fullmatch(reference)
    if name is None:
        return False
    repository = name["repository"]
    return any(repository == allowed or repository.startswith(f"{allowed}/") for allowed in registries)


def _judge(pod: Pod | Images, context: Context) -> tuple[Finding, ...]:
    def check(use: ImageUse, reference: str) -> Iterator[Finding]:
        if reference and not _allowed(reference, context.registries):
            allowed = ", ".join(context.registries) or "none at all"
            yield Finding(use.path, f"{use.user} runs {reference!r}; allowed: {allowed}")

    return over_images(pod, check)


POLICIES: Final = (
    Policy(
        id="image/allowed-registry",
        title="Every image comes from an allowed registry",
        severity=Severity.HIGH,
        rationale=(
            "What comes from a repository of our own was scanned, signed and kept: it neither disappears nor changes "
            "hands. A name without a registry means a public one."
        ),
        resource_types=(Pod, Images),
        remediation=(
            "Mirror the image to an allowed repository by digest and name it there, or, if the repository is one that "
            "we trust, add it to policy_pack/settings.yaml in a change of its own."
        ),
        since="0.1.0",
        rule=_judge,
        controls=(cis_eks("5.1"), nist_800_190("4.2")),
        passing=Example(POD.format(container=f"{{name: api, image: '{IMAGE}'}}")),
        failing=Example(POD.format(container=f"{{name: api, image: 'docker.io/library/nginx@{DIGEST}'}}")),
        yields_to=PODS_KNOWN,
    ),
)
