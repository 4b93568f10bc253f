"""Symmetric encryption keys rotate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from guardrails.model import Example, Finding, Policy, Severity
from guardrails.resources.aws import KmsKey
from guardrails.resources.reading import Unknown
from guardrails.rules._containers import unknown
from guardrails.rules._sources import control_tower

if TYPE_CHECKING:
    from guardrails.model import Context


def _judge(key: KmsKey, _context: Context) -> tuple[Finding, ...]:
    # KMS rotates symmetric encryption keys only; a key whose kind is not known yet counts as one.
    if key.spec not in {"SYMMETRIC_DEFAULT", Unknown.UNKNOWN} or key.usage not in {"ENCRYPT_DECRYPT", Unknown.UNKNOWN}:
        return ()
    if isinstance(key.rotates, Unknown):
        return (unknown("enableKeyRotation", "whether the key rotates"),)
    if not key.rotates:
        return (Finding("enableKeyRotation", "the key is symmetric and does not rotate"),)
    return ()


def _example(rotates: str) -> Example:
    return Example(
        f"type: aws:kms/key:Key\nname: envelope\nproperties: {{description: Envelope, enableKeyRotation: {rotates}}}\n"
    )


POLICIES: Final = (
    Policy(
        id="aws/kms-rotation",
        title="Every symmetric KMS key rotates",
        severity=Severity.MEDIUM,
        rationale=(
            "Rotation bounds what a leaked key version can decrypt. KMS keeps the older versions, so nothing has to be "
            "encrypted again; asymmetric and HMAC keys cannot rotate by themselves and are left out."
        ),
        resource_types=(KmsKey,),
        remediation="Set enableKeyRotation to true on the key.",
        since="0.1.0",
        rule=_judge,
        controls=(control_tower("CT.KMS.PR.1", "kms"),),
        passing=_example("true"),
        failing=_example("false"),
    ),
)
