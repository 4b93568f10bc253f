"""Signs the images of a release with the stack's key, and looks whether the policy pack would let them run then."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING, Final

from guardrails.trust.mirrors import VARIABLE, Mirrors
from guardrails.trust.reference import Reference
from guardrails.trust.verdict import Outcome
from lab.errors import LabError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from delivery.release.document import Image
    from lab.report import Reporter

_SECONDS: Final = 120.0
_STEP: Final = "sign"


def sign(
    images: Sequence[Image], key: str, trust: Path | None, profile: str, cosign: Path, report: Reporter
) -> tuple[Image, ...]:
    """Sign what is not signed. Returns what was.

    Args:
        images: by digest.
        key: as cosign names it, `awskms:///alias/...`.
        trust: the trust policy; this checkout's if None.
        profile: whose rules have to hold in the end.
        cosign: the program.
        report: told the progress.

    Raises:
        LabError: it cannot be signed, or is not trusted all the same.
    """
    done = []
    for image in images:
        if _trusted(image, trust, profile) is None:
            report.step(_STEP, f"{image.repository} is signed already")
            continue
        report.step(_STEP, f"signing {image.repository}@{image.digest[:19]}")
        _cosign(image, key, cosign)
        reasons = _trusted(image, trust, profile)
        if reasons is not None:
            raise LabError(
                f"{image.reference} is signed with {key}, and not trusted:\n  {reasons}",
                remedy=f"see why: cartorio image explain {image.reference} --profile {profile}",
            )
        done.append(image)
    return tuple(done)


def _trusted(image: Image, trust: Path | None, profile: str) -> str | None:
    """None when it is trusted, else why not."""
    from delivery.images.asking import judge

    (judgement,) = judge([image.reference], trust, profile).values()
    verdict = judgement.verdict
    if verdict.outcome is Outcome.ERROR:
        raise LabError("\n  ".join(verdict.reasons), where=image.reference, remedy=verdict.remedy)
    return None if verdict.outcome is Outcome.TRUSTED else "\n  ".join(verdict.reasons)


def _cosign(image: Image, key: str, program: Path) -> None:
    reference = Reference.parse(image.reference)
    place = Mirrors.parse(os.environ.get(VARIABLE, "")).locate(reference.repository.domain)
    plain = ("--allow-http-registry",) if place.scheme == "http" else ()
    argv = [
        str(program),
        *("sign", "--yes", "--key", key, *plain),
        # The key in KMS is the whole trust: no public log is told which images there are.
        *("--use-signing-config=false", "--tlog-upload=false", "--new-bundle-format=false"),
        f"{place.host}/{image.repository}@{image.digest}",
    ]
    try:
        done = subprocess.run(
            argv, capture_output=True, text=True, timeout=_SECONDS, check=False, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise LabError(f"cosign cannot be run: {error}", where=image.reference) from error
    if done.returncode:
        last = "\n".join(done.stderr.strip().splitlines()[-8:])
        raise LabError(
            f"cosign failed (exit {done.returncode}):\n{last}",
            where=image.reference,
            remedy="see that the caller may use the key, and push to the image's repository",
        )
