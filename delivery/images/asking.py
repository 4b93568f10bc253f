"""Asks the policy pack's own verifier about images, under one trust policy and profile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lab.errors import UsageError
from lab.paths import PROJECT_ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from guardrails.trust import Verifier
    from guardrails.trust.verdict import Judgement

TRUST = PROJECT_ROOT / "policy_pack" / "trust.yaml"
"""The trust policy of this checkout."""


def verifier(trust: Path | None, profile: str) -> Verifier:
    """The verifier of a trust policy.

    Args:
        trust: the file; this checkout's if None.
        profile: whose rules hold.

    Raises:
        UsageError: the file, or the environment that it is read in, cannot be used; it names every mistake.
    """
    from guardrails.trust import TrustPolicyError, Verifier

    file = trust or TRUST
    try:
        return Verifier.from_file(file, profile)
    except TrustPolicyError as error:
        raise UsageError(
            "the trust policy cannot be used:\n  " + "\n  ".join(error.problems),
            where=str(file),
            remedy="correct it, or name another file (--trust) or profile (--profile)",
        ) from error


def readable(reference: str) -> bool:
    """Say whether a text is an image reference at all."""
    from guardrails.trust.errors import Malformed
    from guardrails.trust.reference import Reference

    try:
        Reference.parse(reference)
    except Malformed:
        return False
    return True


def judge(references: Iterable[str], trust: Path | None, profile: str) -> Mapping[str, Judgement]:
    """The judgement on each distinct reference, in the order that they were given.

    Raises:
        UsageError: as `verifier`.
    """
    return verifier(trust, profile).explain(references)
