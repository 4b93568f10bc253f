"""A private sigstore of the tests' own: certificate authority, logs of certificates and signatures, timestamps.

Real cryptography over the real formats, made offline: what Fulcio, Rekor and a timestamp authority would answer, and on
purpose also what they never would. Formats: see `guardrails.trust.keyless`, `rekor` and `timestamps`.
"""

from __future__ import annotations

import base64
import hashlib
import json
import struct
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from asn1crypto import algos, cms, core, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.x509.oid import ExtendedKeyUsageOID

from tests.support.signing import encode

NOW = datetime(2024, 6, 1, 12, tzinfo=UTC)
"""When the tests verify; what is signed is signed in the minutes before."""
START = datetime(2024, 1, 1, tzinfo=UTC)
END = datetime(2034, 1, 1, tzinfo=UTC)
ISSUER = "https://login.cartorio.example"
SUBJECT = "https://ci.cartorio.example/release@refs/heads/main"
IN_TOTO = "application/vnd.in-toto+json"

_SHA256 = ec.ECDSA(hashes.SHA256())
_SPKI = serialization.PublicFormat.SubjectPublicKeyInfo
_SCTS = x509.ObjectIdentifier("1.3.6.1.4.1.11129.2.4.2")
_ISSUER_OID = x509.ObjectIdentifier("1.3.6.1.4.1.57264.1.8")


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def der_of(key: Any) -> bytes:  # noqa: ANN401 -- any public key
    found: bytes = key.public_bytes(serialization.Encoding.DER, _SPKI)
    return found


def pem_of(what: Any) -> bytes:  # noqa: ANN401 -- a certificate or any public key
    if isinstance(what, x509.Certificate):
        return what.public_bytes(serialization.Encoding.PEM)
    found: bytes = what.public_bytes(serialization.Encoding.PEM, _SPKI)
    return found


def pae(payload: bytes, kind: str = IN_TOTO) -> bytes:
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind.encode(), len(payload), payload)


def _key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@dataclass(frozen=True)
class Leaf:
    """A certificate with its key."""

    private: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    def sign(self, message: bytes) -> bytes:
        return self.private.sign(message, _SHA256)

    @property
    def verifier(self) -> Any:  # noqa: ANN401 -- see pem_of
        return self.certificate

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.DER)


@dataclass(frozen=True)
class Authority:
    """Who issues certificates."""

    private: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @classmethod
    def root(cls, name: str, start: datetime = START, end: datetime = END) -> Authority:
        private = _key()
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        return cls(private, _ca(subject, subject, private.public_key(), private, start, end))

    def intermediate(self, name: str, start: datetime = START, end: datetime = END) -> Authority:
        private = _key()
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        made = _ca(subject, self.certificate.subject, private.public_key(), self.private, start, end)
        return Authority(private, made)

    def timestamper(self, start: datetime = START, end: datetime = END) -> Leaf:
        private = _key()
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "timestamps")])
        builder = _builder(name, self.certificate.subject, private.public_key(), self.private, start, end)
        return Leaf(private, builder.add_extension(usage, critical=True).sign(self.private, hashes.SHA256()))


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    public: ec.EllipticCurvePublicKey,
    signer: ec.EllipticCurvePrivateKey,
    start: datetime,
    end: datetime,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder(issuer, subject, public, x509.random_serial_number(), start, end)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    )


