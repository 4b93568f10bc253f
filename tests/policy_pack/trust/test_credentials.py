"""Docker's configuration and its credential helpers: real programs on PATH, speaking the real protocol."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from typing import TYPE_CHECKING, Any

import pytest

from guardrails.trust.credentials import Credential, DockerConfig
from guardrails.trust.errors import Unavailable
from guardrails.trust.limits import Limits

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "s3cret-value"
AUTH = base64.b64encode(f"ana:{SECRET}".encode()).decode()
HELPER = """#!/bin/sh
read -r server
[ "$1" = get ] || exit 9
case "$server" in
r.example:5000) printf '{"ServerURL":"r.example:5000","Username":"rui","Secret":"%s"}' "$WORD" ;;
https://index.docker.io/v1/) printf '{"Username":"hub","Secret":"%s"}' "$WORD" ;;
token.example) printf '{"Username":"<token>","Secret":"%s"}' "$WORD" ;;
broken.example) echo not json ;;
empty.example) echo '{"Username":"x","Secret":""}' ;;
fails.example) echo "$WORD"; exit 3 ;;
long.example) head -c 200000 /dev/zero ;;
slow.example) exec sleep 30 ;;
*) echo "credentials not found in native keychain"; exit 1 ;;
esac
"""


@pytest.fixture
def helper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    program = tmp_path / "docker-credential-kept"
    program.write_text(HELPER)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setenv("WORD", SECRET)
    return "kept"


def found(tmp_path: Path, document: dict[str, Any], host: str, **limits: float) -> Credential | None:
    path = tmp_path / "config.json"
    path.write_text(json.dumps(document))
    config = DockerConfig.read(path)
    return asyncio.run(config.credential(host, Limits(**{"helper_seconds": 10, **limits})))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "host"),
    [
        ("r.example", "r.example"),
        ("R.example:5000", "r.example:5000"),
        ("https://r.example", "r.example"),
        ("https://r.example/v2/", "r.example"),
        ("https://index.docker.io/v1/", "registry-1.docker.io"),
        ("docker.io", "registry-1.docker.io"),
    ],
)
def test_an_entry_is_for_its_host(tmp_path: Path, name: str, host: str) -> None:
    credential = found(tmp_path, {"auths": {name: {"auth": AUTH}}}, host)
    assert credential is not None
    assert (credential.username, credential.password) == ("ana", SECRET)
    assert credential.basic == f"Basic {AUTH}"


@pytest.mark.parametrize(
    "host", ["r.example.evil.example", "evil-r.example", "x.r.example", "r.example:5000", "example", ""]
)
def test_an_entry_is_for_no_other_host(tmp_path: Path, host: str) -> None:
    assert found(tmp_path, {"auths": {"r.example": {"auth": AUTH}}}, host) is None


def test_other_ways_to_write_an_entry(tmp_path: Path) -> None:
    plain = found(tmp_path, {"auths": {"r.example": {"username": "ana", "password": SECRET}}}, "r.example")
    assert plain is not None
    assert plain.basic == f"Basic {AUTH}"
    token = found(tmp_path, {"auths": {"r.example": {"identitytoken": SECRET}}}, "r.example")
    assert token is not None
    assert token.identity == SECRET
    assert found(tmp_path, {"auths": {"r.example": {}}}, "r.example") is None
    assert found(tmp_path, {"auths": None}, "r.example") is None


def test_a_helper_is_asked_for_its_host_and_a_store_for_all(tmp_path: Path, helper: str) -> None:
    own = found(tmp_path, {"credHelpers": {"r.example:5000": helper}}, "r.example:5000")
    assert own == Credential("docker-credential-kept", "rui", SECRET)
    hub = found(tmp_path, {"credsStore": helper}, "registry-1.docker.io")
    assert hub == Credential("docker-credential-kept", "hub", SECRET)
    token = found(tmp_path, {"credsStore": helper, "auths": {"token.example": {}}}, "token.example")
    assert token == Credential("docker-credential-kept", identity=SECRET)
    assert found(tmp_path, {"credsStore": helper}, "unknown.example") is None
    assert found(tmp_path, {"credHelpers": {"r.example:5000": helper}}, "other.example") is None


@pytest.mark.parametrize(
    ("host", "why"),
    [
        ("broken.example", "not JSON with Username and Secret"),
        ("empty.example", "not JSON with Username and Secret"),
        ("fails.example", "it ended with 3"),
        ("long.example", "more than 65536 bytes"),
    ],
)
def test_a_broken_helper_is_an_error_without_what_it_said(tmp_path: Path, helper: str, host: str, why: str) -> None:
    with pytest.raises(Unavailable, match=why) as caught:
        found(tmp_path, {"credsStore": helper}, host)
    assert SECRET not in f"{caught.value!r} {caught.value.remedy} {caught.value.__cause__!r}"
    assert "docker-credential-kept" in str(caught.value)


def test_a_slow_helper_is_ended_in_time(tmp_path: Path, helper: str) -> None:
    start = time.monotonic()
    with pytest.raises(Unavailable, match=r"did not answer within 0\.2 s"):
        found(tmp_path, {"credsStore": helper}, "slow.example", helper_seconds=0.2)
    assert time.monotonic() - start < 10


@pytest.mark.parametrize("name", ["absent", "../../bin/sh", "/bin/sh", "", "a b"])
def test_a_helper_is_a_program_of_its_own_name_on_path(tmp_path: Path, name: str) -> None:
    with pytest.raises(Unavailable, match="not on PATH"):
        found(tmp_path, {"credHelpers": {"r.example": name}}, "r.example")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[]", "not an object"),
        ('{"auths": []}', None),
        ('{"auths": [1]}', "are objects"),
        ('{"credHelpers": "x"}', "are objects"),
        ('{"auths": {"r.example": 1}}', "not an object"),
        ('{"auths": {"r.example": {"auth": "s3cret-value"}}}', "not base64"),
    ],
)
def test_a_broken_configuration_is_an_error_without_what_is_in_it(tmp_path: Path, text: str, why: str | None) -> None:
    path = tmp_path / "config.json"
    path.write_text(text)
    if why is None:
        assert DockerConfig.read(path).auths == {}
        return
    with pytest.raises(Unavailable, match=why) as caught:
        asyncio.run(DockerConfig.read(path).credential("r.example", Limits()))
    assert SECRET not in f"{caught.value!r}{caught.value.__cause__!r}{caught.value.remedy}"


def test_an_absent_configuration_has_nothing(tmp_path: Path) -> None:
    for path in (None, tmp_path / "absent.json"):
        assert asyncio.run(DockerConfig.read(path).credential("r.example", Limits())) is None


def test_secrets_are_not_shown(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text(json.dumps({"auths": {"r.example": {"auth": AUTH}}}))
    shown = repr((Credential("x", "ana", SECRET, SECRET), DockerConfig.read(path)))
    assert SECRET not in shown
    assert AUTH not in shown
