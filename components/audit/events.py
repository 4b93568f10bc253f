"""What somebody is told of at once, as the account's trail has it: kinds of entries, by CloudWatch's filter patterns.

The patterns are those of the CIS AWS Foundations Benchmark, and who may do what in the cluster:
https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html; their syntax:
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Watched:
    """One kind of event.

    Attributes:
        name: of the alarm.
        what: what has happened, for the person who reads it.
        pattern: which entries of the log it is.
        threshold: how many within five minutes are an alarm.
    """

    name: str
    what: str
    pattern: str
    threshold: int = 1


def _events(source: str, *names: str) -> str:
    any_name = " || ".join(f"($.eventName = {name})" for name in names)
    return f"{{ ($.eventSource = {source}.amazonaws.com) && ({any_name}) }}"


ACCOUNT: tuple[Watched, ...] = (
    Watched(
        "root-use",
        "The root account was used",
        '{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType != "AwsServiceEvent" }',
    ),
    Watched(
        "key-loss",
        "A KMS key was disabled or is going to be deleted",
        _events("kms", "DisableKey", "ScheduleKeyDeletion"),
    ),
    Watched(
        "policy-change",
        "An IAM policy was changed, attached or detached",
        _events(
            "iam",
            "AttachGroupPolicy",
            "AttachRolePolicy",
            "AttachUserPolicy",
            "CreatePolicy",
            "CreatePolicyVersion",
            "DeleteGroupPolicy",
            "DeletePolicy",
            "DeletePolicyVersion",
            "DeleteRolePolicy",
            "DeleteUserPolicy",
            "DetachGroupPolicy",
            "DetachRolePolicy",
            "DetachUserPolicy",
            "PutGroupPolicy",
            "PutRolePolicy",
            "PutUserPolicy",
        ),
    ),
    Watched(
        "trail-change",
        "CloudTrail was changed or stopped",
        _events("cloudtrail", "CreateTrail", "DeleteTrail", "StartLogging", "StopLogging", "UpdateTrail"),
    ),
    Watched(
        "cluster-access-change",
        "Who may do what in a cluster was changed",
        _events(
            "eks",
            "AssociateAccessPolicy",
            "CreateAccessEntry",
            "DeleteAccessEntry",
            "DisassociateAccessPolicy",
            "UpdateAccessEntry",
        ),
    ),
    Watched(
        "login-without-mfa",
        "Somebody signed in to the console with a password alone",
        '{ ($.eventName = "ConsoleLogin") && ($.additionalEventData.MFAUsed != "Yes")'
        ' && ($.userIdentity.type = "IAMUser") && ($.responseElements.ConsoleLogin = "Success") }',
    ),
    Watched(
        "unauthorised-calls",
        "Calls are being refused, more than a slip of the hand",
        '{ ($.errorCode = "*UnauthorizedOperation") || ($.errorCode = "AccessDenied*") }',
        threshold=10,
    ),
)
