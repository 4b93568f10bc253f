from __future__ import annotations

from typing import Any

import pytest

from guardrails.resources.reading import UNKNOWN
from tests.support.cloud import aws, found


@pytest.mark.parametrize(
    ("rule", "inputs", "where"),
    [
        ("immutable", {"imageTagMutability": "IMMUTABLE"}, []),
        ("immutable", {}, ["imageTagMutability"]),
        ("immutable", {"imageTagMutability": UNKNOWN}, ["imageTagMutability?"]),
        ("scan", {"imageScanningConfiguration": {"scanOnPush": True}}, []),
        ("scan", {}, ["imageScanningConfiguration.scanOnPush"]),
        ("scan", {"imageScanningConfiguration": UNKNOWN}, ["imageScanningConfiguration.scanOnPush?"]),
        ("encryption", {"encryptionConfigurations": [{"encryptionType": "KMS", "kmsKey": UNKNOWN}]}, []),
        (
            "encryption",
            {"encryptionConfigurations": [{"encryptionType": "KMS"}]},
            ["encryptionConfigurations[0].kmsKey"],
        ),
        ("encryption", {"encryptionConfigurations": [{"encryptionType": "AES256"}]}, ["encryptionConfigurations"]),
        ("encryption", {}, ["encryptionConfigurations"]),
        ("encryption", {"encryptionConfigurations": UNKNOWN}, ["encryptionConfigurations?"]),
    ],
)
def test_what_a_repository_is_like(rule: str, inputs: dict[str, Any], where: list[str]) -> None:
    assert found(f"aws/ecr-{rule}", aws("ecr/repository:Repository", **inputs)) == [f"x: {path}" for path in where]


def test_what_the_registry_makes_by_itself_is_held_to_the_same() -> None:
    kind = "ecr/repositoryCreationTemplate:RepositoryCreationTemplate"
    good = {"imageTagMutability": "IMMUTABLE", "encryptionConfigurations": [{"encryptionType": "KMS", "kmsKey": "k"}]}
    for rule in ("immutable", "encryption"):
        assert found(f"aws/ecr-{rule}", aws(kind, **good)) == []
    assert found("aws/ecr-immutable", aws(kind)) == ["x: imageTagMutability"]
    assert found("aws/ecr-encryption", aws(kind)) == ["x: encryptionConfigurations"]
