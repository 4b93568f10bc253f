"""Logging in to a registry that asks for it, and to whom credentials never go."""

from __future__ import annotations

import asyncio
import base64
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest

from guardrails.trust import ecr
from guardrails.trust.access import Access
from guardrails.trust.credentials import Credential
from guardrails.trust.errors import Malformed, Unavailable
from guardrails.trust.limits import Limits
from guardrails.trust.login import Logins
from guardrails.trust.mirrors import Mirrors, Origin
from guardrails.trust.reference import Digest, Repository
from guardrails.trust.registry import Registry
from guardrails.trust.transport import Transport
from tests.support.hostile_registry import Exchange, HostileRegistry

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Iterator
    from pathlib import Path

SECRET = "s3cret-value"
BASIC = "Basic " + base64.b64encode(f"ana:{SECRET}".encode()).decode()
TOKEN = "t0ken-value"
LIMITS = Limits(image_seconds=10)


@pytest.fixture
def service() -> Iterator[HostileRegistry]:
    """A token service at another address than the registry's."""
    with HostileRegistry().running() as running:
        yield running


class Door:
    """A registry that lets nobody in but with the header that it wants."""

    def __init__(self, registry: HostileRegistry, folder: Path) -> None:
        self.registry = registry
        self.folder = folder
        self.image = registry.content.image()
        self.services: dict[str, frozenset[str]] = {}
        self.config: dict[str, Any] = {"auths": {registry.host: {"auth": BASIC.removeprefix("Basic ")}}}

    def ask_for(self, challenge: str, wanted: str) -> None:
        def guard(exchange: Exchange) -> None:
            if exchange.headers.get("authorization") == wanted:
                exchange.answer()
            else:
                exchange.reply(401, WWW_Authenticate=challenge)

        self.registry.misbehaviours["/v2/"] = guard

    def serve_tokens(self, service: HostileRegistry, answer: Callable[[Exchange], None] | None = None) -> str:
        """Have a service give the token; its realm."""
        service.misbehaviours["/token"] = answer or (
            lambda exchange: exchange.reply(200, json.dumps({"token": TOKEN}).encode(), "application/json")
        )
        return f"http://{service.host}/token"

    def read(self, times: int = 1) -> Counter[str]:
        """Read the image, several times at once; how often the registry was asked."""

        async def reading() -> Counter[str]:
            path = self.folder / "config.json"
            path.write_text(json.dumps(self.config))
            mirrors = Mirrors.parse(f"r.example=http://{self.registry.host}")
            access = Access(mirrors, services=self.services, docker_config=path)
            async with asyncio.timeout(20), Registry(access, LIMITS) as client:
                digest = Digest.parse(self.image["digest"])
                images = [client.image(Repository("r.example", "team/api"), digest) for _ in range(times)]
                assert None not in await asyncio.gather(*images)
                return client.round_trips

        return asyncio.run(reading())


@pytest.fixture
def door(hostile: HostileRegistry, tmp_path: Path) -> Door:
    return Door(hostile, tmp_path)


def test_a_password_is_sent_once_it_is_asked_for(door: Door) -> None:
    door.ask_for('Basic realm="x"', BASIC)
    assert door.read() == {"image": 1, "again": 1}
    assert door.registry.authorizations == [None, BASIC]


def test_a_token_is_fetched_for_this_repository_only_and_once_for_all(door: Door) -> None:
    realm = door.serve_tokens(door.registry)
    door.ask_for(f'Bearer realm="{realm}?a=b",service="s",scope="registry:catalog:*"', f"Bearer {TOKEN}")
    trips = door.read(times=6)
    assert trips["token"] == 1
    (asked,) = [path for path in door.registry.requests if path.startswith("/token")]
    assert parse_qs(urlsplit(asked).query) == {"a": ["b"], "service": ["s"], "scope": ["repository:team/api:pull"]}
    assert set(door.registry.authorizations) == {None, BASIC, f"Bearer {TOKEN}"}


def test_a_token_may_be_had_without_credentials(door: Door) -> None:
    door.config = {}
    door.ask_for(f'Bearer realm="{door.serve_tokens(door.registry)}"', f"Bearer {TOKEN}")
    door.read()
    assert door.registry.authorizations == [None, None, f"Bearer {TOKEN}"]


