"""What an attacker who may push makes of good signatures, and what was signed for something else: all refused."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from tests.support.signing import SIGNATURE, Content, Cosign, Signer, encode, simple_payload, statement
from tests.support.trust import Shelf, Trust, judged, refused

both_formats = pytest.mark.parametrize("legacy", [True, False], ids=["legacy", "bundle"])


def test_a_legacy_signature_copied_to_another_image_is_refused(
    shelf: Shelf, trust: Trust, cosign: Cosign, signer: Signer
) -> None:
    signed, other = shelf.image(), shelf.image()
    cosign.sign("release", shelf.direct(signed), legacy=True)
    copied = Content()
    copied.manifest(shelf.get(f"manifests/{signed.replace(':', '-')}.sig"), tag=f"{other.replace(':', '-')}.sig")
    shelf.push(copied)
    refused(judged(trust.verifier(release=[signer.pem]), other), f"it was made for '{signed}', not for this image")


@pytest.mark.parametrize("rewritten", [False, True], ids=["as it is", "with the other image as subject"])
def test_a_bundle_copied_to_another_image_is_refused(
    shelf: Shelf, trust: Trust, cosign: Cosign, signer: Signer, *, rewritten: bool
) -> None:
    signed, other = shelf.image(), shelf.image()
    cosign.sign("release", shelf.direct(signed), legacy=False)
    index = shelf.get(f"manifests/{signed.replace(':', '-')}")
    copied = Content()
    if rewritten:
        referrer = json.loads(shelf.get(f"manifests/{json.loads(index)['manifests'][0]['digest']}"))
        bundle = shelf.get(f"blobs/{referrer['layers'][0]['digest']}")
        subject = {**referrer["subject"], "digest": other}
        copied.index(copied.referrer(subject, bundle), tag=other.replace(":", "-"))
    else:
        copied.manifest(index, tag=other.replace(":", "-"))
    shelf.push(copied)
    why = "not for this image" if rewritten else f"it is listed for this image but refers to {signed}"
    refused(judged(trust.verifier(release=[signer.pem]), other), why)


@both_formats
def test_an_sbom_attestation_is_not_a_signature(
    shelf: Shelf, trust: Trust, cosign: Cosign, signer: Signer, *, legacy: bool
) -> None:
    digest = shelf.image()
    cosign.attest("release", shelf.direct(digest), legacy=legacy)
    verdict = judged(trust.verifier(release=[signer.pem]), digest)
    refused(verdict, "no signature was found" if legacy else "it is an attestation ('https://spdx.dev/Document')")


def test_a_legacy_attestation_under_the_signature_tag_is_refused(
    shelf: Shelf, trust: Trust, cosign: Cosign, signer: Signer
) -> None:
    digest = shelf.image()
    cosign.attest("release", shelf.direct(digest), legacy=True)
    tag = digest.replace(":", "-")
    moved = Content()
    moved.manifest(shelf.get(f"manifests/{tag}.att"), tag=f"{tag}.sig")
    shelf.push(moved)
    verdict = judged(trust.verifier(release=[signer.pem]), digest)
    refused(verdict, "'application/vnd.dsse.envelope.v1+json' is not a signature's media type")


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"critical": {**simple_payload("")["critical"], "type": "atomic container signature"}}, "its payload's type"),
        ({"critical": {"type": "cosign container image signature"}}, "'image' is missing"),
        ({"critical": []}, "'critical' is missing"),
        ({"Critical": {}}, "the key 'Critical' appears also as 'critical'"),
    ],
)
def test_a_validly_signed_payload_of_another_kind_is_refused(
    shelf: Shelf, trust: Trust, signer: Signer, changes: dict[str, Any], why: str
) -> None:
    content = Content()
    digest = str(content.image()["digest"])
    content.legacy(digest, signer.simple(digest, **changes))
    shelf.push(content)
    refused(judged(trust.verifier(release=[signer.pem]), digest), why)


@pytest.mark.parametrize(
    ("payload_type", "changes", "why"),
    [
        ("application/vnd.in-toto.other+json", {}, "its payloadType is"),
        ("application/vnd.in-toto+json", {"_type": "https://in-toto.io/Statement/v0.1"}, "not an in-toto Statement v1"),
        ("application/vnd.in-toto+json", {"predicateType": "https://slsa.dev/provenance/v1"}, "it is an attestation"),
        (
            "application/vnd.in-toto+json",
            {"predicateType": "https://sigstore.dev/cosign/sign/v1/"},
            "is an attestation",
        ),
        ("application/vnd.in-toto+json", {"subject": []}, "names no subject"),
        ("application/vnd.in-toto+json", {"subject": [{"name": "x"}]}, "not for this image"),
        ("application/vnd.in-toto+json", {"Subject": []}, "the key 'Subject' appears also as 'subject'"),
    ],
)
def test_a_validly_signed_statement_of_another_kind_is_refused(
    shelf: Shelf, trust: Trust, signer: Signer, payload_type: str, changes: dict[str, Any], why: str
) -> None:
    content = Content()
    image = content.image()
    bundle = signer.bundle(image["digest"], payload_type=payload_type, **changes)
    content.index(content.referrer(image, bundle), tag=image["digest"].replace(":", "-"))
    shelf.push(content)
    refused(judged(trust.verifier(release=[signer.pem]), image["digest"]), why)


def test_duplicate_keys_in_signed_payloads_are_refused(shelf: Shelf, trust: Trust, signer: Signer) -> None:
    content = Content()
    image = content.image()
    twice = encode(simple_payload(image["digest"]))[:-1] + b',"critical":{}}'
    content.legacy(image["digest"], (twice, signer.sign(twice)))
    again = encode(statement(image["digest"]))[:-1] + b',"predicateType":"x"}'
    content.index(content.referrer(image, signer.bundle_of(again)), tag=image["digest"].replace(":", "-"))
    shelf.push(content)
    verdict = judged(trust.verifier(release=[signer.pem]), image["digest"])
    refused(verdict, "the key 'critical' appears twice")
    refused(verdict, "the key 'predicateType' appears twice")


def tampered(content: Content, shelf: Shelf, digest: str, *, legacy: bool, part: str) -> None:
    """Change one byte of what cosign wrote, with all digests made good, as somebody who may push can."""
    tag = digest.replace(":", "-")
    if legacy:
        manifest = json.loads(shelf.get(f"manifests/{tag}.sig"))
        payload = shelf.get(f"blobs/{manifest['layers'][0]['digest']}")
        signature = manifest["layers"][0]["annotations"][SIGNATURE]
        if part == "payload":
            payload = payload.replace(b'"optional":null', b'"optional":{}')
        else:
            signature = flipped(signature)
        content.legacy(digest, (payload, signature))
        return
    referrer = json.loads(shelf.get(f"manifests/{json.loads(shelf.get(f'manifests/{tag}'))['manifests'][0]['digest']}"))
    bundle = json.loads(shelf.get(f"blobs/{referrer['layers'][0]['digest']}"))
    envelope = bundle["dsseEnvelope"]
    if part == "payload":
        payload = base64.b64decode(envelope["payload"]).replace(b'"predicate":{}', b'"predicate":{"a":1}')
        envelope["payload"] = base64.b64encode(payload).decode()
    else:
        envelope["signatures"][0]["sig"] = flipped(envelope["signatures"][0]["sig"])
    content.index(content.referrer(referrer["subject"], encode(bundle)), tag=tag)


def flipped(signature: str) -> str:
    data = bytearray(base64.b64decode(signature))
    data[-1] ^= 1
    return base64.b64encode(data).decode()


@both_formats
@pytest.mark.parametrize("part", ["payload", "signature"])
def test_tampered_material_is_refused(
    shelf: Shelf, trust: Trust, cosign: Cosign, signer: Signer, part: str, *, legacy: bool
) -> None:
    digest = shelf.image()
    cosign.sign("release", shelf.direct(digest), legacy=legacy)
    content = Content()
    tampered(content, shelf, digest, legacy=legacy, part=part)
    shelf.push(content)
    refused(judged(trust.verifier(release=[signer.pem]), digest), "not made by any key that the rule accepts")
