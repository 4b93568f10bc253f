"""Volumes that claims ask for are encrypted, and outlive the claim: what a database writes is on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from guardrails.model import NOT_LOCALLY, RELAXED_LOCALLY, Finding, Policy, Severity
from guardrails.resources.reading import Unknown
from guardrails.resources.storage import StorageClass
from guardrails.rules._containers import unknown
from guardrails.rules._objects import example
from guardrails.rules._sources import fsbp

if TYPE_CHECKING:
    from guardrails.model import Context

# Drivers that encrypt only when they are told to. Of others nobody knows here: a file system of EFS is encrypted, or
# not, where it is declared, and a network file system never is.
_EBS: Final = frozenset({"ebs.csi.aws.com", "ebs.csi.eks.amazonaws.com", "kubernetes.io/aws-ebs"})


def _judge_encryption(storage: StorageClass, _context: Context) -> tuple[Finding, ...]:
    path = "parameters.encrypted"
    if isinstance(storage.provisioner, Unknown):
        return (unknown("provisioner", "who makes the class's volumes"),)
    if storage.provisioner not in _EBS:
        return ()
    given = storage.parameters
    encrypted = given if isinstance(given, Unknown) else given.get("encrypted", "false")
    if isinstance(encrypted, Unknown):
        return (unknown(path, "whether the class's volumes are encrypted"),)
    if encrypted != "true":
        return (Finding(path, "the class's volumes are encrypted only if the account's default happens to say so"),)
    return ()


def _judge_retention(storage: StorageClass, _context: Context) -> tuple[Finding, ...]:
    if isinstance(storage.reclaim, Unknown):
        return (unknown("reclaimPolicy", "what becomes of a volume whose claim is gone"),)
    if storage.reclaim != "Retain":
        said = "" if storage.reclaim else ", as nothing else is said"
        return (Finding("reclaimPolicy", f"a volume and its data go with the claim{said}"),)
    return ()


_CLASS: Final = """\
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: databases}
provisioner: ebs.csi.aws.com
parameters: {type: gp3, encrypted: 'true', kmsKeyId: 'arn:aws:kms:sa-east-1:444455556666:key/volumes'}
reclaimPolicy: Retain
"""

POLICIES: Final = (
    Policy(
        id="storage/encryption",
        title="A storage class encrypts its volumes",
        severity=Severity.HIGH,
        rationale=(
            "A volume that a class makes has its encryption from the class, and cannot be given any later. What a "
            "database writes would be readable in every snapshot."
        ),
        resource_types=(StorageClass,),
        remediation="Set the parameters encrypted to 'true' and kmsKeyId to the key of volumes.",
        since="0.3.0",
        rule=_judge_encryption,
        controls=(fsbp("EC2.3"),),
        enforcement=RELAXED_LOCALLY,
        passing=example(_CLASS),
        failing=example(_CLASS.replace("encrypted: 'true', ", "")),
    ),
    Policy(
        id="storage/retention",
        title="A volume outlives the claim that asked for it",
        severity=Severity.HIGH,
        rationale=(
            "With the default, deleting a claim, or the namespace that it is in, deletes the data in the same moment: "
            "it is the cluster's way around `protect` and deletion protection."
        ),
        resource_types=(StorageClass,),
        remediation="Set reclaimPolicy to Retain on the class.",
        since="0.3.0",
        rule=_judge_retention,
        enforcement=NOT_LOCALLY,
        passing=example(_CLASS),
        failing=example(_CLASS.replace("reclaimPolicy: Retain\n", "")),
    ),
)