def test_a_refresh_token_goes_by_post(door: Door) -> None:
    forms: list[Any] = []

    def answer(exchange: Exchange) -> None:
        forms.append((exchange.command, exchange.form))
        exchange.reply(200, json.dumps({"access_token": TOKEN}).encode(), "application/json")

    door.config = {"auths": {door.registry.host: {"identitytoken": SECRET}}}
    door.ask_for(f'Bearer realm="{door.serve_tokens(door.registry, answer)}",service="s"', f"Bearer {TOKEN}")
    door.read()
    ((method, form),) = forms
    assert method == "POST"
    assert form["refresh_token"] == [SECRET]
    assert form["grant_type"] == ["refresh_token"]
    assert not any(SECRET in path for path in door.registry.requests)


def test_a_token_that_has_expired_is_fetched_again(door: Door) -> None:
    given: list[str] = []

    def answer(exchange: Exchange) -> None:
        given.append(f"{TOKEN}-{len(given)}")
        exchange.reply(200, json.dumps({"token": given[-1]}).encode(), "application/json")

    realm = door.serve_tokens(door.registry, answer)
    seen: list[str] = []

    def guard(exchange: Exchange) -> None:
        token = str(exchange.headers.get("authorization")).removeprefix("Bearer ")
        if token in given and seen.count(token) < 1:  # each is good for one request
            seen.append(token)
            exchange.answer()
        else:
            exchange.reply(401, WWW_Authenticate=f'Bearer realm="{realm}"')

    door.registry.misbehaviours["/v2/"] = guard

    async def twice() -> None:
        mirrors = Mirrors.parse(f"r.example=http://{door.registry.host}")
        async with asyncio.timeout(20), Registry(Access(mirrors), LIMITS) as client:
            for _ in range(2):
                assert await client.image(Repository("r.example", "api"), Digest.parse(door.image["digest"]))

    asyncio.run(twice())
    assert len(given) == 2


def refused(door: Door, why: str) -> Unavailable:
    with pytest.raises(Unavailable, match=why) as caught:
        door.read()
    shown = f"{caught.value!r} {caught.value.remedy} {caught.value.__cause__!r}"
    assert SECRET not in shown
    assert TOKEN not in shown
    assert BASIC.removeprefix("Basic ") not in shown
    assert caught.value.remedy
    return caught.value


def test_another_host_s_token_service_gets_nothing_until_it_is_configured(door: Door, service: HostileRegistry) -> None:
    door.ask_for(f'Bearer realm="{door.serve_tokens(service)}"', f"Bearer {TOKEN}")
    assert f"CARTORIO_TOKEN_SERVICES={door.registry.host}={service.host}" in str(refused(door, "another host"))
    assert service.requests == []
    door.services = {door.registry.host: frozenset({service.host})}
    door.read()
    assert service.authorizations == [BASIC]


@pytest.mark.parametrize(
    ("realm", "why"),
    [
        ("http://169.254.169.254/latest/meta-data/", "by https only"),
        ("https://169.254.169.254/token", "another host"),
        ("https://10.0.0.1/token", "another host"),
        ("https://evil.example/token", "another host"),
        ("http://evil.example/token", "by https only"),
    ],
)
def test_realms_elsewhere_are_never_asked(door: Door, realm: str, why: str) -> None:
    door.ask_for(f'Bearer realm="{realm}"', "")
    refused(door, why)
    assert set(door.registry.authorizations) == {None}


def test_a_token_service_s_redirect_is_not_followed(door: Door, service: HostileRegistry) -> None:
    realm = door.serve_tokens(
        door.registry, lambda exchange: exchange.reply(307, Location=f"http://{service.host}/token")
    )
    door.ask_for(f'Bearer realm="{realm}"', "")
    refused(door, "answered 307")
    assert service.requests == []


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"not json", "other than JSON"),
        (b"[" * 60_000, "other than JSON"),
        (b'{"token":"a","Token":"b"}', "other than JSON"),
        (b"{}", "no usable token"),
        (b'{"token":"a\\r\\nX-Injected: 1"}', "no usable token"),
        (b'{"token":"t\xc3\xa9"}', "no usable token"),
        (b'{"token":["a"]}', "no usable token"),
        (b'{"token":"%s"}' % (b"a" * 40_000), "no usable token"),
        (b" " * 70_000, "more than the 65536"),
    ],
)
def test_answers_of_token_services_that_are_refused(door: Door, body: bytes, why: str) -> None:
    realm = door.serve_tokens(door.registry, lambda exchange: exchange.reply(200, body, "application/json"))
    door.ask_for(f'Bearer realm="{realm}"', "")
    refused(door, why)


