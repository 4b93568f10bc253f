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
    purpose could take 25 times its size, so documents of more than `json_values` values are not parsed at all.
    """

    document_bytes: int = _MIB
    """An image's own manifest or index, or a list of referrers; real ones are below 100 KiB."""
    evidence_bytes: int = 64 * _KIB
    """The manifest or content of one signature; cosign's are below 20 KiB."""
    attestation_bytes: int = 3 * _MIB
    """One attestation, where a rule asks for any: SBOMs are large."""
    image_attestation_bytes: int = 3 * _MIB
    """All that is larger than `evidence_bytes` of one image together, where a rule asks for attestations."""
    platforms: int = 32
    """Images of an index that are judged one by one, where a rule asks for that."""
    json_values: int = 50_000
    """Values in a manifest, an index or a token service's answer; 256 platforms with all their fields are 5,000."""
    entries: int = 256
    """Layers or platforms of the image itself."""
    signatures: int = 64
    """Layers of a legacy signature manifest, and referrers, of one image."""
    pages: int = 4
    """Pages of one referrers list."""
    layout_files: int = 4096
    """Files of an OCI layout that are looked at for signatures that it does not list."""
    redirects: int = 3
    connect_seconds: float = 5.0
    image_seconds: float = 20.0
    """All that is fetched for one image, from first to last byte."""
    run_seconds: float = 120.0
    """All the images of one call together; what is not read by then is an error, however many there are."""
    remembered_seconds: float = 86_400.0
    """How long evidence that sufficed may be judged again without asking the registry whether it is still there."""
    retry_after_seconds: float = 5.0
    """The longest that a registry's Retry-After is waited for; a longer one is an error at once."""
    retries: int = 2
    """How often a request is repeated because the registry asked for it (429, or 503, with Retry-After)."""
    helper_seconds: float = 10.0
    """What a credential helper, or AWS, may take to give credentials."""
    token_bytes: int = 64 * _KIB
    """The answer of a token service or credential helper."""
    parallel_images: int = 8
    parallel_documents: int = 8
