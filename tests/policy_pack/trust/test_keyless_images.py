"""Images signed with certificates of a private sigstore: the library and cosign under one trust root, by a registry."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from guardrails.trust import Outcome
from tests.support.signing import SIGNATURE, SIMPLE_SIGNING, Content, Cosign, Signer, encode
from tests.support.sigstore_instance import ISSUER, NOW, START, SUBJECT, Authority, Instance, Leaf, b64, der_of
from tests.support.sigstore_signed import KeySigner, signed_bundle, signed_legacy
from tests.support.trust import Shelf, Trust, judged, named, refused

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

INSTANCE = Instance()
ROOT = encode(INSTANCE.trusted_root())
CI = {"identities": [{"issuer": ISSUER, "subject": SUBJECT}], "transparency": {"root": "own"}}
LEAF = INSTANCE.leaf()


def _now() -> datetime:
    return NOW


def _bundle(image: str) -> dict[str, Any]:
    return signed_bundle(INSTANCE, image, LEAF)


def _foreign_entry(image: str) -> dict[str, Any]:
    """CVE-2022-36056 and kin: the entry is genuine, of this signer, and of another image."""
    document = _bundle(image)
    other = signed_bundle(INSTANCE, f"sha256:{'1' * 64}", LEAF)
    document["verificationMaterial"]["tlogEntries"] = other["verificationMaterial"]["tlogEntries"]
    return document


def _bare_key(image: str) -> dict[str, Any]:
    document = _bundle(image)
    document["verificationMaterial"]["certificate"]["rawBytes"] = b64(der_of(LEAF.private.public_key()))
    return document


def _self_signed(image: str) -> dict[str, Any]:
    own = Authority(LEAF.private, Authority.root("me").certificate)
    return signed_bundle(INSTANCE, image, INSTANCE.leaf(by=own, private=own.private))


def _expired_intermediate(image: str) -> dict[str, Any]:
    expired = INSTANCE.root.intermediate("issuing", START, NOW - timedelta(days=1))
    return signed_bundle(INSTANCE, image, INSTANCE.leaf(by=expired))


@dataclass(frozen=True)
class Attempt:
    """A bundle to be tried, and what the library says of it; None if it is trusted."""

    make: Callable[[str], dict[str, Any]]
    why: str | None


ATTEMPTS = {
    "rekor v1": Attempt(_bundle, None),
    "rekor v1, stamped": Attempt(lambda image: signed_bundle(INSTANCE, image, LEAF, stamped=True), None),
    "rekor v2, stamped": Attempt(
        lambda image: signed_bundle(INSTANCE, image, LEAF, kind="hashedrekord 0.0.2", stamped=True), None
    ),
    "rekor v2, no time": Attempt(
        lambda image: signed_bundle(INSTANCE, image, LEAF, kind="hashedrekord 0.0.2"), "nothing proves when"
    ),
    "no log": Attempt(lambda image: signed_bundle(INSTANCE, image, LEAF, kind=""), "no entry of a transparency log"),
    "foreign entry": Attempt(_foreign_entry, "of another signature: the digest differs"),
    "bare key": Attempt(_bare_key, "a bare public key where a certificate belongs"),
    "self-signed": Attempt(_self_signed, "stands for its certificate"),
    "expired intermediate": Attempt(_expired_intermediate, "stands for its certificate"),
    "expired leaf": Attempt(
        lambda image: signed_bundle(INSTANCE, image, INSTANCE.leaf(start=NOW - timedelta(minutes=30))),
        "stands for its certificate",
    ),
    "another instance": Attempt(lambda image: signed_bundle(Instance(), image, Instance().leaf()), "of no log that"),
    "another identity": Attempt(
        lambda image: signed_bundle(INSTANCE, image, INSTANCE.leaf("eve@cartorio.example")),
        "whom the rule does not name",
    ),
    "a key": Attempt(lambda image: signed_bundle(INSTANCE, image, KeySigner()), "not made by any key"),
}


@pytest.fixture(scope="module")
def tried(shelf: Shelf, cosign: Cosign, tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[str, bool]]:
    """Each attempt's image, and whether cosign trusts it."""
    folder: Path = tmp_path_factory.mktemp("keyless")
    (folder / "root.json").write_bytes(ROOT)
    tool = replace(cosign, folder=folder)
    digests = {}
    for name, attempt in ATTEMPTS.items():
        content = Content()
        image = content.image()
        content.index(
            content.referrer(image, encode(attempt.make(image["digest"]))), tag=image["digest"].replace(":", "-")
        )
        shelf.push(content)
        digests[name] = str(image["digest"])

    def ask(digest: str) -> bool:
        return tool.verifies_identity(SUBJECT, ISSUER, "root.json", shelf.direct(digest))

    with ThreadPoolExecutor(4) as pool:
        return dict(zip(digests, zip(digests.values(), pool.map(ask, digests.values()), strict=True), strict=True))


