"""The import's key, in the session lab's KMS, in an AWS account of the test's own."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from typer.testing import CliRunner

from delivery.cli import app
from delivery.images.importkey import ALIAS, ensure_key, key_policy
from lab.errors import LabError, UsageError

if TYPE_CHECKING:
    from tests.support.lab import RunningLab

SIGNER = "arn:aws:iam::444455556666:role/import"


@pytest.fixture
def account(lab: RunningLab, monkeypatch: pytest.MonkeyPatch) -> str:
    """This process's AWS configuration leads to the lab, into an account of the test's own."""
    number = f"{uuid.uuid4().int % 10**12:012d}"
    role = f"arn:aws:iam::{number}:role/tests"
    got = lab.aws("sts").assume_role(RoleArn=role, RoleSessionName="tests")["Credentials"]
    variables = {
        **{name: value for name, value in lab.environment().items() if name.startswith("AWS_")},
        "AWS_ACCESS_KEY_ID": got["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": got["SecretAccessKey"],
        "AWS_SESSION_TOKEN": got["SessionToken"],
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return number


def _kms() -> Any:  # noqa: ANN401 -- boto3 makes its clients at run time
    return boto3.session.Session().client("kms")


def test_it_is_made_once_and_found_afterwards(account: str) -> None:
    runner = CliRunner()
    first = runner.invoke(app, ["image", "import-key", "--signer", SIGNER])
    assert first.exit_code == 0, first.exception
    assert first.stdout.endswith("(made now)\n")
    again = runner.invoke(app, ["image", "import-key"])
    assert again.stdout == first.stdout.replace("made now", "there already")
    key = _kms().describe_key(KeyId=ALIAS)["KeyMetadata"]
    assert (key["KeySpec"], key["KeyUsage"], key["AWSAccountId"]) == ("ECC_NIST_P256", "SIGN_VERIFY", account)
    policy = json.loads(_kms().get_key_policy(KeyId=key["KeyId"], PolicyName="default")["Policy"])
    assert policy == key_policy([SIGNER], account, "aws")


def test_nobody_but_the_signers_signs() -> None:
    keep, sign = key_policy([SIGNER, SIGNER], "444455556666", "aws")["Statement"]
    assert keep["Principal"] == {"AWS": ["arn:aws:iam::444455556666:root"]}
    assert "kms:Sign" not in keep["Action"]
    assert not any("*" in action for action in keep["Action"])
    assert sign["Principal"] == {"AWS": [SIGNER]}
    assert set(sign["Action"]) == {"kms:Sign", "kms:DescribeKey", "kms:GetPublicKey"}


@pytest.mark.usefixtures("account")
def test_a_new_key_needs_somebody_who_signs() -> None:
    with pytest.raises(UsageError, match="needs somebody who may sign"):
        ensure_key((), None)


@pytest.mark.usefixtures("account")
def test_what_is_no_key_for_it_is_refused() -> None:
    kms = _kms()
    made = kms.create_key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName=ALIAS, TargetKeyId=made)
    with pytest.raises(LabError, match="the key is Enabled, SIGN_VERIFY, RSA_2048"):
        ensure_key((SIGNER,), None)


@pytest.mark.usefixtures("account")
def test_an_aws_that_does_not_answer_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(LabError, match="KMS cannot be asked") as caught:
        ensure_key((SIGNER,), "sa-east-1")
    assert caught.value.exit_code == 3
