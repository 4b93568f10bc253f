"""A reader of OCI registries that believes none of them.

https://github.com/opencontainers/distribution-spec/blob/main/spec.md. Content is asked for by digest and its digest
recomputed; bodies are read up to a bound and never decompressed; where a registry may send us (redirects, further
pages, token services) is checked before we go. What the content means is `documents`' and the formats' business.

Decisions:
- Proxies of the environment (HTTPS_PROXY, NO_PROXY) are used for https, where they can only carry the tunnel; never
  for loopback mirrors. `.netrc` is not read: no credential is sent that nobody configured for this. SSL_CERT_FILE
  and SSL_CERT_DIR name private CAs.
- A registry that demands credentials is an error: logging in is not implemented, and nothing is sent anywhere.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import re
import ssl
import urllib.request
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self
from urllib.parse import urljoin, urlsplit

import httpx

from guardrails.trust.documents import MANIFEST_TYPES, OCI_INDEX, Descriptor, Index, Manifest, parse
from guardrails.trust.errors import Malformed, Unavailable, quoted
from guardrails.trust.mirrors import Mirrors, Origin, is_loopback
from guardrails.trust.reference import Digest

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from types import TracebackType

    from guardrails.trust.limits import Limits
    from guardrails.trust.reference import Repository

_OK: Final = 200
_MOVED: Final = frozenset({301, 302, 303, 307, 308})
_DENIED: Final = frozenset({401, 403})
_ABSENT: Final = 404
_NO_REFERRERS_API: Final = frozenset({400, 404, 405, 501})  # the specification says 404; older registries vary
_NEXT_RE: Final = re.compile(r'\s*<([^<>]*)>\s*;\s*rel="?next"?\s*', re.ASCII | re.IGNORECASE)
_HTTPS_PORT: Final = 443


@dataclass(frozen=True, slots=True)
class _Answer:
    """A bounded body with the two headers that matter; `body` is None for an accepted absence."""

    status: int
    content_type: str
    link: str | None
    body: bytes


class Registry:
    """Reads manifests, referrers and blobs. Use as an async context manager; safe for concurrent use in its loop.

    Every method raises `Unavailable` when the registry does not answer or denies access, and `Malformed` when it
    answers something that is refused. Times are not bounded here but by the caller (`asyncio.timeout`), because only
    a bound around everything also stops a registry that sends one byte at a time.
    """

    def __init__(self, mirrors: Mirrors, limits: Limits) -> None:
        self._mirrors = mirrors
        self._limits = limits
        self._clients: dict[Origin, httpx.AsyncClient] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        clients, self._clients = self._clients, {}
        await asyncio.gather(*(client.aclose() for client in clients.values()))

    def origin(self, repository: Repository) -> Origin:
        """Say where a repository is read from."""
        return self._mirrors.locate(repository.domain)

    async def image(self, repository: Repository, digest: Digest) -> Manifest | Index | None:
        """Read the manifest or index with this digest, or None if the registry has none."""
        answer = await self._get(
            repository, f"manifests/{digest}", self._limits.document_bytes, accept=MANIFEST_TYPES, absent={_ABSENT}
        )
        if answer.status == _ABSENT:
            return None
        _check_digest(digest, answer.body)
        return parse(answer.body, answer.content_type, self._limits.entries)

    async def tagged(self, repository: Repository, tag: str) -> Manifest | Index | None:
        """Read what a tag points to, or None. Nothing vouches for it: its content has to prove itself."""
        answer = await self._get(
            repository, f"manifests/{tag}", self._limits.document_bytes, accept=MANIFEST_TYPES, absent={_ABSENT}
        )
        if answer.status == _ABSENT:
            return None
        return parse(answer.body, answer.content_type, self._limits.signatures)

    async def artifact(self, repository: Repository, descriptor: Descriptor) -> Manifest:
        """Read the manifest that a list of referrers points to."""
        if descriptor.media_type not in MANIFEST_TYPES:
            raise Malformed(f"a referrer of media type {quoted(descriptor.media_type)}")
        body, content_type = await self._described(repository, "manifests", descriptor)
        manifest = parse(body, content_type, self._limits.signatures)
        if manifest.media_type != descriptor.media_type:
            raise Malformed(f"media type confusion: listed as {descriptor.media_type}, is {manifest.media_type}")
        if isinstance(manifest, Index):
            raise Malformed("an index where the manifest of a signature belongs")
        return manifest

    async def blob(self, repository: Repository, descriptor: Descriptor) -> bytes:
        """Read a blob of at most `Limits.evidence_bytes` whose size and digest are the descriptor's."""
        return (await self._described(repository, "blobs", descriptor))[0]

    async def referrers(self, repository: Repository, digest: Digest) -> tuple[Descriptor, ...] | None:
        """List what refers to a digest by the referrers API; None where the registry does not have that API."""
        path = f"referrers/{digest}"
        found: list[Descriptor] = []
        query = ""
        for _ in range(self._limits.pages):
            answer = await self._get(
                repository,
                path + query,
                self._limits.document_bytes,
                accept=(OCI_INDEX,),
                absent=_NO_REFERRERS_API,
            )
            if answer.status != _OK:
                return None
            page = parse(answer.body, answer.content_type, self._limits.signatures)
            if not isinstance(page, Index):
                raise Malformed("the list of referrers is not an index")
            found.extend(page.manifests)
            if len(found) > self._limits.signatures:
                raise Malformed(f"more than the {self._limits.signatures} referrers that are read")
            if answer.link is None:
                return tuple(found)
            query = _next_page(answer.link, self._url(repository, path))
        raise Malformed(f"the list of referrers has more than {self._limits.pages} pages")

    async def _described(self, repository: Repository, kind: str, descriptor: Descriptor) -> tuple[bytes, str]:
        if descriptor.size > self._limits.evidence_bytes:
            raise Malformed(f"{descriptor.size} bytes, more than the {self._limits.evidence_bytes} that are read")
        accept = (descriptor.media_type,) if kind == "manifests" else ("*/*",)
        answer = await self._get(repository, f"{kind}/{descriptor.digest}", descriptor.size, accept=accept)
        if len(answer.body) != descriptor.size:
            raise Malformed(f"{len(answer.body)} bytes where {descriptor.size} were announced")
        _check_digest(descriptor.digest, answer.body)
        return answer.body, answer.content_type

    def _url(self, repository: Repository, path: str) -> str:
        return f"{self.origin(repository)}/v2/{repository.path}/{path}"

    async def _get(
        self,
        repository: Repository,
        path: str,
        limit: int,
        *,
        accept: tuple[str, ...],
        absent: frozenset[int] | set[int] = frozenset(),
    ) -> _Answer:
        """GET with redirects under control; statuses in `absent` are answers, all others but 200 are errors."""
        url = self._url(repository, path)
        for _ in range(self._limits.redirects + 1):
            async with self._opened(url, accept) as response:
                if response.status_code in _MOVED:
                    url = _redirected(url, response.headers.get("location"))
                    continue
                if response.status_code != _OK and response.status_code not in absent:
                    raise _refusal(url, response)
                return _Answer(
                    response.status_code,
                    response.headers.get("content-type", ""),
                    response.headers.get("link"),
                    await _bounded(response, limit) if response.status_code == _OK else b"",
                )
        raise Malformed(f"more than {self._limits.redirects} redirects, the last to {quoted(url)}")

    @contextlib.asynccontextmanager
    async def _opened(self, url: str, accept: tuple[str, ...]) -> AsyncIterator[httpx.Response]:
        parts = urlsplit(url)
        origin = Origin(parts.scheme, parts.netloc)
        headers = {"accept": ", ".join(accept), "accept-encoding": "identity"}
        try:
            async with contextlib.aclosing(await self._send(origin, url, headers)) as response:
                yield response
        except (httpx.TransportError, httpx.InvalidURL) as error:
            raise Unavailable(
                f"{origin} does not answer properly: {type(error).__name__}: {quoted(error)}",
                remedy=f"check that the registry at {origin} is up and reachable from here, then try again",
            ) from error

    async def _send(self, origin: Origin, url: str, headers: dict[str, str]) -> httpx.Response:
        client = self._client(origin)
        try:
            return await client.send(client.build_request("GET", url, headers=headers), stream=True)
        except (httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError):
            # A kept connection that the other side has closed by now shows itself only here; a fresh one tells.
            return await client.send(client.build_request("GET", url, headers=headers), stream=True)

    def _client(self, origin: Origin) -> httpx.AsyncClient:
        """One pooled client an origin, made when first needed: loading CA certificates costs more than a request."""
        client = self._clients.get(origin)
        if client is None:
            secure = origin.scheme == "https"
            client = self._clients[origin] = httpx.AsyncClient(
                # The context without certificates trusts nobody: plain http needs none, https through it would fail.
                verify=httpx.create_ssl_context(trust_env=True) if secure else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
                trust_env=False,
                proxy=_proxy(origin) if secure else None,
                follow_redirects=False,
                timeout=httpx.Timeout(self._limits.image_seconds, connect=self._limits.connect_seconds),
                limits=httpx.Limits(max_connections=16, max_keepalive_connections=16),
            )
        return client


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


