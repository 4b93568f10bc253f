"""What a registry holds about an image: signatures as fetched, unjudged, with everything that could not be fetched.

Fetching and judging are apart so that a verdict is a pure function of evidence, policy and time. Nothing here decides
anything: a source that fails becomes an item of the evidence saying so. Formats: see `formats`.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, TypeVar

from guardrails.trust.documents import Index, Manifest
from guardrails.trust.errors import Malformed, Unavailable, quoted

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Mapping

    from guardrails.trust.documents import Descriptor
    from guardrails.trust.limits import Limits
    from guardrails.trust.reference import Digest, Repository
    from guardrails.trust.registry import Registry

_T = TypeVar("_T")

SIMPLE_SIGNING: Final = "application/vnd.dev.cosign.simplesigning.v1+json"
ENVELOPE: Final = "application/vnd.dsse.envelope.v1+json"
BUNDLE: Final = "application/vnd.dev.sigstore.bundle.v0.3+json"

ABSENT: Final = "absent"
RECORDED: Final = "recorded"

_SIGNATURE: Final = "dev.cosignproject.cosign/signature"
_REFERENCE_TYPE: Final = "vnd.docker.reference.type"
_NO_PLATFORM: Final = "unknown/unknown"
"""What BuildKit's attestation manifests have, which an index lists beside its images: together, nothing runs them.

The annotation alone is nothing to a runtime, which goes by the platform.
"""


@dataclass(frozen=True, slots=True)
class SimpleSigning:
    """A legacy signature.

    Attributes:
        source: where it was found.
        payload: the raw bytes that were signed.
        signature: the base64 signature over them, from the layer's annotation.
        annotations: all of the layer's: certificate, chain, log entry and timestamp, if it has any (`material`).
    """

    source: str
    payload: bytes
    signature: str
    annotations: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LegacyAttestation:
    """A DSSE envelope from cosign's `.att` tag, with the annotations of its layer."""

    source: str
    envelope: bytes
    annotations: Mapping[str, str] = field(default_factory=dict)


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


Item = SimpleSigning | LegacyAttestation | BundleDocument | Unusable | Unreachable


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that was found out about one image.

    Attributes:
        image: what the registry has under the digest: "image", "index", "absent"; "recorded" for one that a rehearsal
            has signed and not fetched (`recorded`); or why that is unusable or unknown.
        items: in a fixed order (by source), whatever order the registry listed or answered in.
        platforms: of an index, where they were asked for: the digest and evidence of each image that it lists.
    """

    image: str | Unusable | Unreachable
    items: tuple[Item, ...]
    platforms: tuple[tuple[Digest, Evidence], ...] = ()

    @property
    def weight(self) -> int:
        """The bytes that there are to judge."""
        own = 0
        for item in self.items:
            if isinstance(item, SimpleSigning):
                own += len(item.payload)
            elif isinstance(item, LegacyAttestation):
                own += len(item.envelope)
            elif isinstance(item, BundleDocument):
                own += len(item.document)
        return own + sum(found.weight for _, found in self.platforms)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for.

    Attributes:
        attestations: whether the rule asks for any: then also cosign's `.att` tag is read, and larger documents.
        platforms: whether the rule asks for evidence about the images that an index lists.
        legacy: whether to look where cosign's older format is kept.
        bundles: whether to look for bundles.
    """

    attestations: bool = False
    platforms: bool = False
    legacy: bool = True
    bundles: bool = True


async def gather(
    registry: Registry, repository: Repository, digest: Digest, limits: Limits, wanted: Wanted
) -> Evidence:
    """Fetch the evidence about one image within `Limits.image_seconds`. Does not raise for what a registry does.

    Args:
        registry: where to ask.
        repository: of the image.
        digest: of the image.
        limits: how much to take.
        wanted: what to look for.
    """
    deadline = asyncio.get_running_loop().time() + limits.image_seconds
    collector = _Collector(registry, repository, digest, deadline, limits, attestations=wanted.attestations)
    found, *parts = await asyncio.gather(
        collector.image(),
        *((collector.legacy(),) if wanted.legacy else ()),
        *((collector.legacy_attestations(),) if wanted.legacy and wanted.attestations else ()),
        *((collector.bundles(),) if wanted.bundles else ()),
    )
    items = tuple(sorted((item for part in parts for item in part), key=lambda item: item.source))
    if isinstance(found, Unusable | Unreachable):
        return Evidence(found, items)
    kind = ABSENT if found is None else "index" if isinstance(found, Index) else "image"
    if not wanted.platforms or not isinstance(found, Index):
        return Evidence(kind, items)
    listed = sorted({one.digest for one in found.manifests if not _is_beside(one)}, key=str)
    if len(listed) > limits.platforms:
        return Evidence(
            Unusable("the image", f"an index of {len(listed)} images, more than are judged one by one"), items
        )
    own = replace(wanted, platforms=False)
    children = [(one, await gather(registry, repository, one, limits, own)) for one in listed]
    return Evidence(kind, items, tuple(children))


