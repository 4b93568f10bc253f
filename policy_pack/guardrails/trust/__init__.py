"""Image trust: from a reference to a verdict under `trust.yaml`, or a refusal that says why and what to do.

`Verifier.from_file(path, profile).verify(references)` is all that rules and commands need. Inside, fetching
(`registry`, `evidence`, `keys`) is apart from judging (`formats`, `judge`, `policy`), which is pure.
"""

from __future__ import annotations

from guardrails.trust.errors import TrustPolicyError
from guardrails.trust.verdict import Judgement, Outcome, Reason, Verdict
from guardrails.trust.verifier import Verifier

__all__ = ["Judgement", "Outcome", "Reason", "TrustPolicyError", "Verdict", "Verifier"]
