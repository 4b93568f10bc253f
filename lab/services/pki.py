"""The lab's certificates: two authorities (the cluster's and etcd's), a certificate for each party, a token key.

Made anew, all of them, when anything is missing, does not belong to its authority or ends within a month; whoever
serves with them is restarted then (the fingerprint of its command contains `Pki.identity`).
Requirements: https://kubernetes.io/docs/setup/best-practices/certificates/
"""

from __future__ import annotations

import datetime as dt
import hashlib
import ipaddress
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from lab.services.files import private_folder, write_private

if TYPE_CHECKING:
    from pathlib import Path

_VALID = dt.timedelta(days=365)
_RENEW_BEFORE = dt.timedelta(days=30)
_CLOCK_SLACK = dt.timedelta(minutes=5)

CLUSTER_CA = "ca"
ETCD_CA = "etcd-ca"
TOKENS = "service-accounts"


@dataclass(frozen=True)
class _Leaf:
    issuer: str
    common_name: str
    organization: str | None = None
    names: tuple[str, ...] = ()  # the DNS names and addresses it serves under; none: it is a client only
    client: bool = True


_LOOPBACK = ("localhost", "127.0.0.1")
_LEAVES = {
    # etcd presents it to itself as a peer, hence also as a client.
    "etcd": _Leaf(ETCD_CA, "etcd", names=_LOOPBACK),
    "etcd-client": _Leaf(ETCD_CA, "kube-apiserver"),
    "kube-apiserver": _Leaf(
        CLUSTER_CA,
        "kube-apiserver",
        names=(
            *_LOOPBACK,
            "10.96.0.1",  # the first address of the service range: `kubernetes.default.svc`
            "kubernetes",
            "kubernetes.default",
            "kubernetes.default.svc",
            "kubernetes.default.svc.cluster.local",
        ),
        client=False,
    ),
    "kube-controller-manager": _Leaf(CLUSTER_CA, "system:kube-controller-manager", names=_LOOPBACK),
    "kube-scheduler": _Leaf(CLUSTER_CA, "system:kube-scheduler", names=_LOOPBACK),
    # kwok stands for the kubelets of all nodes at once; no identity of a single node covers that.
    "kwok": _Leaf(CLUSTER_CA, "kwok", organization="system:masters"),
    # Flux's controllers, where they run (lab/services/gitops.py).
    "flux": _Leaf(CLUSTER_CA, "flux", organization="system:masters"),
    "admin": _Leaf(CLUSTER_CA, "lab-admin", organization="system:masters"),
}


@dataclass(frozen=True)
class Pki:
    """The lab's certificates as files (PEM, keys in PKCS#8, mode 0600).

    Attributes:
        folder: where they are.
        identity: differs whenever they were made anew (SHA-256 of both authorities, hexadecimal).
    """

    folder: Path
    identity: str

    def certificate(self, name: str) -> Path:
        """The certificate of an authority or a party."""
        return self.folder / f"{name}.crt"

    def key(self, name: str) -> Path:
        """The private key of an authority, a party or `TOKENS`."""
        return self.folder / f"{name}.key"

    @property
    def tokens_public(self) -> Path:
        """The public key that service account tokens are verified with."""
        return self.folder / f"{TOKENS}.pub"


def ensure(folder: Path) -> Pki:
    """The certificates in `folder`, made when they are missing or no longer good."""
    if not _good(folder):
        _make(folder)
    digest = hashlib.sha256()
    for authority in (CLUSTER_CA, ETCD_CA):
        digest.update((folder / f"{authority}.crt").read_bytes())
    return Pki(folder, digest.hexdigest())


def _good(folder: Path) -> bool:
    limit = dt.datetime.now(dt.UTC) + _RENEW_BEFORE
    try:
        authorities = {name: _load(folder, name) for name in (CLUSTER_CA, ETCD_CA)}
        for name, leaf in _LEAVES.items():
            certificate = _load(folder, name)
            certificate.verify_directly_issued_by(authorities[leaf.issuer])
            if certificate.not_valid_after_utc < limit:
                return False
        tokens = serialization.load_pem_public_key((folder / f"{TOKENS}.pub").read_bytes())
        if tokens != _load_key(folder, TOKENS).public_key():
            return False
    except (OSError, ValueError, TypeError, InvalidSignature):
        return False
    return all(authority.not_valid_after_utc >= limit for authority in authorities.values())


def _load(folder: Path, name: str) -> x509.Certificate:
    certificate = x509.load_pem_x509_certificate((folder / f"{name}.crt").read_bytes())
    if _load_key(folder, name).public_key() != certificate.public_key():
        raise ValueError(f"the key of {name} is not its certificate's")
    return certificate


def _load_key(folder: Path, name: str) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key((folder / f"{name}.key").read_bytes(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError(f"the key of {name} is not on an elliptic curve")
    return key


def _make(folder: Path) -> None:
    # Beside its final place and renamed, so that no mixture of two generations is ever read.
    fresh = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    private_folder(fresh)
    authorities = {name: _make_authority(fresh, name) for name in (CLUSTER_CA, ETCD_CA)}
    for name, leaf in _LEAVES.items():
        _make_leaf(fresh, name, leaf, *authorities[leaf.issuer])
    tokens = ec.generate_private_key(ec.SECP256R1())
    _write_key(fresh, TOKENS, tokens)
    public = tokens.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    write_private(fresh / f"{TOKENS}.pub", public)
    shutil.rmtree(folder, ignore_errors=True)
    fresh.rename(folder)


def _make_authority(folder: Path, name: str) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"cartorio-lab-{name}")])
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    certificate = (
        _builder(subject, subject, key)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(authority=True), critical=True)
        .add_extension(identifier, critical=False)
        .sign(key, hashes.SHA256())
    )
    _write_key(folder, name, key)
    _write_certificate(folder, name, certificate)
    return certificate, key


def _make_leaf(
    folder: Path, name: str, leaf: _Leaf, issuer: x509.Certificate, issuer_key: ec.EllipticCurvePrivateKey
) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    attributes = [x509.NameAttribute(NameOID.COMMON_NAME, leaf.common_name)]
    if leaf.organization is not None:
        attributes.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, leaf.organization))
    purposes = [ExtendedKeyUsageOID.CLIENT_AUTH] if leaf.client else []
    if leaf.names:
        purposes.append(ExtendedKeyUsageOID.SERVER_AUTH)
    builder = (
        _builder(x509.Name(attributes), issuer.subject, key)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(authority=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()),
            critical=False,
        )
    )
    if leaf.names:
        builder = builder.add_extension(
            x509.SubjectAlternativeName([_general_name(text) for text in leaf.names]), critical=False
        )
    _write_key(folder, name, key)
    _write_certificate(folder, name, builder.sign(issuer_key, hashes.SHA256()))


def _builder(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCK_SLACK)
        .not_valid_after(now + _VALID)
    )


def _usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        key_cert_sign=authority,
        crl_sign=authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _general_name(text: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(text))
    except ValueError:
        return x509.DNSName(text)


def _write_certificate(folder: Path, name: str, certificate: x509.Certificate) -> None:
    write_private(folder / f"{name}.crt", certificate.public_bytes(serialization.Encoding.PEM))


def _write_key(folder: Path, name: str, key: ec.EllipticCurvePrivateKey) -> None:
    write_private(
        folder / f"{name}.key",
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()),
    )