def _check_digest(digest: Digest, body: bytes) -> None:
    if not digest.matches(body):
        raise Malformed(f"the registry sent {Digest.of(body, digest.algorithm)} when asked for {digest}")


def _redirected(url: str, location: str | None) -> str:
    """Where a redirect leads, if it may be followed.

    Registries send blobs' readers to their object store. Such a target has to be https on its standard port and not
    an address literal or name of a private place; plain http may only stay at the very same loopback mirror. Names
    are not resolved here: an object store behind a VPC endpoint is private and legitimate, TLS proves its name, and
    requests carry no credentials.
    """
    if not location:
        raise Malformed("a redirect to nowhere")
    try:
        target = urljoin(url, location)
        here, there = urlsplit(url), urlsplit(target)
        host, port = there.hostname or "", there.port
    except ValueError as error:
        raise Malformed(f"a redirect to {quoted(location)}, which is not a URL") from error
    if (here.scheme, here.netloc) == (there.scheme, there.netloc):
        return target
    if there.scheme != "https" or "@" in there.netloc:
        raise Malformed(f"a redirect to {quoted(target)}: only https without credentials is followed")
    if port not in {None, _HTTPS_PORT} or _is_private(host):
        raise Malformed(f"a redirect to {quoted(target)}: private addresses and odd ports are not followed")
    return target


