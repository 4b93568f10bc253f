"""One HTTP exchange with a bounded answer: connections, TLS, proxies, and how many exchanges there were.

Bodies are read up to a bound and never decompressed. Redirects, credentials and repetitions are `client`'s business.

Decisions:
- Proxies of the environment (HTTPS_PROXY, NO_PROXY) are used for https, where they can only carry the tunnel; never
  for plain http, which is loopback's. `.netrc` is not read: no credential is sent that nobody configured for this.
- SSL_CERT_FILE and SSL_CERT_DIR stand in for the system's CAs, CARTORIO_REGISTRY_CA adds private ones to them.
- A body is never decompressed, and one that comes compressed is refused: nobody asked for it.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import urllib.request
from collections import Counter
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import httpx

from guardrails.trust.errors import Malformed, Unavailable, quoted
from guardrails.trust.mirrors import Origin

if TYPE_CHECKING:
    from collections.abc import Mapping

    from guardrails.trust.access import Access
    from guardrails.trust.limits import Limits

OK: Final = 200

_CONNECTIONS: Final = 16  # at once, to one origin
_ERROR_BYTES: Final = 4096
_HEADERS_WANTED: Final = (
    "content-type",
    "link",
    "location",
    "www-authenticate",
    "retry-after",
    "docker-content-digest",
)


@dataclass(frozen=True, slots=True)
class Answer:
    """A bounded answer.

    Attributes:
        status: its status.
        headers: those that somebody here reads, by lower-case name.
        body: empty unless the status is 200.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked.

    Attributes:
        url: the whole address.
        kind: for the count of round trips: `image`, `tag`, `referrers`, `manifest`, `blob`, `token`.
        limit: the most bytes of a body.
        accept: media types.
        method: GET, HEAD or POST.
        form: the body of a POST.
        authorization: a header's value, or None.
    """

    url: str
    kind: str
    limit: int
    accept: tuple[str, ...] = ("*/*",)
    method: str = "GET"
    form: Mapping[str, str] | None = None
    authorization: str | None = None

    @property
    def origin(self) -> Origin:
        """Whom it is sent to."""
        parts = urlsplit(self.url)
        return Origin(parts.scheme, parts.netloc)


class Transport:
    """Sends requests. Use within one event loop, close at its end.

    Attributes:
        round_trips: how many requests were sent, by kind.
    """

    def __init__(self, access: Access, limits: Limits) -> None:
        self._access = access
        self._limits = limits
        self._clients: dict[tuple[Origin, int], httpx.AsyncClient] = {}
        self._tls: ssl.SSLContext | None = None
        self.round_trips: Counter[str] = Counter()

    async def close(self) -> None:
        """Close all connections."""
        clients, self._clients = self._clients, {}
        await asyncio.gather(*(client.aclose() for client in clients.values()))

    async def send(self, request: Request) -> Answer:
        """Send a request and read the answer.

        Raises:
            Unavailable: no proper answer came.
            Malformed: an answer came whose body is refused unread, or is longer than the limit.
        """
        origin = request.origin
        try:
            async with contextlib.aclosing(await self._open(origin, request)) as response:
                body = b""
                if response.status_code == OK and request.method != "HEAD":
                    body = await _bounded(response, request.limit)
                else:
                    await _drain(response)
                headers = {name: response.headers[name] for name in _HEADERS_WANTED if name in response.headers}
                return Answer(response.status_code, headers, body)
        except (httpx.TransportError, httpx.InvalidURL) as error:
            raise Unavailable(
                f"{origin} does not answer properly: {type(error).__name__}: {quoted(error)}",
                remedy=f"check that the registry at {origin} is up and reachable from here, then try again",
            ) from error

    async def _open(self, origin: Origin, request: Request) -> httpx.Response:
        client = self._client(origin)
        headers = {"accept": ", ".join(request.accept), "accept-encoding": "identity"}
        if request.authorization is not None:
            headers["authorization"] = request.authorization
        built = client.build_request(request.method, request.url, headers=headers, data=request.form)
        self.round_trips[request.kind] += 1
        try:
            return await client.send(built, stream=True)
        except (httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError):
            # A kept connection that the other side has closed by now shows itself only here. The others that are
            # kept may be no better, so this one is asked on a connection of its own.
            self.round_trips["again"] += 1
            return await self._client(origin, kept=0).send(built, stream=True)

    def _client(self, origin: Origin, kept: int = _CONNECTIONS) -> httpx.AsyncClient:
        """One client an origin and pool, made when first needed: loading CA certificates costs more than a request."""
        client = self._clients.get((origin, kept))
        if client is None:
            secure = origin.scheme == "https"
            client = self._clients[origin, kept] = httpx.AsyncClient(
                # The context without certificates trusts nobody: plain http needs none, https through it would fail.
                verify=self._certificates() if secure else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
                trust_env=False,
                proxy=_proxy(origin) if secure else None,
                follow_redirects=False,
                cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),  # none is kept, so none is sent
                timeout=httpx.Timeout(self._limits.image_seconds, connect=self._limits.connect_seconds),
                limits=httpx.Limits(max_connections=_CONNECTIONS, max_keepalive_connections=kept),
            )
        return client

    def _certificates(self) -> ssl.SSLContext:
        if self._tls is None:
            context = httpx.create_ssl_context(trust_env=True)
            if self._access.authorities is not None:
                try:
                    context.load_verify_locations(self._access.authorities)
                except (OSError, ssl.SSLError) as error:
                    raise Unavailable(
                        f"the CAs of CARTORIO_REGISTRY_CA cannot be read: {quoted(error)}",
                        remedy="make CARTORIO_REGISTRY_CA name a file of PEM certificates",
                    ) from error
            self._tls = context
        return self._tls


async def _bounded(response: httpx.Response, limit: int) -> bytes:
    encoding = response.headers.get("content-encoding", "identity")
    if encoding != "identity":
        raise Malformed(f"a body with Content-Encoding {quoted(encoding)}, which nobody asked for")
    length = response.headers.get("content-length", "")
    if length.isdecimal() and len(length) <= 20 and int(length) > limit:  # noqa: PLR2004 -- 64 bits in decimal
        raise Malformed(f"a body of {length} bytes, more than the {limit} that are read")
    body = bytearray()
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) > limit:
            raise Malformed(f"a body of more than the {limit} bytes that are read")
    return bytes(body)


async def _drain(response: httpx.Response) -> None:
    """Read the short body of an error to its end, so that the connection can be used again; leave a long one."""
    read = 0
    async for chunk in response.aiter_raw():
        read += len(chunk)
        if read > _ERROR_BYTES:
            return


def _proxy(origin: Origin) -> str | None:
    proxies = urllib.request.getproxies()
    proxy = proxies.get("https") or proxies.get("all")
    return None if proxy is None or urllib.request.proxy_bypass(origin.host) else proxy
