from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from guardrails.trust.aws_call import Caller, Unusual
from tests.support.hostile_registry import HostileRegistry, answers

if TYPE_CHECKING:
    from pathlib import Path

ENOUGH = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "made-up", "AWS_REGION": "sa-east-1"}


def test_secrets_are_not_shown() -> None:
    assert "made-up" not in repr(Caller.of("kms", None, None, {**ENOUGH, "AWS_SESSION_TOKEN": "made-up"}))


@pytest.mark.parametrize(("token", "sent"), [("", None), ("made-up-session", "made-up-session")])
def test_all_that_says_what_is_asked_is_signed(token: str, sent: str | None) -> None:
    headers = dict(Caller.of("kms", None, None, {**ENOUGH, "AWS_SESSION_TOKEN": token}).signed("A.B", b"{}"))
    headers = {name.lower(): value for name, value in headers.items()}
    assert headers["host"] == "kms.sa-east-1.amazonaws.com"
    assert headers.get("x-amz-security-token") == sent
    algorithm, credential, names, signature = headers["authorization"].replace(",", "").split()
    assert (algorithm, len(signature)) == ("AWS4-HMAC-SHA256", len("Signature=") + 64)
    assert credential == f"Credential=AKIDEXAMPLE/{headers['x-amz-date'][:8]}/sa-east-1/kms/aws4_request"
    assert names == f"SignedHeaders={';'.join(sorted(headers.keys() - {'authorization'}))}"


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
