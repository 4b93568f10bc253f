"""The executable with sigstore-conformance's client protocol, over material of our own private sigstore."""

from __future__ import annotations

import json
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.support import sigstore_client
from tests.support.signing import encode, sha256
from tests.support.sigstore_instance import ISSUER, NOW, SUBJECT, Instance, b64, pem_of
from tests.support.sigstore_signed import KeySigner, record, signed_bundle

if TYPE_CHECKING:
    from collections.abc import Callable

CLIENT = Path(__file__).with_name("sigstore_client")
INSTANCE = Instance()
LEAF, SIGNER = INSTANCE.leaf(), KeySigner()
ARTIFACT = b"an artifact"
DIGEST = sha256(ARTIFACT)


def message_bundle(signer: Any) -> dict[str, Any]:  # noqa: ANN401 -- a leaf or a key
    document = signed_bundle(INSTANCE, DIGEST, signer)
    del document["dsseEnvelope"]
    signature = signer.sign(ARTIFACT)
    digest = {"algorithm": "SHA2_256", "digest": b64(bytes.fromhex(DIGEST.removeprefix("sha256:")))}
    document["messageSignature"] = {"messageDigest": digest, "signature": b64(signature)}
    body = record("hashedrekord 0.0.1", ARTIFACT, signature, signer.verifier)
    document["verificationMaterial"]["tlogEntries"] = [INSTANCE.entry(body)]
    return document


class Bench:
    """A folder with an artifact, a trust root and a key, and the commands that use them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "artifact").write_bytes(ARTIFACT)
        (folder / "root.json").write_bytes(encode(INSTANCE.trusted_root()))
        (folder / "key.pub").write_bytes(pem_of(SIGNER.verifier))

    def arguments(self, bundle: dict[str, Any], *by: str, artifact: str = "") -> list[str]:
        (self.folder / "bundle.json").write_text(json.dumps(bundle))
        return [
            *("verify-bundle", "--bundle", str(self.folder / "bundle.json"), *by),
            *("--trusted-root", str(self.folder / "root.json"), artifact or str(self.folder / "artifact")),
        ]

    def key(self) -> tuple[str, ...]:
        return "--key", str(self.folder / "key.pub")


IDENTITY = ("--certificate-identity", SUBJECT, "--certificate-oidc-issuer", ISSUER)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


@pytest.mark.parametrize("artifact", ["", DIGEST])
@pytest.mark.parametrize("make", [message_bundle, lambda signer: signed_bundle(INSTANCE, DIGEST, signer)])
def test_files_and_digests_messages_and_statements_keys_and_identities(
    bench: Bench, make: Callable[[Any], dict[str, Any]], artifact: str
) -> None:
    assert sigstore_client.main(bench.arguments(make(LEAF), *IDENTITY, artifact=artifact)) == 0
    assert sigstore_client.main(bench.arguments(make(SIGNER), *bench.key(), artifact=artifact)) == 0


@pytest.mark.parametrize(
    ("bundle", "by", "artifact", "why"),
    [
        (lambda: message_bundle(LEAF), IDENTITY, f"sha256:{'0' * 64}", "something else than this image"),
        (lambda: signed_bundle(INSTANCE, DIGEST, LEAF), IDENTITY, f"sha256:{'0' * 64}", "not for this image"),
        (lambda: message_bundle(LEAF), (*IDENTITY[:1], "x", *IDENTITY[2:]), "", "made by 'https://ci."),
        (lambda: message_bundle(LEAF), (*IDENTITY[:3], "x"), "", "made by 'https://ci."),
        (lambda: message_bundle(SIGNER), IDENTITY, "", "carries no certificate"),
        (lambda: message_bundle(LEAF), "key", "", "carries a certificate"),
        (lambda: message_bundle(KeySigner()), "key", "", "not made by this key"),
        (
            lambda: signed_bundle(INSTANCE, DIGEST, LEAF, at=datetime.now(UTC) + timedelta(days=1)),
            IDENTITY,
            "",
            "of the future",
        ),
        (
            lambda: signed_bundle(INSTANCE, DIGEST, LEAF, at=NOW - timedelta(days=1)),
            IDENTITY,
            "",
            "no certificate auth",
        ),
        (dict, IDENTITY, "", "bundle version"),
    ],
)
def test_anything_else_is_refused_with_its_reason(
    bench: Bench,
    capsys: pytest.CaptureFixture[str],
    bundle: Callable[[], dict[str, Any]],
    by: Any,  # noqa: ANN401 -- arguments, or "key" for those that depend on the folder
    artifact: str,
    why: str,
) -> None:
    arguments = bench.arguments(bundle(), *(bench.key() if by == "key" else by), artifact=artifact)
    assert sigstore_client.main(arguments) == 1
    assert why in capsys.readouterr().err


def test_an_entry_without_an_inclusion_proof_is_refused(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    document = message_bundle(LEAF)
    del document["verificationMaterial"]["tlogEntries"][0]["inclusionProof"]
    assert sigstore_client.main(bench.arguments(document, *IDENTITY)) == 1
    assert "no inclusion proof" in capsys.readouterr().err


def test_the_executable_speaks_the_protocol(bench: Bench) -> None:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([CLIENT, *arguments], capture_output=True, text=True, check=False, cwd=bench.folder)

    good = run(*bench.arguments(message_bundle(SIGNER), *bench.key()))
    assert (good.returncode, good.stderr) == (0, "")
    bad = run(*bench.arguments(message_bundle(LEAF), *bench.key()))
    assert bad.returncode == 1
    assert bad.stderr.startswith("refused: ")
    wrong = run(*bench.arguments(message_bundle(LEAF)))
    assert wrong.returncode == 2
    public = run("verify-bundle", "--bundle", "bundle.json", *IDENTITY, DIGEST)  # the root that sigstore-python ships
    assert public.returncode == 1
    assert "of no log that the trust root knows" in public.stderr
