from __future__ import annotations

import hashlib
import uuid
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from lab.services import moto_server

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.lab import RunningLab

_MESSAGE = b"escritura p\xc3\xbablica"
_HASHES: dict[str, Callable[[], hashes.HashAlgorithm]] = {
    "256": hashes.SHA256,
    "384": hashes.SHA384,
    "512": hashes.SHA512,
}
_CASES = [
    ("ECC_NIST_P256", "ECDSA_SHA_256"),
    ("ECC_NIST_P384", "ECDSA_SHA_384"),
    ("ECC_NIST_P521", "ECDSA_SHA_512"),
    ("ECC_SECG_P256K1", "ECDSA_SHA_256"),
    ("RSA_2048", "RSASSA_PKCS1_V1_5_SHA_256"),
    ("RSA_2048", "RSASSA_PKCS1_V1_5_SHA_512"),
    ("RSA_2048", "RSASSA_PSS_SHA_256"),
    ("RSA_2048", "RSASSA_PSS_SHA_384"),
]


def _digest(algorithm: str, message: bytes = _MESSAGE) -> bytes:
    return hashlib.new(f"sha{algorithm.rpartition('_')[2]}", message).digest()


def _verify(public_key: bytes, signature: bytes, algorithm: str) -> None:
    key = serialization.load_der_public_key(public_key)
    chosen = _HASHES[algorithm.rpartition("_")[2]]()
    if isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(signature, _MESSAGE, ec.ECDSA(chosen))
        return
    assert isinstance(key, rsa.RSAPublicKey)
    if "PSS" in algorithm:
        key.verify(signature, _MESSAGE, padding.PSS(padding.MGF1(chosen), padding.PSS.AUTO), chosen)
    else:
        key.verify(signature, _MESSAGE, padding.PKCS1v15(), chosen)


@pytest.fixture(scope="module")
def kms(lab: RunningLab) -> Any:  # noqa: ANN401  boto3 makes its clients at run time
    return lab.aws("kms")


