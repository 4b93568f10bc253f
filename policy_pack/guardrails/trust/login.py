"""Logging in to registries: from a challenge to the Authorization header that answers it.

https://distribution.github.io/distribution/spec/auth/token/ (tokens) and .../oauth/ (refresh tokens). Nothing is sent
before a registry asks for it, and then only to the registry itself or to a token service that
`addresses.token_service` lets pass. What is asked for is to pull from the one repository, whatever scope the challenge
names. Tokens and passwords are in no message.
"""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode, urlsplit, urlunsplit

from guardrails.trust import addresses, challenge, ecr, strict_json
from guardrails.trust.connection import OK
from guardrails.trust.credentials import DockerConfig
from guardrails.trust.errors import Malformed, Unavailable
from guardrails.trust.transport import Request

if TYPE_CHECKING:
    from guardrails.trust.access import Access
    from guardrails.trust.credentials import Credential
    from guardrails.trust.limits import Limits
    from guardrails.trust.mirrors import Origin
    from guardrails.trust.transport import Transport

_CLIENT: Final = "cartorio"
_TOKEN_RE: Final = re.compile(r"[\x21-\x7e]{1,32768}", re.ASCII)
_ANSWER_KNOWN: Final = frozenset({"token", "access_token"})


class Logins:
    """Remembers what registries let us in with, for one run; logs in once however many requests wait for it."""

    def __init__(self, access: Access, limits: Limits, transport: Transport) -> None:
        self._access = access
        self._limits = limits
        self._transport = transport
        self._held: dict[tuple[Origin, str], str] = {}
        self._locks: dict[tuple[Origin, str], asyncio.Lock] = {}
        self._credentials: dict[Origin, Credential | None] = {}

    def header(self, origin: Origin, path: str) -> str | None:
        """What let us in to this repository before, or None."""
        return self._held.get((origin, path))

    async def answer(self, origin: Origin, path: str, header: str | None, tried: str | None) -> str:
        """Answer a registry's 401 with the header to try next.

        Args:
            origin: the registry.
            path: the repository in it.
            header: its WWW-Authenticate header.
            tried: the Authorization header that it refused, or None.

        Raises:
            Unavailable: there is no way in, it does not work, or the challenge is refused.
        """
        key = (origin, path)
        async with self._locks.setdefault(key, asyncio.Lock()):
            held = self._held.get(key)
            if held is not None and held != tried:
                return held  # somebody else logged in meanwhile
            if tried is not None and not tried.startswith("Bearer "):
                raise await self._refused(origin)
            try:
                found = await self._log_in(origin, path, header)
            except Malformed as error:
                raise Unavailable(
                    f"{origin} asks for credentials in a way that is refused: {error}", remedy=_remedy(origin)
                ) from error
            self._held[key] = found
            return found

    async def _log_in(self, origin: Origin, path: str, header: str | None) -> str:
        if header is None:
            raise Unavailable(f"{origin} answered 401 without saying what it asks for", remedy=_remedy(origin))
        offered = {one.scheme: one for one in reversed(challenge.parse(header))}
        if "bearer" in offered:
            return "Bearer " + await self._token(origin, path, offered["bearer"])
        if "basic" in offered:
            credential = await self._credential(origin)
            if credential is None or not credential.username:
                where = self._access.docker_config or "no Docker configuration"
                raise Unavailable(
                    f"{origin} asks for credentials, and there are none for {origin.host} in {where}",
                    remedy=_remedy(origin),
                )
            return credential.basic
        schemes = ", ".join(sorted(ascii(scheme) for scheme in offered))
        raise Unavailable(
            f"{origin} asks for credentials of a kind that is not known: {schemes}", remedy=_remedy(origin)
        )

    async def _token(self, origin: Origin, path: str, asked: challenge.Challenge) -> str:
        realm = addresses.token_service(
            asked.parameters.get("realm", ""), origin, self._access.services.get(origin.host, frozenset())
        )
        credential = await self._credential(origin)
        wanted = {"service": asked.parameters.get("service", ""), "scope": f"repository:{path}:pull"}
        wanted = {name: value for name, value in wanted.items() if value}
        if credential is not None and credential.identity:
            form = {"grant_type": "refresh_token", "refresh_token": credential.identity, "client_id": _CLIENT, **wanted}
            request = Request(realm, "token", self._limits.token_bytes, ("application/json",), "POST", form)
        else:
            authorization = credential.basic if credential is not None else None
            url = _with_query(realm, wanted)
            request = Request(
                url, "token", self._limits.token_bytes, ("application/json",), authorization=authorization
            )
        answer = await self._transport.send(request)  # redirects are not followed: a credential may be in it
        service = request.origin
        if answer.status != OK:
            who = f"the credentials of {credential.source}" if credential else "access without credentials"
            raise Unavailable(
                f"the token service {service} of {origin} answered {answer.status} to {who}", remedy=_remedy(origin)
            )
        return _read_token(answer.body, service)

    async def _credential(self, origin: Origin) -> Credential | None:
        if origin not in self._credentials:
            configured = await asyncio.to_thread(DockerConfig.read, self._access.docker_config)
            found = await configured.credential(origin.host, self._limits)
            host = ecr.parse_host(origin.host) if origin.scheme == "https" else None
            if found is None and host is not None:
                found = await ecr.credential(host, self._limits.helper_seconds)
            self._credentials[origin] = found
        return self._credentials[origin]

    async def _refused(self, origin: Origin) -> Unavailable:
        credential = await self._credential(origin)
        source = credential.source if credential else "nobody"
        return Unavailable(f"{origin} refuses the credentials of {source} (401)", remedy=_remedy(origin))


def _with_query(realm: str, wanted: dict[str, str]) -> str:
    parts = urlsplit(realm)
    query = "&".join(filter(None, (parts.query, urlencode(wanted))))
    return urlunsplit(parts._replace(query=query))


def _read_token(body: bytes, service: Origin) -> str:
    try:
        answer = strict_json.load_object(body, _ANSWER_KNOWN)
    except Malformed:
        raise Malformed(f"the token service {service} sent something other than JSON") from None
    token = answer.get("token") or answer.get("access_token")
    if not isinstance(token, str) or _TOKEN_RE.fullmatch(token) is None:
        raise Malformed(f"the token service {service} sent no usable token")
    return token


def _remedy(origin: Origin) -> str:
    return (
        f"log in with `docker login {origin.host}` as somebody who may pull, make the repository readable without "
        "credentials, or name a mirror in CARTORIO_REGISTRY_MIRRORS"
    )