@pytest.mark.parametrize("name", ATTEMPTS)
def test_the_library_and_cosign_agree_about_certificates(
    tried: dict[str, tuple[str, bool]], trust: Trust, name: str
) -> None:
    digest, cosign_trusts = tried[name]
    verdict = judged(trust.verifier(roots={"own": ROOT}, clock=_now, ci=CI), digest)
    why = ATTEMPTS[name].why
    if why is None:
        assert verdict.outcome is Outcome.TRUSTED, verdict
        assert [(one.identity, one.signed_at) for one in verdict.signers] == [
            (f"{SUBJECT} (by {ISSUER})", NOW - timedelta(minutes=1))
        ]
    else:
        refused(verdict, why)
        assert "as ci" in verdict.remedy
    assert cosign_trusts is (why is None)


def _push_legacy(shelf: Shelf, leaf: Leaf = LEAF, entry: str = "") -> str:
    content = Content()
    digest = str(content.image()["digest"])
    payload, signature, annotations = signed_legacy(INSTANCE, digest, leaf)
    changes = {"dev.sigstore.cosign/bundle": entry} if entry else {}
    layer = content.blob(SIMPLE_SIGNING, payload, annotations={SIGNATURE: signature, **annotations, **changes})
    config = content.blob("application/vnd.oci.image.config.v1+json", b"{}")
    manifest = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json", "config": config}
    content.manifest({**manifest, "layers": [layer]}, tag=digest.replace(":", "-") + ".sig")
    shelf.push(content)
    return digest


def test_legacy_signatures_with_certificates_and_a_policy_of_keys_and_identities(shelf: Shelf, trust: Trust) -> None:
    stranger = Signer()
    needs = ({"authorities": ["ci", "release"]},)
    verifier = trust.verifier(*needs, roots={"own": ROOT}, clock=_now, ci=CI, release=[stranger.pem])
    assert judged(verifier, _push_legacy(shelf)).authorities == ("ci",)
    foreign = signed_legacy(INSTANCE, f"sha256:{'1' * 64}", LEAF)[2]["dev.sigstore.cosign/bundle"]
    refused(judged(verifier, _push_legacy(shelf, entry=foreign)), "the digest differs")
    refused(judged(verifier, _push_legacy(shelf, INSTANCE.leaf("eve@cartorio.example"))), "whom the rule does not name")


def test_a_trust_root_that_is_away_or_broken_is_an_error_that_says_so(shelf: Shelf, trust: Trust) -> None:
    digest = _push_legacy(shelf)
    verifier = trust.verifier(roots={"own": ROOT}, clock=_now, ci=CI)
    (trust.folder / "own.json").write_bytes(b"{}")
    verdict = judged(verifier, digest)
    assert verdict.outcome is Outcome.ERROR
    assert any("own.json: media type 'None' is not a trust root's" in reason for reason in verdict.reasons)
    (trust.folder / "own.json").unlink()
    verdict = judged(verifier, digest)
    assert verdict.outcome is Outcome.ERROR
    assert "trusted_root.json" in verdict.remedy
    (trust.folder / "own.json").write_bytes(ROOT)
    assert verifier.verify([named(digest)])[named(digest)].outcome is Outcome.TRUSTED
