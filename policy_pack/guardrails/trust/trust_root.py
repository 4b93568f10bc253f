"""Trust roots: whose certificates, log entries and timestamps count, and in which time.

https://github.com/sigstore/protobuf-specs/blob/main/protos/sigstore_trustroot.proto, as JSON ("trusted_root.json"):
the public good instance publishes one, a private instance writes its own. `cryptography` is imported here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from cryptography import x509

from guardrails.trust import keys, strict_json
from guardrails.trust._fields import an_object, data, objects
from guardrails.trust.errors import Malformed, Unavailable, quoted

if TYPE_CHECKING:
    from pathlib import Path

    from guardrails.trust.key_source import FileSource

_MEDIA_TYPES: Final = frozenset(
    {
        "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
        "application/vnd.dev.sigstore.trustedroot.v0.1+json",
        "application/vnd.dev.sigstore.trustedroot.v0.2+json",
    }
)
_KNOWN: Final = frozenset({"mediaType", "tlogs", "certificateAuthorities", "ctlogs", "timestampAuthorities"})
_BYTES: Final = 1024 * 1024
_MOST: Final = 64
_MOST_CERTIFICATES: Final = 8


@dataclass(frozen=True, slots=True)
class Window:
    """When something counts; both ends are inclusive, as in sigstore's clients."""

    start: datetime
    end: datetime | None

    def covers(self, moment: datetime) -> bool:
        """Say whether a moment is in it."""
        return self.start <= moment and (self.end is None or moment <= self.end)


@dataclass(frozen=True, slots=True)
class CertificateAuthority:
    """A chain of certificates, the issuing one first, its root last."""

    chain: tuple[x509.Certificate, ...]
    window: Window


@dataclass(frozen=True, slots=True)
class Log:
    """A transparency log, of signatures or of certificates."""

    log_id: bytes
    key: keys.PublicKey
    window: Window


@dataclass(frozen=True, slots=True)
class TrustRoot:
    """A parsed trust root, with the document it was read from."""

    document: bytes = field(repr=False)
    logs: tuple[Log, ...]
    certificate_logs: tuple[Log, ...]
    authorities: tuple[CertificateAuthority, ...]
    timestamp_authorities: tuple[CertificateAuthority, ...]


def load(source: FileSource, folder: Path) -> TrustRoot:
    """Read a trust root's file.

    Raises:
        Unavailable: it cannot be read.
        Malformed: it is not a trust root.
    """
    path = folder / source.path
    try:
        with path.open("rb") as stream:
            document = stream.read(_BYTES + 1)
    except OSError as error:
        raise Unavailable(
            f"the trust root {path} cannot be read ({error.strerror})",
            remedy=f"put the instance's trusted_root.json at {path}, or correct trust.yaml",
        ) from error
    if len(document) > _BYTES:
        raise Malformed(f"{path} is too large for a trust root")
    try:
        return parse(document)
    except Malformed as error:
        raise Malformed(f"the trust root {path}: {error}") from error


def parse(document: bytes) -> TrustRoot:
    """Read a trust root.

    Raises:
        Malformed: it is none, or has something in it that cannot be used: half a root would trust less than its
            author meant, and say something misleading.
    """
    body = strict_json.load_object(document, _KNOWN)
    if body.get("mediaType") not in _MEDIA_TYPES:
        raise Malformed(f"media type {quoted(body.get('mediaType'))} is not a trust root's")
    return TrustRoot(
        document,
        logs=tuple(_log(entry, "tlogs") for entry in objects(body, "tlogs", _MOST)),
        certificate_logs=tuple(_log(entry, "ctlogs") for entry in objects(body, "ctlogs", _MOST)),
        authorities=tuple(_authority(entry) for entry in objects(body, "certificateAuthorities", _MOST)),
        timestamp_authorities=tuple(_authority(entry) for entry in objects(body, "timestampAuthorities", _MOST)),
    )


def _log(entry: dict[str, Any], where: str) -> Log:
    public = an_object(entry, "publicKey")
    # Rekor v2 signs checkpoints with a key whose id is not its hash: the root says which id is meant.
    given = entry.get("checkpointKeyId") or an_object(entry, "logId")
    if not isinstance(given, dict):
        raise Malformed(f"{where}: 'checkpointKeyId' is not an object")
    der = data(public.get("rawBytes"), "public key")
    try:
        key = keys.from_pkcs1(der) if public.get("keyDetails") == "PKCS1_RSA_PKCS1V5" else keys.from_der(der)
    except Malformed as error:
        raise Malformed(f"{where}: {error}") from error
    return Log(data(given.get("keyId"), "log's id"), key, _window(public, where))


def _authority(entry: dict[str, Any]) -> CertificateAuthority:
    listed = objects(an_object(entry, "certChain"), "certificates", _MOST_CERTIFICATES)
    if not listed:
        raise Malformed("a certificate authority without certificates")
    try:
        chain = tuple(x509.load_der_x509_certificate(data(one.get("rawBytes"), "certificate")) for one in listed)
    except ValueError as error:
        raise Malformed("a certificate authority with something that is no certificate") from error
    return CertificateAuthority(chain, _window(entry, "a certificate authority"))


def _window(parent: dict[str, Any], where: str) -> Window:
    given = an_object(parent, "validFor", frozenset({"start", "end"}))
    start = _moment(given, "start", where)
    if start is None:
        raise Malformed(f"{where}: validFor has no start")
    return Window(start, _moment(given, "end", where))


def _moment(given: dict[str, Any], name: str, where: str) -> datetime | None:
    value = given.get(name)
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise Malformed(f"{where}: validFor.{name} is {quoted(value)}, not a time") from error
    if moment.tzinfo is None:
        raise Malformed(f"{where}: validFor.{name} has no time zone")
    return moment
