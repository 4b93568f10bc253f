"""Verdicts on images that the real cosign signed, in a real registry; forged ones are in `test_forgeries`."""

from __future__ import annotations

import asyncio
import base64
import os
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa, x25519

from guardrails.trust import Outcome, TrustPolicyError, Verifier
from tests.support.signing import BUNDLE, OCI_INDEX, OCI_MANIFEST, SIMPLE_SIGNING, Content, Cosign, Signer, sha256
from tests.support.trust import NAME, Scene, Shelf, Trust, failed, judged, named, refused

if TYPE_CHECKING:
    from mypy_boto3_kms.literals import KeySpecType

POLICY = Path(__file__).parents[3] / "policy_pack" / "trust.yaml"

both_formats = pytest.mark.parametrize("legacy", [True, False], ids=["legacy", "bundle"])


@both_formats
def test_what_cosign_signed_is_trusted(
    shelf: Shelf, trust: Trust, cosign: Cosign, signer: Signer, *, legacy: bool
) -> None:
    digest = shelf.image()
    cosign.sign("release", shelf.direct(digest), legacy=legacy)
    verdict = judged(trust.verifier(release=[signer.pem]), digest)
    assert verdict.outcome is Outcome.TRUSTED, verdict
    assert verdict.reference == named(digest)
    assert verdict.digest == digest
    assert verdict.rule == "local/own"
    assert verdict.authorities == ("release",)
    assert verdict.remedy == ""
    assert any(("tag" if legacy else "referrer") in reason for reason in verdict.reasons)


def test_an_unsigned_image_is_refused_with_the_command_that_signs_it(
    shelf: Shelf, trust: Trust, signer: Signer
) -> None:
    digest = shelf.image()
    refused(judged(trust.verifier(release=[signer.pem]), digest), "no signature was found")
    source = "awskms:///alias/release"
    verifier = trust.verifier(release=[signer.pem, {"source": "file:other.pem", "not_after": datetime.now(UTC)}])
    assert f"cosign sign --key <private key of release> {named(digest)}" in judged(verifier, digest).remedy
    assert source not in judged(verifier, digest).remedy


@both_formats
def test_a_signature_by_another_key_is_refused(
    shelf: Shelf, trust: Trust, cosign: Cosign, signer: Signer, *, legacy: bool
) -> None:
    digest = shelf.image()
    cosign.sign("stranger", shelf.direct(digest), legacy=legacy)
    refused(judged(trust.verifier(release=[signer.pem]), digest), "not made by any key that the rule accepts")


@pytest.mark.parametrize("reverse", [False, True])
def test_good_and_bad_signatures_in_either_order_pass(
    shelf: Shelf, trust: Trust, signer: Signer, *, reverse: bool
) -> None:
    content = Content()
    image, other = content.image(), content.image()
    stranger = Signer()
    step = -1 if reverse else 1
    legacy = [signer.simple(image["digest"]), stranger.simple(image["digest"]), signer.simple(other["digest"])][::step]
    bundles = [signer.bundle(image["digest"]), stranger.bundle(image["digest"]), b"{}"][::step]
    tag = image["digest"].replace(":", "-")
    for format_ in ("legacy", "bundle"):
        shelf_content = Content(dict(content.manifests), dict(content.blobs))
        if format_ == "legacy":
            shelf_content.legacy(image["digest"], *legacy)
        else:
            shelf_content.index(*(shelf_content.referrer(image, bundle) for bundle in bundles), tag=tag)
        shelf.push(shelf_content)
        verdict = judged(trust.verifier(release=[signer.pem]), image["digest"])
        assert verdict.outcome is Outcome.TRUSTED, verdict


def test_a_threshold_counts_keys_not_signatures(shelf: Shelf, trust: Trust, cosign: Cosign, signer: Signer) -> None:
    digest = shelf.image()
    second = (cosign.folder / "second.pub").read_bytes()
    two = {"authorities": ["release"], "threshold": 2}
    verifier = trust.verifier(two, release=[signer.pem, second])
    for legacy in (True, False, True):
        cosign.sign("release", shelf.direct(digest), legacy=legacy)
    refused(judged(verifier, digest), "2 distinct keys of release required, 1 signed")
    cosign.sign("second", shelf.direct(digest), legacy=False)
    assert judged(verifier, digest).outcome is Outcome.TRUSTED