def test_wrong_credentials_are_sent_once_and_named_by_where_they_were(door: Door) -> None:
    door.ask_for('Basic realm="x"', "Basic other")
    error = refused(door, r"refuses the credentials of .*config\.json, auths of")
    assert "docker login" in error.remedy
    assert door.registry.authorizations == [None, BASIC]


def test_a_token_that_is_refused_is_not_fetched_for_ever(door: Door) -> None:
    door.ask_for(f'Bearer realm="{door.serve_tokens(door.registry)}"', "Bearer other")
    refused(door, "answered 401")
    assert len(door.registry.requests) == 5  # asked, token, asked, token, asked


@pytest.mark.parametrize(
    ("challenge", "why"),
    [
        ('Negotiate, Digest realm="x"', "of a kind that is not known"),
        ('Bearer realm="a",realm="b"', "twice"),
        ("Bearer", "not a URL"),
        ("", "empty"),
    ],
)
def test_challenges_that_lead_nowhere(door: Door, challenge: str, why: str) -> None:
    door.ask_for(challenge, "")
    refused(door, why)


def test_without_a_challenge_or_credentials_there_is_no_way_in(door: Door) -> None:
    door.registry.misbehaviours["/v2/"] = lambda exchange: exchange.reply(401)
    refused(door, "without saying what it asks for")
    door.config = {"auths": {"other.example": {"auth": BASIC.removeprefix("Basic ")}}}
    door.ask_for('Basic realm="x"', "")
    refused(door, "there are none for")


def test_a_redirect_takes_no_credential_along(door: Door, service: HostileRegistry) -> None:
    """To the same place the password goes again; to another port of the same host nothing goes at all."""
    body = door.registry.content.manifests[door.image["digest"]]

    def guard(exchange: Exchange) -> None:
        if exchange.headers.get("authorization") != BASIC:
            exchange.reply(401, WWW_Authenticate="Basic")
        elif exchange.path.endswith("?moved"):
            exchange.reply(200, body[1], body[0])
        else:
            exchange.reply(307, Location=f"{exchange.path}?moved")

    door.registry.misbehaviours["/v2/"] = guard
    door.read()
    assert door.registry.authorizations == [None, BASIC, BASIC]

    def away(exchange: Exchange) -> None:
        if exchange.headers.get("authorization") != BASIC:
            exchange.reply(401, WWW_Authenticate="Basic")
        else:
            exchange.reply(307, Location=f"http://{service.host}/elsewhere")

    door.registry.misbehaviours["/v2/"] = away
    with pytest.raises(Malformed, match="a redirect to"):
        door.read()
    assert service.requests == []


@pytest.mark.parametrize(
    ("host", "asked"),
    [("111122223333.dkr.ecr.sa-east-1.amazonaws.com", True), ("ecr.evil.com", False), ("evil.com:443", False)],
)
def test_only_ecr_s_own_hosts_get_aws_s_token(host: str, monkeypatch: pytest.MonkeyPatch, *, asked: bool) -> None:
    hosts: list[ecr.EcrHost] = []

    async def record(found: ecr.EcrHost, _seconds: float) -> Credential:
        hosts.append(found)
        return Credential("aws", "AWS", SECRET)

    monkeypatch.setattr(ecr, "credential", record)

    async def log_in() -> str:
        logins = Logins(Access(), LIMITS, Transport(Access(), LIMITS))
        return await logins.answer(Origin("https", host), "a", 'Basic realm="x"', None)

    if asked:
        assert asyncio.run(log_in()).startswith("Basic ")
    else:
        with pytest.raises(Unavailable, match="there are none for"):
            asyncio.run(log_in())
    assert bool(hosts) is asked