def _is_beside(listed: Descriptor) -> bool:
    return listed.platform == _NO_PLATFORM and listed.annotations.get(_REFERENCE_TYPE) is not None


class _Collector:
    def __init__(
        self,
        registry: Registry,
        repository: Repository,
        digest: Digest,
        deadline: float,
        limits: Limits,
        *,
        attestations: bool,
    ) -> None:
        self._registry = registry
        self._repository = repository
        self._digest = digest
        self._deadline = deadline
        self._seconds = limits.image_seconds
        self._small = limits.evidence_bytes
        self._largest = limits.attestation_bytes if attestations else limits.evidence_bytes
        self._left = limits.image_attestation_bytes
        self._slots = asyncio.Semaphore(limits.parallel_documents)

    async def image(self) -> Manifest | Index | Unusable | Unreachable | None:
        """What is under the digest itself; None if there is nothing."""
        return await self._guarded("the image", self._registry.image(self._repository, self._digest))

    async def legacy(self) -> list[Item]:
        """The signatures under cosign's `.sig` tag."""
        return await self._legacy("sig", self._simple_signing)

    async def legacy_attestations(self) -> list[Item]:
        """The attestations under cosign's `.att` tag."""
        return await self._legacy("att", self._envelope)

    async def _legacy(self, suffix: str, read: Callable[[str, Descriptor], Coroutine[None, None, Item]]) -> list[Item]:
        tag = self._digest.cosign_tag(suffix)
        if tag is None:  # a SHA-512 digest: no such tag can exist
            return []
        found = await self._guarded(f"tag {tag}", self._registry.tagged(self._repository, tag))
        if found is None:
            return []
        if isinstance(found, Unusable | Unreachable):
            return [found]
        if isinstance(found, Index):
            return [Unusable(f"tag {tag}", "an index where a manifest of signatures belongs")]
        return list(
            await asyncio.gather(*(read(f"tag {tag}, layer {n}", one) for n, one in enumerate(found.layers, 1)))
        )

    async def _simple_signing(self, source: str, layer: Descriptor) -> Item:
        if layer.media_type != SIMPLE_SIGNING:
            return Unusable(source, f"{quoted(layer.media_type)} is not a signature's media type")
        signature = layer.annotations.get(_SIGNATURE)
        if not signature:
            return Unusable(source, f"the annotation {_SIGNATURE} is missing")
        payload = await self._content(source, layer)
        if isinstance(payload, Unusable | Unreachable):
            return payload
        return SimpleSigning(source, payload, signature, layer.annotations)

    async def _envelope(self, source: str, layer: Descriptor) -> Item:
        if layer.media_type != ENVELOPE:
            return Unusable(source, f"{quoted(layer.media_type)} is not an attestation's media type")
        envelope = await self._content(source, layer)
        if isinstance(envelope, Unusable | Unreachable):
            return envelope
        return LegacyAttestation(source, envelope, layer.annotations)

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
        document = await self._content(source, manifest.layers[0])
        if isinstance(document, Unusable | Unreachable):
            return document
        return BundleDocument(source, document)

    async def _content(self, source: str, descriptor: Descriptor) -> bytes | Unusable | Unreachable:
        """A blob; large ones together within what one image may hold. Small ones, signatures, are never crowded out."""
        if self._small < descriptor.size <= self._largest:
            if descriptor.size > self._left:
                return Unusable(source, "the attestations of this image are larger than what is read altogether")
            self._left -= descriptor.size
        return await self._guarded(source, self._registry.blob(self._repository, descriptor, self._largest))

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