def test_one_key_in_two_encodings_or_two_authorities_counts_once(
    shelf: Shelf, trust: Trust, cosign: Cosign, signer: Signer
) -> None:
    digest = shelf.image()
    cosign.sign("release", shelf.direct(digest), legacy=False)
    cosign.sign("release", shelf.direct(digest), legacy=True)
    compressed = _pem_with_compressed_point(signer)
    assert compressed != signer.pem
    two = {"authorities": ["one", "other"], "threshold": 2}
    verdict = judged(trust.verifier(two, one=[signer.pem], other=[compressed]), digest)
    refused(verdict, "2 distinct keys of one or other required, 1 signed")
    assert verdict.authorities == ("one", "other")


def _pem_with_compressed_point(signer: Signer) -> bytes:
    point = signer.private.public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.CompressedPoint
    )
    prefix = bytes.fromhex("3039301306072a8648ce3d020106082a8648ce3d030107032200")
    body = base64.b64encode(prefix + point).decode()
    return f"-----BEGIN PUBLIC KEY-----\n{body[:64]}\n{body[64:]}\n-----END PUBLIC KEY-----\n".encode()


def test_every_requirement_has_to_be_met(shelf: Shelf, trust: Trust, cosign: Cosign, signer: Signer) -> None:
    digest = shelf.image()
    second = (cosign.folder / "second.pub").read_bytes()
    needs = ({"authorities": ["release"]}, {"authorities": ["security"]})
    verifier = trust.verifier(*needs, release=[signer.pem], security=[second])
    cosign.sign("release", shelf.direct(digest), legacy=False)
    verdict = judged(verifier, digest)
    refused(verdict, "1 distinct key of security required, 0 signed")
    assert verdict.authorities == ("release",)
    assert "private key of security" in verdict.remedy
    cosign.sign("second", shelf.direct(digest), legacy=True)
    assert judged(verifier, digest).authorities == ("release", "security")


@both_formats
def test_the_digest_in_the_reference_is_what_has_to_be_signed(
    shelf: Shelf, trust: Trust, cosign: Cosign, signer: Signer, *, legacy: bool
) -> None:
    content = Content()
    children = [content.image() for _ in range(2)]
    signed, unsigned = (content.index(*children, tag=tag)["digest"] for tag in ("a", "b"))
    assert signed == unsigned  # one and the same index: make the second differ
    unsigned = content.index(children[0])["digest"]
    shelf.push(content)
    verifier = trust.verifier(release=[signer.pem])
    cosign.sign("release", shelf.direct(signed), legacy=legacy)
    assert judged(verifier, signed).outcome is Outcome.TRUSTED
    refused(judged(verifier, children[0]["digest"]), "no signature was found")
    cosign.sign("release", shelf.direct(children[0]["digest"]), legacy=legacy)
    assert judged(verifier, children[0]["digest"]).outcome is Outcome.TRUSTED
    verdict = judged(verifier, unsigned)
    refused(verdict, "no signature was found")
    assert "does not stand in for its own" in verdict.remedy


def _private(kind: str) -> ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey:
    if kind == "Ed25519":
        return ed25519.Ed25519PrivateKey.generate()
    if kind.startswith("P-"):
        return ec.generate_private_key(ec.SECP384R1() if kind == "P-384" else ec.SECP521R1())
    return rsa.generate_private_key(65537, 2048)


@both_formats
@pytest.mark.parametrize("kind", ["P-384", "P-521", "RSA", "Ed25519"])
def test_other_keys_that_cosign_signs_with(
    shelf: Shelf, trust: Trust, cosign: Cosign, tmp_path: Path, kind: str, *, legacy: bool
) -> None:
    pem = _private(kind).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    tool = Cosign(cosign.program, tmp_path)
    public = tool.key("k", pem).read_bytes()
    digest = shelf.image()
    tool.sign("k", shelf.direct(digest), legacy=legacy)
    assert judged(trust.verifier(release=[public]), digest).outcome is Outcome.TRUSTED


def test_a_kind_of_key_that_is_not_accepted_is_an_error_that_says_so(shelf: Shelf, trust: Trust) -> None:
    pem = x25519.X25519PrivateKey.generate().public_key()
    text = pem.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    verdict = judged(trust.verifier(release=[text]), shelf.image())
    assert verdict.outcome is Outcome.ERROR
    assert any("X25519PublicKey is not accepted" in reason for reason in verdict.reasons), verdict


