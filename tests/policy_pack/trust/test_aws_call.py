from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st

from guardrails.trust.aws_call import Caller, Unusual
from tests.support.hostile_registry import HostileRegistry, answers

if TYPE_CHECKING:
    from pathlib import Path

ENOUGH = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "made-up", "AWS_REGION": "sa-east-1"}
WORDS = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=40)

NOW = st.datetimes(timezones=st.just(UTC))


def test_secrets_are_not_shown() -> None:
    assert "made-up" not in repr(Caller.of("kms", None, None, {**ENOUGH, "AWS_SESSION_TOKEN": "made-up"}))


@given(secret=WORDS, token=WORDS | st.just(""), body=st.binary(max_size=200), now=NOW)
def test_requests_are_signed_as_the_sdk_signs_them(secret: str, token: str, body: bytes, now: datetime) -> None:
    caller = Caller("kms", "sa-east-1", "https://kms.sa-east-1.amazonaws.com", "AKIDEXAMPLE", secret, token)
    signed = dict(caller.signed("TrentService.DescribeKey", body, now))
    given_headers = {name: value for name, value in signed.items() if name not in {"authorization", "x-amz-date"}}
    request = AWSRequest("POST", f"{caller.url}/", headers=given_headers, data=body)
    signer = SigV4Auth(Credentials("AKIDEXAMPLE", secret, token or None), "kms", "sa-east-1")
    request.context["timestamp"] = signed["x-amz-date"]
    request.headers["X-Amz-Date"] = signed["x-amz-date"]
    theirs = signer.signature(signer.string_to_sign(request, signer.canonical_request(request)), request)
    assert signed["authorization"].endswith(f"Signature={theirs}")


@pytest.mark.parametrize(
    ("more", "url"),
    [
        ({}, "https://kms.sa-east-1.amazonaws.com"),
        ({"AWS_DEFAULT_REGION": "us-east-1"}, "https://kms.sa-east-1.amazonaws.com"),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}, "http://127.0.0.1:1"),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_ENDPOINT_URL_KMS": "https://kms.test"}, "https://kms.test"),
        ({"AWS_CONFIG_FILE": "/nonexistent", "AWS_PAGER": ""}, "https://kms.sa-east-1.amazonaws.com"),
    ],
)
def test_what_the_environment_alone_says(more: dict[str, str], url: str) -> None:
    assert Caller.of("kms", None, None, {**ENOUGH, **more}).url == url


@pytest.mark.parametrize(
    "more",
    [
        {"AWS_ACCESS_KEY_ID": ""},
        {"AWS_SECRET_ACCESS_KEY": ""},
        {"AWS_REGION": ""},
        {"AWS_REGION": "cn-north-1"},
        {"AWS_REGION": "us-gov-west-1"},
        {"AWS_REGION": "sa-east-1.evil.com/"},
        {"AWS_PROFILE": "producao"},
        {"AWS_USE_FIPS_ENDPOINT": "true"},
        {"AWS_CREDENTIAL_EXPIRATION": "2020-01-01T00:00:00Z"},
        {"AWS_SOMETHING_NEW": "1"},
    ],
)
def test_everything_else_is_the_sdk_s(more: dict[str, str]) -> None:
    with pytest.raises(Unusual):
        Caller.of("kms", None, None, {**ENOUGH, **more})


@pytest.mark.parametrize(
    "more", [{}, {"AWS_CONFIG_FILE": "~/.aws/config"}, {"AWS_SHARED_CREDENTIALS_FILE": "~/.aws/config"}]
)
def test_what_files_say_is_the_sdk_s(tmp_path: Path, more: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "config").touch()
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(Unusual):
        Caller.of("kms", None, None, {**ENOUGH, **more})


@pytest.fixture(autouse=True)
def _no_files_of_the_developer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))


@pytest.mark.parametrize(
    ("answer", "is_read"),
    [
        ((200, b'{"a":1}'), True),
        ((200, b"[]"), False),
        ((200, b'{"a":1,"A":1}'), False),
        ((200, b" " * 70_000), False),
        ((400, b'{"__type":"NotFoundException"}'), False),
        ((307, b""), False),
    ],
)
def test_an_answer_is_read_or_the_sdk_asks(
    hostile: HostileRegistry, answer: tuple[int, bytes], *, is_read: bool
) -> None:
    hostile.misbehaviours[""] = answers(*answer)
    caller = Caller.of("kms", None, f"http://{hostile.host}", ENOUGH)
    if is_read:
        found: dict[str, Any] = caller.call("TrentService.DescribeKey", {"KeyId": "x"})
        assert found == {"a": 1}
    else:
        with pytest.raises(Unusual):
            caller.call("TrentService.DescribeKey", {"KeyId": "x"})
    assert len(hostile.requests) == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://kms.example",
        "ftp://127.0.0.1",
        "https://",
        "https://[",
        "http://127.0.0.1:1/path",
        "http://a@127.0.0.1:1",
        "http://127.0.0.1:1",
    ],
)
def test_an_address_that_is_not_plain_is_the_sdk_s(url: str) -> None:
    with pytest.raises(Unusual):
        Caller.of("kms", None, url, ENOUGH).call("TrentService.DescribeKey", {})


@pytest.mark.parametrize(
    ("variable", "value"),
    [("https_proxy", "http://127.0.0.1:1"), ("REQUESTS_CA_BUNDLE", "ca.pem"), ("AWS_CA_BUNDLE", "ca.pem"), ("", "")],
)
def test_proxies_and_private_cas_are_the_sdk_s(monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    for name in ("https_proxy", "all_proxy", "no_proxy", "requests_ca_bundle", "aws_ca_bundle"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    if variable:
        monkeypatch.setenv(variable, value)
    with pytest.raises(Unusual) as caught:
        Caller.of("kms", None, "https://kms.invalid", ENOUGH).call("TrentService.DescribeKey", {})
    assert (caught.value.__cause__ is None) is bool(variable)  # nothing was tried where it is the SDK's
