"""Keys are not lost: time to notice a deletion, a policy that somebody can change, copies where they are meant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from guardrails.model import Example, Finding, OnUnknown, Policy, Profile, Severity
from guardrails.resources.aws_kms import KmsKey, KmsPolicy, KmsReplica
from guardrails.resources.base import Stack
from guardrails.resources.reading import Unknown
from guardrails.rules._aws import example, of, of_kind, resource
from guardrails.rules._checks import is_off, is_on, only, rule
from guardrails.rules._containers import unknown
from guardrails.rules._sources import fsbp

if TYPE_CHECKING:
    from guardrails.model import Context

_LEAST_DAYS: Final = {Profile.LOCAL: 7, Profile.STAGING: 14, Profile.PRODUCAO: 30}
_DEFAULT_DAYS: Final = 30


def _window(key: KmsKey | KmsReplica, context: Context) -> tuple[Finding, ...]:
    path, least = "deletionWindowInDays", _LEAST_DAYS[context.profile]
    if isinstance(key.deletion_days, Unknown):
        return (unknown(path, "how long a deletion can be taken back"),)
    days = _DEFAULT_DAYS if key.deletion_days is None else key.deletion_days
    return (Finding(path, f"a deletion can be taken back for less than {least} days"),) if days < least else ()


def _copied(stack: Stack, _context: Context) -> tuple[Finding, ...]:
    replicas = list(of_kind(stack, KmsReplica))
    primaries = {address for replica in replicas for address in replica.primary.addresses}
    arns = {replica.primary.value for replica in replicas}
    message = "the key may be copied to other regions, and nothing here copies it"
    return tuple(
        finding
        for key in of_kind(stack, KmsKey)
        if key.multi_region is True and key.address not in primaries and key.arn not in arns - {None, Unknown.UNKNOWN}
        for finding in of(key, [Finding("multiRegion", message)])
    )


_KEY: Final = "aws:kms/key:Key"
_PRIMARY: Final = resource(_KEY, "{enableKeyRotation: true, multiRegion: true}", "seal", protect=True)
_REPLICA: Final = resource("aws:kms/replicaKey:ReplicaKey", "{primaryKeyArn: '${seal}'}", "seal-copy", protect=True)

POLICIES: Final = (
    Policy(
        id="aws/kms-deletion-window",
        title="A key's deletion can be taken back for weeks",
        severity=Severity.HIGH,
        rationale=(
            "What a deleted key encrypted is lost with it, backups included. The window is the time in which somebody "
            "notices: at least 30 days in production, 14 in staging."
        ),
        resource_types=(KmsKey, KmsReplica),
        remediation="Set deletionWindowInDays to 30, or leave it out.",
        since="0.3.0",
        rule=_window,
        controls=(fsbp("KMS.3"),),
        passing=example(_KEY, "{enableKeyRotation: true, deletionWindowInDays: 30}"),
        failing=example(_KEY, "{enableKeyRotation: true, deletionWindowInDays: 7}"),
    ),
    Policy(
        id="aws/kms-usable",
        title="No key is disabled, or may lock its administrators out",
        severity=Severity.HIGH,
        rationale=(
            "AWS refuses a policy that leaves nobody who can change it, unless it is told not to look. Only its "
            "support brings such a key back, if at all."
        ),
        resource_types=(KmsKey, KmsReplica, KmsPolicy),
        remediation="Leave bypassPolicyLockoutSafetyCheck out, and isEnabled true.",
        since="0.3.0",
        rule=rule(
            is_off(
                "unlocked",
                "whether AWS checks the policy",
                "the key's policy may lock everybody out, its administrators included",
            ),
            only(
                KmsKey,
                is_on("enabled", "whether the key is enabled", "the key is disabled: nothing can be read"),
            ),
        ),
        passing=example(_KEY, "{enableKeyRotation: true}"),
        failing=example(_KEY, "{enableKeyRotation: true, bypassPolicyLockoutSafetyCheck: true}"),
    ),
    Policy(
        id="aws/kms-multi-region",
        title="A key that may be copied to another region is copied there",
        severity=Severity.MEDIUM,
        rationale=(
            "Multi-region is a property for life. A key that has it without a copy neither survives its region nor "
            "stays in it: anybody who may replicate it takes it elsewhere."
        ),
        resource_types=(Stack,),
        remediation="Declare a ReplicaKey in the other region, or make the key without multiRegion.",
        since="0.3.0",
        rule=_copied,
        on_unknown=OnUnknown.WAIT,
        passing=Example(_PRIMARY + _REPLICA),
        failing=Example(_PRIMARY),
    ),
)
