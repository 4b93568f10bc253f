"""Signatures with short-lived certificates: who a certificate authority of the trust root says that the signer was.

- Certificates: https://github.com/sigstore/fulcio/blob/main/docs/certificate-specification.md and oid-info.md
- Their log: https://www.rfc-editor.org/rfc/rfc6962#section-3.2

The certificate has to have been valid, with everything above it, at every time that a log or timestamp authority
proves for the signature; without such a time it is refused, since anybody may find an old key. Bundles are verified by
sigstore-python as well (`second_opinion`): both have to agree.
"""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING, Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key
from cryptography.x509.oid import ExtendedKeyUsageOID
from cryptography.x509.verification import Criticality, ExtensionPolicy, PolicyBuilder, Store, VerificationError

from guardrails.trust import keys, rekor, timestamps
from guardrails.trust.errors import Malformed, quoted

if TYPE_CHECKING:
    from datetime import datetime

    from guardrails.trust.formats import Claim
    from guardrails.trust.trust_root import TrustRoot

_ISSUER: Final = x509.ObjectIdentifier("1.3.6.1.4.1.57264.1.8")
_ISSUER_1: Final = x509.ObjectIdentifier("1.3.6.1.4.1.57264.1.1")
_OTHER_NAME: Final = x509.ObjectIdentifier("1.3.6.1.4.1.57264.1.7")
_UTF8: Final = 0x0C
_SHORT: Final = 0x80
_SCTS: Final = 8


@dataclass(frozen=True, slots=True)
class Certified:
    """Who signed, and when.

    Attributes:
        issuer: who vouched for them to the certificate authority.
        subject: an e-mail address, URI or name.
        times: proven for the signature, at least one; the earliest first.
        stamped: whether one of them is a timestamp's.
    """

    issuer: str
    subject: str
    times: tuple[datetime, ...]
    stamped: bool


def verify(claim: Claim, root: TrustRoot, now: datetime) -> Certified:
    """Verify all that makes a signature with a certificate count, but for whether the identity is wanted.

    Raises:
        Malformed: something does not hold; the message says what.
    """
    try:
        return _verify(claim, root, now)
    except Malformed:
        raise
    except (
        Exception
    ) as error:  # the parser of certificates raises more kinds than it tells; none may spoil other evidence
        raise Malformed(f"its certificate cannot be read: {type(error).__name__}: {quoted(error)}") from error


def _verify(claim: Claim, root: TrustRoot, now: datetime) -> Certified:
    certificate = _load(claim.material.certificate)
    try:
        key = keys.accepted(certificate.public_key())
    except ValueError as error:
        raise Malformed("its certificate's key cannot be read") from error
    if not claim.made_by(key):
        raise Malformed("it was not made by the key of its certificate")
    stamps, faults = _stamps(claim, root, now)
    logged = rekor.verify(claim, certificate, root, now, stamps)
    times = sorted({*stamps, *([logged.at] if logged.at is not None else [])})
    if not times:
        why = f" ({'; '.join(faults)})" if faults else ""
        raise Malformed(f"nothing proves when it was made, and its certificate counts for minutes only{why}")
    for moment in times:
        issuer = _issuer_at(certificate, root, moment)
        _check_logged_certificate(certificate, issuer, root)
    _check_usage(certificate)
    return Certified(_identity_issuer(certificate), _subject(certificate), tuple(times), bool(stamps))


def _load(der: bytes) -> x509.Certificate:
    try:
        return x509.load_der_x509_certificate(der)
    except ValueError as error:
        try:
            load_der_public_key(der)
        except ValueError:
            raise Malformed("its certificate is not a certificate") from error
        raise Malformed("a bare public key where a certificate belongs") from error


def _stamps(claim: Claim, root: TrustRoot, now: datetime) -> tuple[list[datetime], list[str]]:
    moments: list[datetime] = []
    faults: list[str] = []
    for response in claim.material.timestamps:
        try:
            moments.append(timestamps.verify(response, claim.signature, root, now))
        except Malformed as error:
            faults.append(f"its timestamp: {error}")
    return moments, faults