def _key(kms: Any, spec: str) -> str:  # noqa: ANN401  as above
    key: str = kms.create_key(KeySpec=spec, KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
    return key


@pytest.mark.parametrize(("spec", "algorithm"), _CASES)
def test_a_signed_digest_verifies_against_its_message(kms: Any, spec: str, algorithm: str) -> None:  # noqa: ANN401
    key = _key(kms, spec)
    signature = kms.sign(KeyId=key, Message=_digest(algorithm), MessageType="DIGEST", SigningAlgorithm=algorithm)[
        "Signature"
    ]
    _verify(kms.get_public_key(KeyId=key)["PublicKey"], signature, algorithm)
    # The same signature, told to KMS in both ways.
    for message, kind in ((_digest(algorithm), "DIGEST"), (_MESSAGE, "RAW")):
        answer = kms.verify(
            KeyId=key, Message=message, MessageType=kind, SigningAlgorithm=algorithm, Signature=signature
        )
        assert answer["SignatureValid"] is True


@pytest.mark.parametrize(("spec", "algorithm"), _CASES)
def test_raw_messages_are_signed_as_before(kms: Any, spec: str, algorithm: str) -> None:  # noqa: ANN401
    key = _key(kms, spec)
    signature = kms.sign(KeyId=key, Message=_MESSAGE, SigningAlgorithm=algorithm)["Signature"]
    _verify(kms.get_public_key(KeyId=key)["PublicKey"], signature, algorithm)


def test_another_digest_does_not_verify(kms: Any) -> None:  # noqa: ANN401
    key = _key(kms, "ECC_NIST_P256")
    signature = kms.sign(KeyId=key, Message=_digest("_256"), MessageType="DIGEST", SigningAlgorithm="ECDSA_SHA_256")[
        "Signature"
    ]
    foreign = kms.get_public_key(KeyId=_key(kms, "ECC_NIST_P256"))["PublicKey"]
    with pytest.raises(InvalidSignature):
        _verify(foreign, signature, "ECDSA_SHA_256")
    answer = kms.verify(
        KeyId=key,
        Message=_digest("_256", b"another"),
        MessageType="DIGEST",
        SigningAlgorithm="ECDSA_SHA_256",
        Signature=signature,
    )
    assert answer["SignatureValid"] is False


@pytest.mark.parametrize(("spec", "algorithm"), [("ECC_NIST_P256", "ECDSA_SHA_256"), _CASES[5]])
def test_a_digest_of_another_length_is_refused_as_aws_does(kms: Any, spec: str, algorithm: str) -> None:  # noqa: ANN401
    with pytest.raises(ClientError, match="Digest is invalid length") as caught:
        kms.sign(KeyId=_key(kms, spec), Message=b"x" * 20, MessageType="DIGEST", SigningAlgorithm=algorithm)
    assert caught.value.response["Error"]["Code"] == "ValidationException"


def test_a_message_type_that_the_lab_does_not_know_is_refused(kms: Any) -> None:  # noqa: ANN401
    with pytest.raises(ClientError, match="EXTERNAL_MU is not supported"):
        kms.sign(
            KeyId=_key(kms, "ECC_NIST_P256"),
            Message=b"x" * 64,
            MessageType="EXTERNAL_MU",
            SigningAlgorithm="ECDSA_SHA_256",
        )


def test_cosign_signs_with_the_labs_kms_and_verifies(lab: RunningLab, kms: Any, tmp_path: Path) -> None:  # noqa: ANN401
    kms.create_alias(AliasName="alias/tests-services-cosign", TargetKeyId=_key(kms, "ECC_NIST_P256"))
    reference, bundle, blob = "awskms:///alias/tests-services-cosign", tmp_path / "bundle.json", tmp_path / "blob"
    blob.write_bytes(_MESSAGE)
    public = tmp_path / "key.pub"
    public.write_text(lab.run("cosign", "public-key", "--key", reference))
    offline = ("--use-signing-config=false", "--tlog-upload=false", "--yes")
    lab.run("cosign", "sign-blob", "--key", reference, *offline, "--bundle", str(bundle), str(blob))
    known = ("--key", str(public), "--bundle", str(bundle), "--insecure-ignore-tlog")
    lab.run("cosign", "verify-blob", *known, str(blob))
    blob.write_bytes(b"another")
    with pytest.raises(AssertionError, match="cosign verify-blob"):
        lab.run("cosign", "verify-blob", *known, str(blob))


def test_a_replica_has_aliases_and_a_kind_of_its_own(lab: RunningLab) -> None:
    here, there, alias = lab.aws("kms"), lab.aws("kms", "us-east-1"), f"alias/tests-{uuid.uuid4().hex[:8]}"
    key_id = here.create_key(MultiRegion=True)["KeyMetadata"]["KeyId"]
    here.create_alias(AliasName=alias, TargetKeyId=key_id)
    here.replicate_key(KeyId=key_id, ReplicaRegion="us-east-1")
    assert alias not in {one["AliasName"] for one in there.list_aliases()["Aliases"]}
    there.create_alias(AliasName=alias, TargetKeyId=key_id)
    there.delete_alias(AliasName=alias)
    assert alias in {one["AliasName"] for one in here.list_aliases()["Aliases"]}
    kinds = [
        kms.describe_key(KeyId=key_id)["KeyMetadata"]["MultiRegionConfiguration"]["MultiRegionKeyType"]
        for kms in (there, here)
    ]
    assert kinds == ["REPLICA", "PRIMARY"]


def test_policies_that_aws_manages_can_be_attached(lab: RunningLab) -> None:
    iam, name = lab.aws("iam"), f"tests-services-{uuid.uuid4().hex[:8]}"
    arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    iam.create_role(RoleName=name, AssumeRolePolicyDocument='{"Version": "2012-10-17", "Statement": []}')
    iam.attach_role_policy(RoleName=name, PolicyArn=arn)
    (attached,) = iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
    assert attached["PolicyArn"] == arn
    iam.detach_role_policy(RoleName=name, PolicyArn=arn)
    iam.delete_role(RoleName=name)


class TestSeam:
    def test_a_place_that_has_moved_is_named(self) -> None:
        class Moved:
            pass

        with pytest.raises(moto_server.SeamError, match=r"moto 5\..* has no Moved.sign any more"):
            moto_server._replace(Moved, "sign", lambda original: original)

    def test_a_patch_without_effect_is_noticed(self) -> None:
        # In this process nothing is patched: moto still hashes digests.
        with pytest.raises(moto_server.SeamError, match="still hashes digests"):
            moto_server._check()
