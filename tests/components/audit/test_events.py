from __future__ import annotations

from typing import Any

import pytest

from components.audit.events import ACCOUNT
from tests.support.patterns import matches

PATTERNS = {watched.name: watched.pattern for watched in ACCOUNT}


def call(service: str, name: str, **others: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    """An entry of CloudTrail: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html."""
    return {
        "eventSource": f"{service}.amazonaws.com",
        "eventName": name,
        "eventType": "AwsApiCall",
        "userIdentity": {"type": "AssumedRole"},
        **others,
    }


ROOT = {"userIdentity": {"type": "Root"}}
PASSWORD = call(
    "signin",
    "ConsoleLogin",
    userIdentity={"type": "IAMUser"},
    additionalEventData={"MFAUsed": "No"},
    responseElements={"ConsoleLogin": "Success"},
)


@pytest.mark.parametrize(
    ("name", "entry"),
    [
        ("root-use", call("iam", "CreateUser", **ROOT)),
        ("key-loss", call("kms", "ScheduleKeyDeletion")),
        ("key-loss", call("kms", "DisableKey")),
        ("policy-change", call("iam", "PutRolePolicy")),
        ("policy-change", call("iam", "CreatePolicyVersion")),
        ("trail-change", call("cloudtrail", "StopLogging")),
        ("cluster-access-change", call("eks", "AssociateAccessPolicy")),
        ("cluster-access-change", call("eks", "CreateAccessEntry")),
        ("login-without-mfa", PASSWORD),
        ("unauthorised-calls", call("s3", "GetObject", errorCode="AccessDeniedException")),
        ("unauthorised-calls", call("ec2", "RunInstances", errorCode="Client.UnauthorizedOperation")),
    ],
)
def test_what_should_not_happen_unseen_is_counted(name: str, entry: dict[str, Any]) -> None:
    assert matches(PATTERNS[name], entry)


@pytest.mark.parametrize(
    ("name", "entry"),
    [
        ("root-use", call("kms", "Decrypt", userIdentity={"type": "Root", "invokedBy": "backup.amazonaws.com"})),
        ("root-use", call("kms", "RotateKey", **ROOT, eventType="AwsServiceEvent")),
        ("key-loss", call("kms", "Decrypt")),
        ("key-loss", call("elsewhere", "DisableKey")),
        ("policy-change", call("iam", "GetRolePolicy")),
        ("trail-change", call("cloudtrail", "LookupEvents")),
        ("cluster-access-change", call("eks", "ListAccessEntries")),
        ("login-without-mfa", {**PASSWORD, "additionalEventData": {"MFAUsed": "Yes"}}),
        ("unauthorised-calls", call("s3", "GetObject", errorCode="NoSuchKey")),
        ("unauthorised-calls", call("s3", "GetObject")),
    ],
)
def test_what_an_account_does_all_day_is_not(name: str, entry: dict[str, Any]) -> None:
    assert not matches(PATTERNS[name], entry)


def test_the_names_are_apart() -> None:
    assert len(PATTERNS) == len(ACCOUNT)