def _ca(*arguments: Any) -> x509.Certificate:  # noqa: ANN401 -- passed on
    usage = dict.fromkeys(
        (
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    usages = x509.KeyUsage(digital_signature=False, key_cert_sign=True, crl_sign=True, **usage)
    return (
        _builder(*arguments)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(usages, critical=True)
        .sign(arguments[3], hashes.SHA256())
    )


class Tree:
    """A Merkle tree with company for every entry: https://www.rfc-editor.org/rfc/rfc6962#section-2.1."""

    def __init__(self, body: bytes, index: int, size: int) -> None:
        self.index, self.size = index, size
        self.leaves = [body if number == index else b"leaf %d" % number for number in range(size)]

    @property
    def root(self) -> bytes:
        return self._root(self.leaves)

    @property
    def path(self) -> list[bytes]:
        return self._path(self.index, self.leaves)

    def _root(self, leaves: list[bytes]) -> bytes:
        if len(leaves) == 1:
            return hashlib.sha256(b"\0" + leaves[0]).digest()
        middle = self._middle(leaves)
        return hashlib.sha256(b"\1" + self._root(leaves[:middle]) + self._root(leaves[middle:])).digest()

    def _path(self, index: int, leaves: list[bytes]) -> list[bytes]:
        if len(leaves) == 1:
            return []
        middle = self._middle(leaves)
        if index < middle:
            return [*self._path(index, leaves[:middle]), self._root(leaves[middle:])]
        return [*self._path(index - middle, leaves[middle:]), self._root(leaves[:middle])]

    @staticmethod
    def _middle(leaves: list[bytes]) -> int:
        return 1 << (len(leaves) - 1).bit_length() - 1


@dataclass
class Instance:
    """All of it; `logged` is what the logs would have: every body by its place."""

    root: Authority = field(default_factory=lambda: Authority.root("root"))
    issuing: Authority = field(init=False)
    tsa_root: Authority = field(default_factory=lambda: Authority.root("timestamp root"))
    tsa: Leaf = field(init=False)
    certificates: ec.EllipticCurvePrivateKey = field(default_factory=_key)
    rekor: ec.EllipticCurvePrivateKey = field(default_factory=_key)
    rekor2: ed25519.Ed25519PrivateKey = field(default_factory=ed25519.Ed25519PrivateKey.generate)

    def __post_init__(self) -> None:
        self.issuing = self.root.intermediate("issuing")
        self.tsa = self.tsa_root.timestamper()

    @property
    def rekor_id(self) -> bytes:
        return hashlib.sha256(der_of(self.rekor.public_key())).digest()

    @property
    def rekor2_id(self) -> bytes:
        return hashlib.sha256(b"log2.example\n\1" + self.rekor2.public_key().public_bytes_raw()).digest()

    def trusted_root(self) -> dict[str, Any]:
        """`trusted_root.json`, parsed."""
        window = {"start": START.isoformat().replace("+00:00", "Z")}

        def key(public: Any, details: str, log_id: bytes, url: str) -> dict[str, Any]:  # noqa: ANN401 -- see der_of
            return {
                "baseUrl": url,
                "hashAlgorithm": "SHA2_256",
                "publicKey": {"rawBytes": b64(der_of(public)), "keyDetails": details, "validFor": {**window}},
                "logId": {"keyId": b64(log_id)},
            }

        def authority(uri: str, *chain: x509.Certificate) -> dict[str, Any]:
            encoded = [{"rawBytes": b64(one.public_bytes(serialization.Encoding.DER))} for one in chain]
            subject = {"organization": "cartorio", "commonName": uri}
            return {"subject": subject, "uri": uri, "certChain": {"certificates": encoded}, "validFor": {**window}}

        p256 = "PKIX_ECDSA_P256_SHA_256"
        ct_id = hashlib.sha256(der_of(self.certificates.public_key())).digest()
        return {
            "mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
            "tlogs": [
                key(self.rekor.public_key(), p256, self.rekor_id, "https://log.example"),
                key(self.rekor2.public_key(), "PKIX_ED25519", self.rekor2_id, "https://log2.example"),
            ],
            "certificateAuthorities": [
                authority("https://ca.example", self.issuing.certificate, self.root.certificate)
            ],
            "ctlogs": [key(self.certificates.public_key(), p256, ct_id, "https://ct.example")],
            "timestampAuthorities": [authority("https://tsa.example", self.tsa.certificate, self.tsa_root.certificate)],
        }

    def leaf(
        self,
        subject: str = SUBJECT,
        issuer: str = ISSUER,
        start: datetime = NOW - timedelta(minutes=5),
        *,
        by: Authority | None = None,
        logged: bool = True,
        private: ec.EllipticCurvePrivateKey | None = None,
        usage: x509.ObjectIdentifier = ExtendedKeyUsageOID.CODE_SIGNING,
    ) -> Leaf:
        """What Fulcio gives somebody for ten minutes."""
        by = by or self.issuing
        private = private or _key()
        none = dict.fromkeys(
            (
                "content_commitment",
                "key_encipherment",
                "data_encipherment",
                "key_agreement",
                "key_cert_sign",
                "crl_sign",
            ),
            False,
        )
        usages = x509.KeyUsage(digital_signature=True, encipher_only=False, decipher_only=False, **none)
        name = (
            x509.RFC822Name(subject)
            if "@" in subject and "/" not in subject
            else x509.UniformResourceIdentifier(subject)
        )
        told = x509.UnrecognizedExtension(_ISSUER_OID, core.UTF8String(issuer).dump())
        end = start + timedelta(minutes=10)
        builder = (
            _builder(x509.Name([]), by.certificate.subject, private.public_key(), by.private, start, end)
            .add_extension(usages, critical=True)
            .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
            .add_extension(x509.SubjectAlternativeName([name]), critical=True)
            .add_extension(told, critical=False)
        )
        if logged:
            before = builder.sign(by.private, hashes.SHA256())
            stamps = self._certificate_stamps(before.tbs_certificate_bytes, by, start)
            builder = builder.add_extension(x509.UnrecognizedExtension(_SCTS, stamps), critical=False)
        return Leaf(private, builder.sign(by.private, hashes.SHA256()))

    def _certificate_stamps(self, body: bytes, by: Authority, at: datetime) -> bytes:
        """https://www.rfc-editor.org/rfc/rfc6962#section-3.2 and 3.3, in DER."""
        moment = int(at.timestamp() * 1000)
        issuer = hashlib.sha256(der_of(by.private.public_key())).digest()
        signed = struct.pack("!BBQH", 0, 0, moment, 1) + issuer + len(body).to_bytes(3, "big") + body + b"\0\0"
        signature = self.certificates.sign(signed, _SHA256)
        log_id = hashlib.sha256(der_of(self.certificates.public_key())).digest()
        stamp = b"\0" + log_id + struct.pack("!QHBBH", moment, 0, 4, 3, len(signature)) + signature
        listed = len(stamp).to_bytes(2, "big") + stamp
        return core.OctetString(len(listed).to_bytes(2, "big") + listed).dump()  # type: ignore[no-any-return]

    def timestamp(self, signature: bytes, at: datetime = NOW - timedelta(minutes=1), by: Leaf | None = None) -> bytes:
        """A TimeStampResp (RFC 3161) for a signature."""
        by = by or self.tsa
        sha256 = algos.DigestAlgorithm({"algorithm": "sha256"})
        info = tsp.TSTInfo(
            {
                "version": "v1",
                "policy": "1.3.6.1.4.1.57264.2",
                "message_imprint": {"hash_algorithm": sha256, "hashed_message": hashlib.sha256(signature).digest()},
                "serial_number": x509.random_serial_number(),
                "gen_time": at,
            }
        ).dump()
        certificate = asn1_x509.Certificate.load(by.der)
        attributes = cms.CMSAttributes(
            [
                {"type": "content_type", "values": ["tst_info"]},
                {"type": "message_digest", "values": [hashlib.sha256(info).digest()]},
                {"type": "signing_time", "values": [cms.Time({"utc_time": at})]},
                {
                    "type": "signing_certificate_v2",
                    "values": [{"certs": [{"cert_hash": hashlib.sha256(by.der).digest()}]}],
                },
            ]
        )
        signer = {
            "version": "v1",
            "sid": cms.SignerIdentifier(
                {"issuer_and_serial_number": {"issuer": certificate.issuer, "serial_number": certificate.serial_number}}
            ),
            "digest_algorithm": sha256,
            "signed_attrs": attributes,
            "signature_algorithm": {"algorithm": "sha256_ecdsa"},
            "signature": by.sign(attributes.untag().dump()),
        }
        data = {
            "version": "v3",
            "digest_algorithms": [sha256],
            "encap_content_info": {"content_type": "tst_info", "content": core.ParsableOctetString(info)},
            "certificates": [certificate],
            "signer_infos": [signer],
        }
        token = {"content_type": "signed_data", "content": cms.SignedData(data)}
        response = tsp.TimeStampResp({"status": {"status": "granted"}, "time_stamp_token": token})
        return response.dump()  # type: ignore[no-any-return]

    def promise(self, body: bytes, at: datetime, index: int = 3) -> bytes:
        """Rekor v1's signed entry timestamp."""
        payload = {
            "body": b64(body),
            "integratedTime": int(at.timestamp()),
            "logID": self.rekor_id.hex(),
            "logIndex": index,
        }
        return self.rekor.sign(encode(payload), _SHA256)

    def entry(
        self, body: bytes, at: datetime = NOW - timedelta(minutes=1), *, index: int = 3, size: int = 7
    ) -> dict[str, Any]:
        """What a bundle has of an entry of Rekor v1, or of v2 if the body is of its kind."""
        told = json.loads(body)
        second = told["apiVersion"] == "0.0.2" and told["kind"] != "intoto"
        tree = Tree(body, index, size)
        origin = "log2.example" if second else "log.example - 42"
        note = f"{origin}\n{size}\n{b64(tree.root)}\n"
        log_id = self.rekor2_id if second else self.rekor_id
        signature = self.rekor2.sign(note.encode()) if second else self.rekor.sign(note.encode(), _SHA256)
        name = origin.partition(" - ")[0]
        entry = {
            "logIndex": str(index),
            "logId": {"keyId": b64(log_id)},
            "kindVersion": {"kind": told["kind"], "version": told["apiVersion"]},
            "inclusionProof": {
                "logIndex": str(index),
                "rootHash": b64(tree.root),
                "treeSize": str(size),
                "hashes": [b64(one) for one in tree.path],
                "checkpoint": {"envelope": f"{note}\n\u2014 {name} {b64(log_id[:4] + signature)}\n"},
            },
            "canonicalizedBody": b64(body),
        }
        if not second:
            entry["integratedTime"] = str(int(at.timestamp()))
            entry["inclusionPromise"] = {"signedEntryTimestamp": b64(self.promise(body, at, index))}
        return entry
