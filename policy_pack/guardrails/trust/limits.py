"""How much of a registry's time and bytes an image may cost; beyond a limit the answer is refused, never cut short."""

from __future__ import annotations

from dataclasses import dataclass

_KIB = 1024
_MIB = 1024 * _KIB


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes, times in seconds.

    The most that a registry can make one image hold is three documents and, from either kind of signature, `signatures`
    times `evidence_bytes`: 11 MiB, and 88 MiB for the images that are fetched at once. Parsing JSON made for the
    purpose takes some 25 times its size for a moment, one document at a time.
    """

    document_bytes: int = _MIB
    """An image's own manifest or index, or a list of referrers; real ones are below 100 KiB."""
    evidence_bytes: int = 64 * _KIB
    """The manifest or content of one signature; cosign's are below 20 KiB."""
    entries: int = 256
    """Layers or platforms of the image itself."""
    signatures: int = 64
    """Layers of a legacy signature manifest, and referrers, of one image."""
    pages: int = 4
    """Pages of one referrers list."""
    redirects: int = 3
    connect_seconds: float = 5.0
    image_seconds: float = 20.0
    """All that is fetched for one image, from first to last byte."""
    parallel_images: int = 8
    parallel_documents: int = 8