def _is_private(host: str) -> bool:
    if is_loopback(host) or "." not in host.strip("."):
        return True
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        # A name. Numbers in dress (127.1, 0x7f.1) are taken by some resolvers as addresses; real names end in letters.
        return not host.rstrip(".").rpartition(".")[2].isalpha()


def _next_page(link: str, url: str) -> str:
    """The query of the next page, which has to be a page of the same list at the same registry."""
    match = _NEXT_RE.fullmatch(link)
    if match is None:
        raise Malformed(f"an unreadable Link header {quoted(link)}")
    try:
        here, there = urlsplit(url), urlsplit(urljoin(url, match[1]))
    except ValueError as error:
        raise Malformed(f"an unreadable Link header {quoted(link)}") from error
    if (here.scheme, here.netloc, here.path) != (there.scheme, there.netloc, there.path) or not there.query:
        raise Malformed(f"a Link header that leads elsewhere: {quoted(match[1])}")
    return f"?{there.query}"


def _refusal(url: str, response: httpx.Response) -> Unavailable:
    status, origin = response.status_code, "://".join(urlsplit(url)[:2])
    if status in _DENIED:
        asked = quoted(response.headers.get("www-authenticate", "no WWW-Authenticate header"))
        return Unavailable(
            f"{origin} answered {status}: it asks for credentials ({asked}), and logging in is not supported",
            remedy="make the repository readable from here without credentials, or name a mirror in "
            "CARTORIO_REGISTRY_MIRRORS",
        )
    if status == _ABSENT:
        return Unavailable(
            f"{origin} answered 404 for content that it lists itself", remedy="push the image and its signatures again"
        )
    return Unavailable(f"{origin} answered {status}", remedy=f"see why the registry at {origin} fails, then try again")


def _proxy(origin: Origin) -> str | None:
    proxies = urllib.request.getproxies()
    proxy = proxies.get("https") or proxies.get("all")
    return None if proxy is None or urllib.request.proxy_bypass(origin.host) else proxy
