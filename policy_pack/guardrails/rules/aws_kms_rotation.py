"""Symmetric encryption keys rotate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from guardrails.model import Finding, Policy, Severity
from guardrails.resources.aws_kms import KmsKey
from guardrails.resources.reading import Unknown
from guardrails.rules._aws import example, on
from guardrails.rules._sources import control_tower, fsbp

if TYPE_CHECKING:
    from guardrails.model import Context

_LONGEST_DAYS: Final = 366


def _judge(key: KmsKey, _context: Context) -> tuple[Finding, ...]:
    # KMS rotates symmetric encryption keys only; a key whose kind is not known yet counts as one.
    if key.spec not in {"SYMMETRIC_DEFAULT", Unknown.UNKNOWN} or key.usage not in {"ENCRYPT_DECRYPT", Unknown.UNKNOWN}:
        return ()
    wrong = "the key is symmetric and does not rotate"
    found = tuple(on(key.rotates, "enableKeyRotation", "whether the key rotates", wrong))
    if not found and isinstance(key.rotation_days, (int, float)) and key.rotation_days > _LONGEST_DAYS:
        return (Finding("rotationPeriodInDays", "the key rotates less than once a year"),)
    return found


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
        remediation="Set enableKeyRotation to true on the key, and a rotationPeriodInDays of a year at most.",
        since="0.1.0",
        rule=_judge,
        controls=(control_tower("CT.KMS.PR.1", "kms"), fsbp("KMS.4")),
        passing=example("aws:kms/key:Key", "{description: Envelope, enableKeyRotation: true}", "envelope"),
        failing=example("aws:kms/key:Key", "{description: Envelope, enableKeyRotation: false}", "envelope"),
    ),
)
