from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from guardrails.trust import formats, second_opinion, trust_root
from guardrails.trust.errors import Malformed
from guardrails.trust.evidence import BundleDocument
from guardrails.trust.reference import Digest
from tests.support.signing import encode
from tests.support.sigstore_instance import ISSUER, SUBJECT, Instance, b64
from tests.support.sigstore_signed import record, signed_bundle

INSTANCE = Instance()
ROOT = trust_root.parse(encode(INSTANCE.trusted_root()))
DIGEST = Digest.of(b"image")
PACK = Path(__file__).parents[3] / "policy_pack"


def claim(document: object) -> formats.Claim:
    return formats.read(BundleDocument("here", encode(document)), DIGEST)


def test_sigstore_python_agrees_about_what_is_good_and_about_what_is_not() -> None:
    good = signed_bundle(INSTANCE, str(DIGEST), INSTANCE.leaf())
    second_opinion.check(claim(good), ROOT, ISSUER, SUBJECT)
    second = signed_bundle(INSTANCE, str(DIGEST), INSTANCE.leaf(), kind="hashedrekord 0.0.2", stamped=True)
    second_opinion.check(claim(second), ROOT, ISSUER, SUBJECT)
    with pytest.raises(Malformed, match="sigstore-python refuses it"):
        second_opinion.check(claim(good), ROOT, ISSUER, SUBJECT + "x")
    with pytest.raises(Malformed, match="sigstore-python refuses it"):
        second_opinion.check(claim(good), ROOT, ISSUER + "x", SUBJECT)
    with pytest.raises(Malformed, match="sigstore-python refuses it"):
        second_opinion.check(claim({**good, "unknown": 1}), ROOT, ISSUER, SUBJECT)
    with pytest.raises(Malformed, match="sigstore-python refuses it"):
        second_opinion.check(claim(good), trust_root.parse(encode(Instance().trusted_root())), ISSUER, SUBJECT)


def test_message_signatures_too() -> None:
    leaf = INSTANCE.leaf()
    signature = leaf.sign(b"image")
    document = signed_bundle(INSTANCE, str(DIGEST), leaf)
    del document["dsseEnvelope"]
    digest = {"algorithm": "SHA2_256", "digest": b64(bytes.fromhex(DIGEST.hex))}
    document["messageSignature"] = {"messageDigest": digest, "signature": b64(signature)}
    body = record("hashedrekord 0.0.1", b"image", signature, leaf.certificate)
    document["verificationMaterial"]["tlogEntries"] = [INSTANCE.entry(body)]
    second_opinion.check(claim(document), ROOT, ISSUER, SUBJECT)
    document["messageSignature"]["signature"] = b64(leaf.sign(b"other"))
    with pytest.raises(Malformed, match="sigstore-python refuses it"):
        second_opinion.check(claim(document), ROOT, ISSUER, SUBJECT)


def test_sigstore_is_not_imported_before_there_is_a_bundle_with_a_certificate() -> None:
    script = (
        "import sys; import guardrails.trust.judge, guardrails.trust.keyless, guardrails.trust.second_opinion;"
        "sys.exit('sigstore' in sys.modules or 'rfc3161_client' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=PACK, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
