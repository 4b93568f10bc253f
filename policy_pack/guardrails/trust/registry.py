"""A reader of OCI registries that believes none of them.

https://github.com/opencontainers/distribution-spec/blob/main/spec.md. Content is asked for by digest and its digest
recomputed; a tag is asked for once, and what came is what is meant. How a registry is reached and let in by is
`client`'s business, what content means `documents`' and the formats'.

How often a registry is asked, for an image with one bundle: the image, its list of referrers, and the bundle's manifest
and content: 4, which is the fewest that the protocol allows when nothing is known; cosign's legacy tag is a fifth
question, since no list names it, and with its content takes 3. Only where an authority of the rule can have signed is
asked (`formats` in trust.yaml). Where there is no referrers API, a repository is asked once, and the fallback tag takes
its place. Nothing is asked twice: there is no ping and no HEAD before a GET.
"""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Final, Self

from guardrails.trust.addresses import next_page
from guardrails.trust.client import Client, Place, Question
from guardrails.trust.connection import OK
from guardrails.trust.documents import MANIFEST_TYPES, OCI_INDEX, Descriptor, Index, Manifest, parse
from guardrails.trust.errors import Malformed, Unavailable, quoted
from guardrails.trust.layout import Layout
from guardrails.trust.reference import Digest

if TYPE_CHECKING:
    from collections import Counter
    from types import TracebackType

    from guardrails.trust.access import Access
    from guardrails.trust.cache import Cache
    from guardrails.trust.limits import Limits
    from guardrails.trust.mirrors import Origin
    from guardrails.trust.reference import Repository
    from guardrails.trust.transport import Answer

_ABSENT: Final = frozenset({404})
_NO_REFERRERS_API: Final = frozenset({400, 404, 405, 501})  # the specification says 404; older registries vary
_BAD_REQUEST: Final = 400
_DIGEST_HEADER: Final = "docker-content-digest"


