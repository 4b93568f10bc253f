"""What a registry holds about an image: signatures as fetched, unjudged, with everything that could not be fetched.

Fetching and judging are apart so that a verdict is a pure function of evidence, policy and time. Nothing here decides
anything: a source that fails becomes an item of the evidence saying so. Formats: see `formats`.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

from guardrails.trust.documents import Index, Manifest
from guardrails.trust.errors import Malformed, Unavailable, quoted

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from guardrails.trust.documents import Descriptor
    from guardrails.trust.limits import Limits
    from guardrails.trust.reference import Digest, Repository
    from guardrails.trust.registry import Registry

_T = TypeVar("_T")

SIMPLE_SIGNING: Final = "application/vnd.dev.cosign.simplesigning.v1+json"
BUNDLE: Final = "application/vnd.dev.sigstore.bundle.v0.3+json"

ABSENT: Final = "absent"
RECORDED: Final = "recorded"

_SIGNATURE: Final = "dev.cosignproject.cosign/signature"
_CERTIFICATE: Final = "dev.sigstore.cosign/certificate"


@dataclass(frozen=True, slots=True)
class SimpleSigning:
    """A legacy signature: the payload's raw bytes and the base64 signature over them from the layer's annotation."""

    source: str
    payload: bytes
    signature: str
    has_certificate: bool


@dataclass(frozen=True, slots=True)
class BundleDocument:
    """A sigstore bundle as stored."""

    source: str
    document: bytes


@dataclass(frozen=True, slots=True)
class Unusable:
    """Something that was found and is refused, or of a kind that is not read."""

    source: str
    why: str


@dataclass(frozen=True, slots=True)
class Unreachable:
    """Something that may exist but could not be fetched."""

    source: str
    why: str
    remedy: str


Item = SimpleSigning | BundleDocument | Unusable | Unreachable


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that was found out about one image.

    Attributes:
        image: what the registry has under the digest: "image", "index", "absent"; "recorded" for one that a rehearsal
            has signed and not fetched (`recorded`); or why that is unusable or unknown.
        items: in a fixed order (by source), whatever order the registry listed or answered in.
    """

    image: str | Unusable | Unreachable
    items: tuple[Item, ...]


async def gather(registry: Registry, repository: Repository, digest: Digest, limits: Limits) -> Evidence:
    """Fetch the evidence about one image within `Limits.image_seconds`. Does not raise for what a registry does."""
    loop = asyncio.get_running_loop()
    collector = _Collector(registry, repository, digest, loop.time() + limits.image_seconds, limits)
    image, legacy, bundles = await asyncio.gather(collector.image(), collector.legacy(), collector.bundles())
    return Evidence(image, tuple(sorted((*legacy, *bundles), key=lambda item: (item.source, repr(item)))))


class _Collector:
    def __init__(
        self, registry: Registry, repository: Repository, digest: Digest, deadline: float, limits: Limits
    ) -> None:
        self._registry = registry
        self._repository = repository
        self._digest = digest
        self._deadline = deadline
        self._seconds = limits.image_seconds
        self._slots = asyncio.Semaphore(limits.parallel_documents)

    async def image(self) -> str | Unusable | Unreachable:
        """What is under the digest itself."""
        found = await self._guarded("the image", self._registry.image(self._repository, self._digest))
        if isinstance(found, Unusable | Unreachable):
            return found
        return ABSENT if found is None else "index" if isinstance(found, Index) else "image"

    async def legacy(self) -> list[Item]:
        """The signatures under cosign's `.sig` tag."""
        tag = self._digest.cosign_tag("sig")
        if tag is None:  # a SHA-512 digest: no such tag can exist
            return []
        found = await self._guarded(f"tag {tag}", self._registry.tagged(self._repository, tag))
        if found is None:
            return []
        if isinstance(found, Unusable | Unreachable):
            return [found]
        if isinstance(found, Index):
            return [Unusable(f"tag {tag}", "an index where a manifest of signatures belongs")]
        read = [self._simple_signing(f"tag {tag}, layer {n}", layer) for n, layer in enumerate(found.layers, 1)]
        return list(await asyncio.gather(*read))

    async def _simple_signing(self, source: str, layer: Descriptor) -> Item:
        if layer.media_type != SIMPLE_SIGNING:
            return Unusable(source, f"{quoted(layer.media_type)} is not a signature's media type")
        signature = layer.annotations.get(_SIGNATURE)
        if not signature:
            return Unusable(source, f"the annotation {_SIGNATURE} is missing")
        payload = await self._guarded(source, self._registry.blob(self._repository, layer))
        if isinstance(payload, Unusable | Unreachable):
            return payload
        return SimpleSigning(source, payload, signature, _CERTIFICATE in layer.annotations)

    async def bundles(self) -> list[Item]:
        """The bundles among the referrers, by the API and, where it says nothing, by the fallback tag."""
        listed = await self._guarded("referrers", self._registry.referrers(self._repository, self._digest))
        items: list[Item] = []
        if isinstance(listed, Unusable | Unreachable):
            items.append(listed)
            listed = None
        if not listed:  # some registries answer an empty list although cosign wrote the tag
            tag = self._digest.referrers_tag
            index = await self._guarded(f"tag {tag}", self._registry.tagged(self._repository, tag))
            if isinstance(index, Unusable | Unreachable):
                items.append(index)
            elif isinstance(index, Manifest):
                items.append(Unusable(f"tag {tag}", "a manifest where the index of referrers belongs"))
            listed = index.manifests if isinstance(index, Index) else ()
        # The descriptors' own annotations and artifact types are hints that older writers got wrong: each is opened.
        distinct = {descriptor.digest: descriptor for descriptor in listed}
        items.extend(await asyncio.gather(*(self._bundle(descriptor) for descriptor in distinct.values())))
        return items

    async def _bundle(self, descriptor: Descriptor) -> Item:
        source = f"referrer {descriptor.digest}"
        manifest = await self._guarded(source, self._registry.artifact(self._repository, descriptor))
        if isinstance(manifest, Unusable | Unreachable):
            return manifest
        if manifest.subject is None or manifest.subject.digest != self._digest:
            subject = "nothing" if manifest.subject is None else manifest.subject.digest
            return Unusable(source, f"it is listed for this image but refers to {subject}")
        if len(manifest.layers) != 1 or manifest.layers[0].media_type != BUNDLE:
            kinds = ", ".join(quoted(layer.media_type) for layer in manifest.layers[:3]) or "nothing"
            return Unusable(source, f"it holds {kinds}, not one {BUNDLE}")
        document = await self._guarded(source, self._registry.blob(self._repository, manifest.layers[0]))
        if isinstance(document, Unusable | Unreachable):
            return document
        return BundleDocument(source, document)

    async def _guarded(self, source: str, work: Awaitable[_T]) -> _T | Unusable | Unreachable:
        """Await some reading within the image's deadline; its failure is evidence, not an exception."""
        try:
            async with asyncio.timeout_at(self._deadline), self._slots:
                return await work
        except Malformed as error:
            return Unusable(source, str(error))
        except Unavailable as error:
            return Unreachable(source, error.what, error.remedy)
        except TimeoutError:
            origin = self._registry.origin(self._repository)
            return Unreachable(
                source,
                f"{origin} did not finish answering within {self._seconds:g} s",
                f"see why the registry at {origin} is slow, then try again",
            )
