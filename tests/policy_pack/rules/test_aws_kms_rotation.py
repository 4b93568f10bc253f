from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from guardrails.resources.reading import UNKNOWN

if TYPE_CHECKING:
    from tests.support.policies import Declare, MakeExaminer


def _violations(examiner: MakeExaminer, declare: Declare, **properties: object) -> list[str]:
    judgement = examiner().examine(declare(properties, "aws:kms/key:Key"))
    return [violation.path for violation in judgement.violations if violation.rule == "aws/kms-rotation"]


@pytest.mark.parametrize(
    "properties",
    [
        {},
        {"enableKeyRotation": False},
        {"enableKeyRotation": None},
        {"enableKeyRotation": UNKNOWN},
        {"customerMasterKeySpec": "SYMMETRIC_DEFAULT", "keyUsage": "ENCRYPT_DECRYPT"},
        {"customerMasterKeySpec": UNKNOWN, "keyUsage": UNKNOWN},
    ],
)
def test_a_symmetric_key_must_rotate(examiner: MakeExaminer, declare: Declare, properties: dict[str, Any]) -> None:
    assert _violations(examiner, declare, **properties) == ["enableKeyRotation"]
    assert _violations(examiner, declare, **{**properties, "enableKeyRotation": True}) == []


@pytest.mark.parametrize(
    "properties",
    [
        {"customerMasterKeySpec": "ECC_NIST_P256", "keyUsage": "SIGN_VERIFY"},
        {"customerMasterKeySpec": "RSA_4096"},
        {"customerMasterKeySpec": "HMAC_256", "keyUsage": "GENERATE_VERIFY_MAC"},
    ],
)
def test_a_key_that_cannot_rotate_need_not(
    examiner: MakeExaminer, declare: Declare, properties: dict[str, Any]
) -> None:
    assert _violations(examiner, declare, **properties) == []
