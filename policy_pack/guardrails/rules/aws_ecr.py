"""Registries: what a tag means does not change, what arrives is scanned and encrypted.

Source: https://docs.aws.amazon.com/AmazonECR/latest/userguide/security-best-practices.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from guardrails.model import Finding, Policy, Severity
from guardrails.resources.aws_cluster import Repository, RepositoryTemplate
from guardrails.resources.reading import Unknown
from guardrails.rules._aws import example, own_key, varied
from guardrails.rules._checks import is_on, is_one_of, rule
from guardrails.rules._containers import unknown
from guardrails.rules._sources import cis_eks, fsbp, nist_800_190

if TYPE_CHECKING:
    from guardrails.model import Context


def _encrypted(repository: Repository | RepositoryTemplate, _context: Context) -> tuple[Finding, ...]:
    path = "encryptionConfigurations"
    if isinstance(repository.encryption, Unknown):
        return (unknown(path, "how images are encrypted"),)
    wrong = "images are not encrypted with a key of the stack's own"
    if not any(one.kind in ("KMS", "KMS_DSSE", Unknown.UNKNOWN) for one in repository.encryption):
        return (Finding(path, wrong),)
    return tuple(finding for one in repository.encryption for finding in own_key(one.key, f"{one.path}.kmsKey", wrong))


_KIND: Final = "aws:ecr/repository:Repository"
_SETTINGS: Final = {
    "imageTagMutability": "IMMUTABLE",
    "imageScanningConfiguration": "{scanOnPush: true}",
    "encryptionConfigurations": "[{encryptionType: KMS, kmsKey: key}]",
}


def _repository(**changes: str) -> str:
    return varied(_SETTINGS, **changes)


_GOOD: Final = example(_KIND, _repository())

POLICIES: Final = (
    Policy(
        id="aws/ecr-immutable",
        title="A tag of a repository is never moved",
        severity=Severity.HIGH,
        rationale="With tags that move, what was reviewed and what is pulled under the same name are two things.",
        resource_types=(Repository, RepositoryTemplate),
        remediation="Set imageTagMutability to IMMUTABLE.",
        since="0.3.0",
        rule=rule(
            is_one_of("mutability", ("IMMUTABLE",), "whether tags can be moved", "a tag can be moved to another image")
        ),
        controls=(fsbp("ECR.2"), nist_800_190("4.2")),
        passing=_GOOD,
        failing=example(_KIND, _repository(imageTagMutability="MUTABLE")),
    ),
    Policy(
        id="aws/ecr-scan",
        title="Images are scanned when they arrive",
        severity=Severity.MEDIUM,
        rationale="A flaw that is known on the day of the push is cheapest to mend before anything runs.",
        resource_types=(Repository,),
        remediation="Set imageScanningConfiguration.scanOnPush.",
        since="0.3.0",
        rule=rule(is_on("scans", "whether images are scanned", "images are not scanned when they arrive")),
        controls=(cis_eks("5.1.1"), fsbp("ECR.1"), nist_800_190("4.1")),
        passing=_GOOD,
        failing=example(_KIND, _repository(imageScanningConfiguration="{scanOnPush: false}")),
    ),
    Policy(
        id="aws/ecr-encryption",
        title="Images are encrypted with a key of the stack's own",
        severity=Severity.LOW,
        rationale="Who may pull is then decided twice, and each pull's use of the key is on record.",
        resource_types=(Repository, RepositoryTemplate),
        remediation="Set encryptionConfigurations with encryptionType KMS and kmsKey; it cannot be changed later.",
        since="0.3.0",
        rule=_encrypted,
        passing=_GOOD,
        failing=example(_KIND, _repository(encryptionConfigurations="")),
    ),
)