def _issuer_at(certificate: x509.Certificate, root: TrustRoot, moment: datetime) -> x509.Certificate:
    """The certificate that issued the leaf, all of the chain being valid at a moment.

    Only the root is an anchor: what stands between is verified, not assumed (CVE-2026-24122).
    """
    faults: list[str] = []
    for authority in root.authorities:
        if not authority.window.covers(moment):
            faults.append(f"a certificate authority did not count on {moment.isoformat()}")
            continue
        verifier = (
            PolicyBuilder()
            .store(Store([authority.chain[-1]]))
            .time(moment.astimezone(UTC).replace(tzinfo=None))
            .extension_policies(
                ca_policy=ExtensionPolicy.webpki_defaults_ca().may_be_present(
                    x509.ExtendedKeyUsage, Criticality.NON_CRITICAL, None
                ),
                ee_policy=ExtensionPolicy.webpki_defaults_ee().may_be_present(
                    x509.ExtendedKeyUsage, Criticality.NON_CRITICAL, None
                ),
            )
            .build_client_verifier()
        )
        try:
            chain = verifier.verify(certificate, list(authority.chain[:-1])).chain
        except (VerificationError, x509.UnsupportedGeneralNameType, ValueError) as error:
            faults.append(" ".join(str(error).partition(" (encountered")[0].split()))
            continue
        if all(one.not_valid_before_utc <= moment <= one.not_valid_after_utc for one in chain):
            return chain[1]
        faults.append(f"a certificate above it was not valid on {moment.isoformat()}")
    why = "; ".join(sorted(set(faults))) or "there is none"
    raise Malformed(f"no certificate authority of the trust root stands for its certificate: {why:.300}")


def _check_logged_certificate(certificate: x509.Certificate, issuer: x509.Certificate, root: TrustRoot) -> None:
    """Demand a signed certificate timestamp by a log of the root: certificates issued in secret don't count."""
    try:
        extension = certificate.extensions.get_extension_for_class(x509.PrecertificateSignedCertificateTimestamps)
    except (x509.ExtensionNotFound, ValueError) as error:
        raise Malformed("its certificate has no proof of being in a log of certificates") from error
    issuer_key = issuer.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    body = certificate.tbs_precertificate_bytes
    for stamp in list(extension.value)[:_SCTS]:
        moment = stamp.timestamp.replace(tzinfo=UTC)
        head = struct.pack("!BBQH", 0, 0, round(moment.timestamp() * 1000), 1)
        signed = b"".join(
            (
                head,
                hashlib.sha256(issuer_key).digest(),
                len(body).to_bytes(3, "big"),
                body,
                len(stamp.extension_bytes).to_bytes(2, "big"),
                stamp.extension_bytes,
            )
        )
        for log in root.certificate_logs:
            if log.log_id == stamp.log_id and log.window.covers(moment) and log.key.verifies(stamp.signature, signed):
                return
    raise Malformed("its certificate is in no log of certificates that the trust root knows")


def _check_usage(certificate: x509.Certificate) -> None:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
        extended = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except (x509.ExtensionNotFound, ValueError) as error:
        raise Malformed("its certificate does not say what it is for") from error
    if not usage.digital_signature or ExtendedKeyUsageOID.CODE_SIGNING not in extended:
        raise Malformed("its certificate is not for signing code")


def _identity_issuer(certificate: x509.Certificate) -> str:
    found: list[str] = []
    for oid in (_ISSUER, _ISSUER_1):  # the second is deprecated, and bare text instead of DER
        try:
            value = certificate.extensions.get_extension_for_oid(oid).value
        except x509.ExtensionNotFound:
            continue
        if isinstance(value, x509.UnrecognizedExtension):
            found.append(_utf8(value.value) if oid == _ISSUER else value.value.decode(errors="replace"))
    if len(set(found)) != 1:
        raise Malformed("its certificate names no issuer of the identity, or two")
    return found[0]


def _subject(certificate: x509.Certificate) -> str:
    try:
        names = list(certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value)
    except (x509.ExtensionNotFound, ValueError) as error:
        raise Malformed("its certificate names no subject") from error
    if len(names) != 1:
        raise Malformed(f"its certificate names {len(names)} subjects, where one belongs")
    name = names[0]
    if isinstance(name, x509.RFC822Name | x509.UniformResourceIdentifier):
        return name.value
    if isinstance(name, x509.OtherName) and name.type_id == _OTHER_NAME:
        return _utf8(name.value)
    raise Malformed(f"its certificate names a subject of a kind that is not read ({type(name).__name__})")


def _utf8(der: bytes) -> str:
    """A DER UTF8String."""
    length = der[1] if len(der) > 1 else 0
    start = 2
    if length >= _SHORT:
        start += length - _SHORT
        length = int.from_bytes(der[2:start], "big")
    if der[:1] != bytes([_UTF8]) or len(der) != start + length:
        raise Malformed("its certificate has an identity that is not text")
    try:
        return der[start:].decode()
    except UnicodeDecodeError as error:
        raise Malformed(f"its certificate has an identity that is not UTF-8 ({quoted(der)})") from error