@pytest.mark.parametrize("spec", ["ECC_NIST_P256", "ECC_NIST_P384", "RSA_2048"])
@both_formats
def test_what_cosign_signed_with_kms_is_trusted(
    shelf: Shelf, trust: Trust, cosign: Cosign, aws: dict[str, str], spec: KeySpecType, *, legacy: bool
) -> None:
    client = boto3.client("kms", region_name="sa-east-1")
    key = client.create_key(KeySpec=spec, KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
    alias = f"alias/test-{key}"
    client.create_alias(AliasName=alias, TargetKeyId=key)
    digest = shelf.image()
    tool = Cosign(cosign.program, cosign.folder, aws)
    tool.sign(f"awskms:///{alias}", shelf.direct(digest), legacy=legacy)
    verdict = judged(trust.verifier(release=[f"awskms:///{alias}"]), digest)
    assert verdict.outcome is Outcome.TRUSTED, verdict


def test_the_policy_of_this_repository_with_the_lab_s_key(
    shelf: Shelf, cosign: Cosign, aws: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = boto3.client("kms", region_name="sa-east-1")
    key = client.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
    client.create_alias(AliasName="alias/cartorio-local-release-signing", TargetKeyId=key)
    monkeypatch.setenv("CARTORIO_REGISTRY_MIRRORS", f"{NAME}=http://{shelf.host}")
    digest = shelf.image()
    verifier = Verifier.from_file(POLICY, "local")
    refused(judged(verifier, digest), "no signature was found")
    remedy = judged(verifier, digest).remedy
    source = "awskms:///alias/cartorio-local-release-signing"
    assert remedy == f"sign the digest with `cosign sign --key {source} {named(digest)}`"
    Cosign(cosign.program, cosign.folder, aws).sign(source, shelf.direct(digest), legacy=False)
    assert judged(verifier, digest).outcome is Outcome.TRUSTED
    failed(judged(Verifier.from_file(POLICY, "staging"), digest), "KMS has no such key")
    other = client.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
    client.create_alias(AliasName="alias/cartorio-producao-release-signing", TargetKeyId=other)
    refused(judged(Verifier.from_file(POLICY, "producao"), digest), "not made by any key that the rule accepts")


def _same(now: datetime) -> datetime:
    return now


def test_a_key_counts_only_in_its_time(shelf: Shelf, trust: Trust, cosign: Cosign, signer: Signer) -> None:
    digest = shelf.image()
    cosign.sign("release", shelf.direct(digest), legacy=False)
    (trust.folder / "k.pem").write_bytes(signer.pem)
    start, end = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)
    key = {"source": "file:k.pem", "not_before": start, "not_after": end}
    second = timedelta(seconds=1)
    for now, outcome in (
        (start - second, Outcome.REFUSED),
        (start, Outcome.TRUSTED),
        (end - second, Outcome.TRUSTED),
        (end, Outcome.REFUSED),
    ):
        verdict = judged(trust.verifier(release=[key], clock=partial(_same, now)), digest)
        assert verdict.outcome is outcome, (now, verdict)
        assert (verdict.authorities == ("release",)) is (outcome is Outcome.TRUSTED)


@pytest.mark.parametrize(
    ("reference", "why"),
    [
        (f"{NAME}/cartorio/api:1.0", "has no digest"),
        (f"{NAME}/cartorio/api", "has no digest"),
        (f"{NAME}/cartorio/api@md5:{'0' * 32}", "digest algorithm 'md5' is not accepted"),
        (f"{NAME}/cartorio/api@sha256:{'A' * 64}", "64 lower-case hex digits"),
        (f"{NAME}/other/api@sha256:{'0' * 64}", "no rule of profile 'local' covers"),
        (f"{NAME}.evil.example/cartorio/api@sha256:{'0' * 64}", "no rule of profile 'local' covers"),
        (f"cartorio/api@sha256:{'0' * 64}", "covers docker.io/cartorio/api"),
        ("", "is not a repository name"),
        ("\x1b[2Jx:1", "\\x1b[2Jx' is not a repository name"),
    ],
)
def test_what_is_refused_without_asking_a_registry(tmp_path: Path, signer: Signer, reference: str, why: str) -> None:
    verifier = Trust(tmp_path, "127.0.0.1:1").verifier(release=[signer.pem])  # nobody listens there
    verdict = verifier.verify([reference])[reference]
    refused(verdict, why)
    assert verdict.reference == reference


def test_an_absent_image_is_an_error_that_says_to_push_it(trust: Trust, signer: Signer) -> None:
    digest = sha256(b"never pushed")
    verdict = judged(trust.verifier(release=[signer.pem]), digest)
    assert verdict.outcome is Outcome.ERROR
    assert "the registry answered 404" in verdict.reasons[0]
    assert verdict.remedy.startswith("push the image first")


def test_many_images_at_once_each_get_their_own_verdict(
    shelf: Shelf, trust: Trust, cosign: Cosign, signer: Signer
) -> None:
    signed, unsigned = shelf.image(), shelf.image()
    cosign.sign("release", shelf.direct(signed), legacy=False)
    references = [named(signed), "nginx", named(unsigned), named(sha256(b"absent")), named(signed)]
    verifier = trust.verifier(release=[signer.pem])

    async def from_inside_a_loop() -> list[str]:
        return [verdict.outcome for verdict in verifier.verify(references).values()]

    assert asyncio.run(from_inside_a_loop()) == ["trusted", "refused", "refused", "error"]
    assert verifier.verify([]) == {}


def test_a_tag_beside_the_digest_decides_nothing(shelf: Shelf, trust: Trust, cosign: Cosign, signer: Signer) -> None:
    signed, unsigned = shelf.image(), shelf.image()
    cosign.sign("release", shelf.direct(signed), legacy=False)
    references = [f"{NAME}/cartorio/api:1.0@{digest}" for digest in (signed, unsigned)]
    outcomes = [verdict.outcome for verdict in trust.verifier(release=[signer.pem]).verify(references).values()]
    assert outcomes == [Outcome.TRUSTED, Outcome.REFUSED]


def test_a_surprise_in_one_image_is_its_error_and_nobody_else_s(
    shelf: Shelf, trust: Trust, signer: Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    from guardrails.trust import judge

    def surprise(_case: object) -> None:
        raise RuntimeError("boo")

    monkeypatch.setattr(judge, "decide", surprise)
    verdicts = trust.verifier(release=[signer.pem]).verify([named(shelf.image()), "nginx"])
    first, second = verdicts.values()
    assert (first.outcome, second.outcome) == (Outcome.ERROR, Outcome.REFUSED)
    assert "the verifier itself failed: RuntimeError" in first.reasons[0]


def test_all_mistakes_of_policy_and_environment_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CARTORIO_REGISTRY_MIRRORS", "a.example=http://example.com,b")
    with pytest.raises(TrustPolicyError) as caught:
        Verifier.from_file(tmp_path / "absent.yaml", "local")
    assert len(caught.value.problems) == 3
    monkeypatch.setenv("CARTORIO_REGISTRY_MIRRORS", "")
    with pytest.raises(TrustPolicyError, match="there is no profile 'qa'"):
        Verifier.from_file(POLICY, "qa")


def test_a_key_service_that_never_answers_does_not_hold_up_the_end(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What hangs in another program's code, such as a PKCS#11 module, cannot be stopped: it is left behind."""
    from guardrails.trust import key_loading, loader

    answered = threading.Event()
    monkeypatch.setattr(key_loading, "load", lambda *_: answered.wait(30))
    monkeypatch.setattr(loader, "_KEY_SECONDS", 0.1)
    scene.sign()
    start = time.monotonic()
    verdict = scene.verdict()
    took = time.monotonic() - start
    answered.set()
    failed(verdict, "no answer within 0.1 s")
    assert took < 10


def test_importing_the_package_loads_nothing_heavy() -> None:
    script = (
        "import sys, guardrails.trust as t; heavy = {'httpx', 'boto3', 'botocore', 'cryptography', 'pydantic', 'yaml'};"
        "sys.exit(', '.join(sorted(heavy & set(sys.modules))) or 0)"
    )
    pack = POLICY.parent
    done = subprocess.run([sys.executable, "-c", script], cwd=pack, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_verifying_by_a_key_in_kms_loads_neither_a_whole_http_client_nor_the_aws_sdk(
    trust: Trust, shelf: Shelf, aws: dict[str, str]
) -> None:
    """Either takes longer than a hundred images do; the SDK's signer alone does not."""
    key = boto3.client("kms", region_name="sa-east-1").create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")
    trust.verifier(release=[f"awskms:///{key['KeyMetadata']['KeyId']}"])
    script = (
        "import sys; from pathlib import Path; from guardrails.trust import Verifier;"
        f"v = Verifier.from_file(Path(sys.argv[1]), 'local'); found = v.verify(['{named(shelf.image())}']);"
        "assert 'signature was found' in str(found);"
        "sys.exit(' '.join({'httpx', 'boto3', 'botocore.session', 'botocore.client'} & set(sys.modules)) or 0)"
    )
    command = [sys.executable, "-c", script, str(trust.folder / "trust.yaml")]
    environment = {**os.environ, **aws, "CARTORIO_REGISTRY_MIRRORS": f"{NAME}=http://{shelf.host}"}
    done = subprocess.run(command, cwd=POLICY.parent, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_formats_named_here_are_the_ones_read() -> None:
    from guardrails.trust import documents, evidence

    assert (evidence.BUNDLE, evidence.SIMPLE_SIGNING) == (BUNDLE, SIMPLE_SIGNING)
    assert (documents.OCI_INDEX, documents.OCI_MANIFEST) == (OCI_INDEX, OCI_MANIFEST)