class Registry:
    """Reads manifests, referrers and blobs. Use as an async context manager; safe for concurrent use in its loop.

    Every method raises `Unavailable` when the registry does not answer or denies access, and `Malformed` when it
    answers something that is refused. Times are not bounded here but by the caller (`asyncio.timeout`), because only
    a bound around everything also stops a registry that sends one byte at a time.
    """

    def __init__(self, access: Access, limits: Limits, cache: Cache | None = None) -> None:
        self._access = access
        self._limits = limits
        self._cache = cache
        self._client = Client(access, limits)
        self._without_api: set[Place] = set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.close()

    @property
    def round_trips(self) -> Counter[str]:
        """How many requests were sent, by kind: image, tag, referrers, manifest, blob; redirect, token, again."""
        return self._client.round_trips

    def origin(self, repository: Repository) -> Origin:
        """Say where a repository is read from."""
        return self._access.mirrors.locate(repository.domain)

    async def resolve(self, repository: Repository, tag: str) -> Digest:
        """Find the digest that a tag points to now. What the tag points to later is another question.

        HEAD and GET are both asked, at once: a registry that tells its readers different things (CVE-2022-47633) is
        found out here, before anybody verifies the one and deploys the other.
        """
        origin = self.origin(repository)
        missing = Malformed(f"{origin} has no tag {quoted(tag)} in {repository.path}")
        if origin.is_layout:
            found = self._layout(repository).manifest(tag, self._limits.document_bytes)
            if found is None:
                raise missing
            parse(*self._sound(found), self._limits.entries)
            return Digest.of(found[0])
        limit = self._limits.document_bytes
        head, got = await asyncio.gather(
            *(
                self._client.ask(
                    self._place(repository),
                    Question(f"manifests/{tag}", "resolve", limit, MANIFEST_TYPES, _ABSENT, method),
                )
                for method in ("HEAD", "GET")
            )
        )
        if got.status != OK:
            raise missing
        parse(*self._sound((got.body, got.headers.get("content-type", ""))), self._limits.entries)
        digest = Digest.of(got.body)
        for method, answer in (("HEAD", head), ("GET", got)):
            said = answer.headers.get(_DIGEST_HEADER)
            if answer.status != OK or (said is not None and said != str(digest)):
                raise Malformed(
                    f"{origin} answers {method} of tag {quoted(tag)} with {quoted(said or answer.status)} "
                    f"and GET with {digest}"
                )
        return digest

    async def image(self, repository: Repository, digest: Digest) -> Manifest | Index | None:
        """Read the manifest or index with this digest, or None if the registry has none."""
        found = await self._manifest(repository, str(digest), "image")
        if found is None:
            return None
        _check_digest(digest, found[0])
        return parse(*self._sound(found), self._limits.entries)

    async def tagged(self, repository: Repository, tag: str) -> Manifest | Index | None:
        """Read what a tag points to, or None. Nothing vouches for it: its content has to prove itself."""
        found = await self._manifest(self._access.signatures_of(repository), tag, "tag")
        return None if found is None else parse(*self._sound(found), self._limits.signatures)

    async def artifact(self, repository: Repository, descriptor: Descriptor) -> Manifest:
        """Read the manifest that a list of referrers points to."""
        if descriptor.media_type not in MANIFEST_TYPES:
            raise Malformed(f"a referrer of media type {quoted(descriptor.media_type)}")
        body, content_type = await self._described(repository, "manifests", descriptor, self._limits.evidence_bytes)
        manifest = parse(*self._sound((body, content_type)), self._limits.signatures)
        if manifest.media_type != descriptor.media_type:
            raise Malformed(f"media type confusion: listed as {descriptor.media_type}, is {manifest.media_type}")
        if isinstance(manifest, Index):
            raise Malformed("an index where the manifest of a signature belongs")
        return manifest

    async def blob(self, repository: Repository, descriptor: Descriptor, largest: int | None = None) -> bytes:
        """Read a blob of the size and digest described, of at most `largest` bytes (or `Limits.evidence_bytes`)."""
        limit = self._limits.evidence_bytes if largest is None else largest
        return (await self._described(repository, "blobs", descriptor, limit))[0]

    async def referrers(self, repository: Repository, digest: Digest) -> tuple[Descriptor, ...] | None:
        """List what refers to a digest by the referrers API; None where the registry does not have that API."""
        repository = self._access.signatures_of(repository)
        if self.origin(repository).is_layout:
            listed = {
                "schemaVersion": 2,
                "mediaType": OCI_INDEX,
                "manifests": self._layout(repository).referrers(digest),
            }
            page = parse(json.dumps(listed).encode(), OCI_INDEX, self._limits.signatures)
            return page.manifests if isinstance(page, Index) else None
        place = self._place(repository)
        if place in self._without_api:
            return None
        path = f"referrers/{digest}"
        found: list[Descriptor] = []
        query = ""
        for _ in range(self._limits.pages):
            answer = await self._client.ask(
                place,
                Question(path + query, "referrers", self._limits.document_bytes, (OCI_INDEX,), _NO_REFERRERS_API),
            )
            if answer.status != OK:
                if answer.status != _BAD_REQUEST:  # that may be about this digest; the others are about the API
                    self._without_api.add(place)
                return None
            page = parse(*self._sound(_typed(answer)), self._limits.signatures)
            if not isinstance(page, Index):
                raise Malformed("the list of referrers is not an index")
            found.extend(page.manifests)
            if len(found) > self._limits.signatures:
                raise Malformed(f"more than the {self._limits.signatures} referrers that are read")
            link = answer.headers.get("link")
            if link is None:
                return tuple(found)
            query = next_page(link, place.url(path))
        raise Malformed(f"the list of referrers has more than {self._limits.pages} pages")

    async def _manifest(self, repository: Repository, name: str, kind: str) -> tuple[bytes, str] | None:
        limit = self._limits.document_bytes
        if self.origin(repository).is_layout:
            return self._layout(repository).manifest(name, limit)
        question = Question(f"manifests/{name}", kind, limit, MANIFEST_TYPES, _ABSENT)
        answer = await self._client.ask(self._place(repository), question)
        return _typed(answer) if answer.status == OK else None

    async def _described(
        self, repository: Repository, kind: str, descriptor: Descriptor, largest: int
    ) -> tuple[bytes, str]:
        """Content by digest, from the cache if it is there, with the media type that it came with."""
        if descriptor.size > largest:
            raise Malformed(f"{descriptor.size} bytes, more than the {largest} that are read")
        cached = None if self._cache is None else self._cache.content(descriptor.digest, descriptor.size)
        if cached is not None and len(cached) == descriptor.size:
            return cached, descriptor.media_type
        repository = self._access.signatures_of(repository)
        if self.origin(repository).is_layout:
            found = self._layout(repository).content(descriptor.digest, descriptor.size)
            if found is None:
                raise Unavailable(
                    f"{self.origin(repository)} lacks {descriptor.digest}, which it lists itself",
                    remedy="copy the image and its signatures into the layout again",
                )
            body, content_type = found, descriptor.media_type
        else:
            accept = (descriptor.media_type,) if kind == "manifests" else ("*/*",)
            question = Question(f"{kind}/{descriptor.digest}", kind.removesuffix("s"), descriptor.size, accept)
            body, content_type = _typed(await self._client.ask(self._place(repository), question))
        if len(body) != descriptor.size:
            raise Malformed(f"{len(body)} bytes where {descriptor.size} were announced")
        _check_digest(descriptor.digest, body)
        self._sound((body, content_type))
        # A manifest is kept if it came as what it is listed as: that is how it will be read from the cache.
        if self._cache is not None and (kind == "blobs" or content_type == descriptor.media_type):
            self._cache.keep_content(body, descriptor.digest)
        return body, content_type

    def _place(self, repository: Repository) -> Place:
        return Place(self.origin(repository), repository.path)

    def _layout(self, repository: Repository) -> Layout:
        return Layout.find(self.origin(repository).host, repository.path, self._limits)

    def _sound(self, found: tuple[bytes, str]) -> tuple[bytes, str]:
        """Refuse what is small and would be large once parsed: counting commas and brackets costs nothing."""
        body = found[0]
        values = body.count(b",") + body.count(b"[") + body.count(b"{")
        if values > self._limits.json_values:
            raise Malformed(f"JSON of some {values} values, more than the {self._limits.json_values} that are read")
        return found


def _typed(answer: Answer) -> tuple[bytes, str]:
    return answer.body, answer.headers.get("content-type", "")


def _check_digest(digest: Digest, body: bytes) -> None:
    if not digest.matches(body):
        raise Malformed(f"the registry sent {Digest.of(body, digest.algorithm)} when asked for {digest}")
