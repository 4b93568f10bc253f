"""Public keys: loaded from PEM files and AWS KMS, identified by what they are, and the signatures they verify.

Heavy libraries (cryptography, boto3) are imported here, and this module is imported only when a signature has to be
verified. Which hash goes with which key follows sigstore's algorithm registry:
https://github.com/sigstore/architecture-docs/blob/main/algorithm-registry.md
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
    load_pem_public_key,
)

from guardrails.trust.errors import Malformed, Unavailable, quoted
from guardrails.trust.key_source import FileSource, KeySource, KmsSource

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from mypy_boto3_kms import KMSClient

_CURVES: Final[Mapping[str, hashes.HashAlgorithm]] = {
    "secp256r1": hashes.SHA256(),
    "secp384r1": hashes.SHA384(),
    "secp521r1": hashes.SHA512(),
}
_RSA_BITS: Final = range(2048, 8193)
_PEM_BYTES: Final = 64 * 1024
_SIGNATURE_BYTES: Final = 1024  # RSA 8192
_KMS_SECONDS: Final = 5


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A public key that signatures are verified with.

    Attributes:
        fingerprint: SHA-256 of the DER SubjectPublicKeyInfo, hex: the key's identity. The same key read from two
            places or encodings has one fingerprint, and counts once.
        kind: for people: "P-256", "RSA 3072".
    """

    fingerprint: str
    kind: str
    _key: ec.EllipticCurvePublicKey | rsa.RSAPublicKey = field(repr=False, compare=False)

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Say whether this is the key's signature over exactly these bytes.

        ECDSA takes the curve's own hash (P-256 with SHA-256, P-384 with SHA-384, P-521 with SHA-512) and DER
        signatures; RSA takes SHA-256 with PKCS#1 v1.5 or PSS, since KMS keys sign with either.
        """
        if not 0 < len(signature) <= _SIGNATURE_BYTES:
            return False
        if isinstance(self._key, ec.EllipticCurvePublicKey):
            return _holds(self._key.verify, signature, message, ec.ECDSA(_CURVES[self._key.curve.name]))
        digest = hashes.SHA256()
        pss = padding.PSS(mgf=padding.MGF1(digest), salt_length=padding.PSS.AUTO)
        return any(_holds(self._key.verify, signature, message, pad, digest) for pad in (padding.PKCS1v15(), pss))


def from_pem(data: bytes) -> PublicKey:
    """Read a PEM public key (SubjectPublicKeyInfo or PKCS#1).

    Raises:
        Malformed: not one PEM public key, or a kind that is not accepted. A certificate is not a public key.
    """
    if data.count(b"-----BEGIN ") != 1:
        raise Malformed("a PEM file with exactly one public key is expected")
    try:
        return _accepted(load_pem_public_key(data))
    except (ValueError, UnsupportedAlgorithm) as error:
        raise Malformed("not a PEM public key (`cosign public-key --key <key>` prints one)") from error


def from_der(data: bytes) -> PublicKey:
    """Read a DER SubjectPublicKeyInfo.

    Raises:
        Malformed: as `from_pem`.
    """
    try:
        return _accepted(load_der_public_key(data))
    except (ValueError, UnsupportedAlgorithm) as error:
        raise Malformed("not a DER public key") from error


def load(source: KeySource, folder: Path) -> PublicKey:
    """Fetch a public key. Blocks; run it in a thread.

    Args:
        source: as parsed from `trust.yaml`.
        folder: what relative file paths start from: the folder of `trust.yaml`.

    Raises:
        Unavailable: the file or the key service cannot be read now.
        Malformed: what was read is not an acceptable key.
    """
    return _load_file(source, folder) if isinstance(source, FileSource) else _load_kms(source)


def _load_file(source: FileSource, folder: Path) -> PublicKey:
    path = folder / source.path
    try:
        with path.open("rb") as stream:
            data = stream.read(_PEM_BYTES + 1)
    except OSError as error:
        raise Unavailable(
            f"{path} cannot be read ({error.strerror})",
            remedy=f"put the PEM public key at {path}, or correct trust.yaml",
        ) from error
    if len(data) > _PEM_BYTES:
        raise Malformed(f"{path} is too large for a public key")
    try:
        return from_pem(data)
    except Malformed as error:
        raise Malformed(f"{path}: {error}") from error


def _load_kms(source: KmsSource) -> PublicKey:
    """Ask KMS for the key's state and its public part.

    `DescribeKey` comes first although KMS itself refuses `GetPublicKey` for a disabled key: its answer tells an
    operator which state the key is in, and stand-ins for KMS don't all refuse.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        client = _kms_client(source)
        metadata = client.describe_key(KeyId=source.key)["KeyMetadata"]
        state, usage = metadata.get("KeyState"), metadata.get("KeyUsage")
        if state != "Enabled":
            raise Unavailable(
                f"the key's state in KMS is {state}, not Enabled",
                remedy=f"enable {source}, or name the key that replaced it in trust.yaml",
            )
        if usage != "SIGN_VERIFY":
            raise Malformed(f"the key's usage in KMS is {usage}; a signing key has SIGN_VERIFY")
        arn = metadata.get("Arn", "")
        if source.region and not arn.startswith(source.key.rpartition(":")[0]):
            raise Malformed(f"KMS answered about {quoted(arn)}, which is of another account or region")
        answer = client.get_public_key(KeyId=arn)  # not by alias: that could lead elsewhere by now
    except ClientError as error:
        what, remedy = _explain(error.response, source)
        raise Unavailable(what, remedy=remedy) from error
    except BotoCoreError as error:
        raise Unavailable(
            f"KMS cannot be asked: {error}",
            remedy="check the AWS region, credentials and endpoint of this shell (AWS_REGION, AWS_ENDPOINT_URL)",
        ) from error
    if answer.get("KeyUsage", usage) != "SIGN_VERIFY":
        raise Malformed(f"the key's usage in KMS is {answer['KeyUsage']}; a signing key has SIGN_VERIFY")
    return from_der(answer["PublicKey"])


def _kms_client(source: KmsSource) -> KMSClient:
    import boto3
    from botocore.config import Config

    config = Config(connect_timeout=_KMS_SECONDS, read_timeout=_KMS_SECONDS, retries={"total_max_attempts": 2})
    # A session of our own: boto3's default one is not safe to create from several threads at once.
    return boto3.session.Session().client(
        "kms",
        # boto3 alone knows only AWS_DEFAULT_REGION; cosign, and every other SDK, reads AWS_REGION first.
        region_name=source.region or os.environ.get("AWS_REGION") or None,
        endpoint_url=f"https://{source.endpoint}" if source.endpoint else None,
        config=config,
    )


def _explain(response: Any, source: KmsSource) -> tuple[str, str]:  # noqa: ANN401 -- botocore's untyped error
    code = str(response.get("Error", {}).get("Code", "unknown error"))
    if code == "NotFoundException":
        return "KMS has no such key", (
            "create the key first: bring the stack up with a release file that names no image, then sign and release "
            f"(locally, `make up` does all of it); or correct {source} in trust.yaml"
        )
    if code in {"AccessDeniedException", "AccessDenied"}:
        return "KMS denies access to the key", f"allow kms:DescribeKey and kms:GetPublicKey on {source}"
    return f"KMS answered {code}", "see the state of the key in KMS, then try again"


def _accepted(key: object) -> PublicKey:
    if isinstance(key, ec.EllipticCurvePublicKey):
        if key.curve.name not in _CURVES:
            raise Malformed(f"curve {key.curve.name} is not accepted: P-256, P-384 and P-521 are")
        return PublicKey(_fingerprint(key), f"P-{key.curve.key_size}", key)
    if isinstance(key, rsa.RSAPublicKey):
        if key.key_size not in _RSA_BITS:
            raise Malformed(f"RSA keys of {key.key_size} bits are not accepted: 2048 to 8192 are")
        return PublicKey(_fingerprint(key), f"RSA {key.key_size}", key)
    raise Malformed(f"{type(key).__name__} is not accepted: use ECDSA (P-256, P-384, P-521) or RSA (2048 bits and up)")


def _fingerprint(key: ec.EllipticCurvePublicKey | rsa.RSAPublicKey) -> str:
    # Encoded anew from the numbers, so that compressed points or odd DER don't make a second identity.
    return hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()


def _holds(verify: Any, *arguments: object) -> bool:  # noqa: ANN401 -- the two key types' verify have unlike signatures
    try:
        verify(*arguments)
    except InvalidSignature:
        return False
    return True
