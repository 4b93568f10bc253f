from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from guardrails.resources.reading import UNKNOWN

if TYPE_CHECKING:
    from tests.support.policies import Ask

ENCRYPTION, RETENTION = "storage/encryption", "storage/retention"


def _class(**properties: object) -> dict[str, Any]:
    return {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": {"name": "databases"},
        "provisioner": "ebs.csi.aws.com",
        **properties,
    }


@pytest.mark.parametrize(
    ("parameters", "unknown"),
    [
        ({"encrypted": "true"}, []),
        ({"encrypted": "false"}, [False]),
        ({"type": "gp3"}, [False]),
        (None, [False]),
        ({"encrypted": UNKNOWN}, [True]),
        (UNKNOWN, [True]),
    ],
)
def test_a_class_of_elastic_block_storage_says_that_it_encrypts(
    ask: Ask, parameters: object, unknown: list[bool]
) -> None:
    assert [finding.unknown for finding in ask(ENCRYPTION, _class(parameters=parameters))] == unknown


@pytest.mark.parametrize(
    ("provisioner", "findings"), [("efs.csi.aws.com", 0), ("kubernetes.io/aws-ebs", 1), (UNKNOWN, 1)]
)
def test_only_drivers_that_have_to_be_told_are_asked(ask: Ask, provisioner: object, findings: int) -> None:
    assert len(ask(ENCRYPTION, _class(provisioner=provisioner))) == findings


@pytest.mark.parametrize(
    ("policy", "unknown"),
    [("Retain", []), ("Delete", [False]), ("Recycle", [False]), (None, [False]), (UNKNOWN, [True])],
)
def test_a_volume_is_kept_when_its_claim_goes(ask: Ask, policy: object, unknown: list[bool]) -> None:
    assert [finding.unknown for finding in ask(RETENTION, _class(reclaimPolicy=policy))] == unknown
