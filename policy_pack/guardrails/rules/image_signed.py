"""Images carry a valid signature; who may sign what is `guardrails.trust`'s to say, this rule only reports it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from guardrails.model import Example, Finding, Policy, Severity
from guardrails.resources.images import Images
from guardrails.resources.pods import Pod
from guardrails.rules._containers import IMAGE, POD, over_images
from guardrails.rules._sources import cis_eks, nist_800_190, ssdf

if TYPE_CHECKING:
    from collections.abc import Iterator

    from guardrails.model import Context
    from guardrails.resources.pods import ImageUse


def _judge(pod: Pod | Images, context: Context) -> tuple[Finding, ...]:
    def check(use: ImageUse, reference: str) -> Iterator[Finding]:
        if not reference:
            return
        verdict = context.verdicts.get(reference)
        if verdict is None:
            why = context.unverified or "nobody has verified it"
            yield Finding(use.path, f"{use.user} runs {reference!r}: {why}")
        elif verdict.outcome != "trusted":
            why = "; ".join(verdict.reasons) or "the verifier gave no reason"
            how = "cannot be verified" if verdict.outcome == "error" else "is refused"
            yield Finding(use.path, f"{use.user} runs {reference!r}, which {how}: {why}", remedy=verdict.remedy)

    return over_images(pod, check)


POLICIES: Final = (
    Policy(
        id="image/signed",
        title="Every image carries a valid signature of an authority we trust",
        severity=Severity.CRITICAL,
        rationale=(
            "A notary's acts are worth what the software that records them is worth. A signature binds an image's "
            "digest to our release process; without it, whoever can write to a registry decides what runs."
        ),
        resource_types=(Pod, Images),
        remediation=(
            "Release the image through the release process, which signs it; authorities and the images they speak for "
            "are in policy_pack/trust.yaml."
        ),
        since="0.1.0",
        rule=_judge,
        controls=(cis_eks("5.1"), nist_800_190("4.1"), ssdf("PS.2.1")),
        passing=Example(POD.format(container=f"{{name: api, image: '{IMAGE}'}}"), trusted=(IMAGE,)),
        failing=Example(POD.format(container=f"{{name: api, image: '{IMAGE}'}}")),
        yields_to=("pod/known", "image/digest-pinned", "image/allowed-registry"),
        asks_verdicts=True,
    ),
)
