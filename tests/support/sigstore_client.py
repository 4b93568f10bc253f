"""What `tests/conformance/sigstore_client` runs: a bundle and an artifact, verified by the library: exit code 0 or 1.

https://github.com/sigstore/sigstore-conformance/blob/main/docs/cli_protocol.md. Exit code 2 is for wrong usage. The
trust root is the one that sigstore-python ships, unless `--trusted-root` names another: nothing is fetched.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import sigstore

from guardrails.trust import formats, keyless, keys, rekor, second_opinion, timestamps, trust_root
from guardrails.trust.errors import Malformed, TrustError
from guardrails.trust.evidence import BundleDocument
from guardrails.trust.key_source import FileSource
from guardrails.trust.reference import Digest
from guardrails.trust.statements import Statement

if TYPE_CHECKING:
    from collections.abc import Sequence

_SHIPPED = "_store/https%3A%2F%2Ftuf-repo-cdn.{}.dev/trusted_root.json"


@dataclass(frozen=True)
class Artifact:
    """What was signed: its digest, and its content where a file was named."""

    digest: Digest
    content: bytes | None

    @classmethod
    def parse(cls, text: str) -> Artifact:
        path = Path(text)
        if text.startswith("sha256:") and not path.exists():
            return cls(Digest.parse(text), None)
        content = path.read_bytes()
        return cls(Digest.of(content), content)


def main(arguments: Sequence[str]) -> int:
    """Verify, say why not on stderr, and return the exit code."""
    asked = _parser().parse_args(arguments)
    if (asked.key is None) is (asked.certificate_identity is None or asked.certificate_oidc_issuer is None):
        sys.stderr.write("give --key, or --certificate-identity and --certificate-oidc-issuer\n")
        return 2
    try:
        _verify(asked, Artifact.parse(asked.artifact))
    except (TrustError, OSError) as error:
        sys.stderr.write(f"refused: {error}\n")
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="sigstore_client")
    command = parser.add_subparsers(required=True).add_parser("verify-bundle")
    command.add_argument("--staging", action="store_true")
    for name in ("--bundle", "--trusted-root", "--key"):
        command.add_argument(name, type=Path, required=name == "--bundle")
    command.add_argument("--certificate-identity")
    command.add_argument("--certificate-oidc-issuer")
    command.add_argument("artifact")
    return parser


def _verify(asked: argparse.Namespace, artifact: Artifact) -> None:
    shipped = Path(sigstore.__file__).parent / _SHIPPED.format("sigstage" if asked.staging else "sigstore")
    path = (asked.trusted_root or shipped).resolve()
    root = trust_root.load(FileSource(path.name), path.parent)
    document = BundleDocument(str(asked.bundle), asked.bundle.read_bytes())
    claim = formats.read_bundle(document, artifact.digest, message=artifact.content, earlier=True)
    entry = claim.material.entry
    if entry is not None and entry.proof is None:  # a proof without a checkpoint was refused when it was read
        raise Malformed("its log entry has no inclusion proof")
    if asked.key is not None:
        _by_key(claim, keys.from_pem(asked.key.read_bytes()), root)
    else:
        _by_identity(claim, asked.certificate_identity, asked.certificate_oidc_issuer, root)
    if isinstance(claim.content, formats.Envelope):
        Statement.parse(claim.content.payload).check_subject(artifact.digest)


def _by_key(claim: formats.Claim, key: keys.PublicKey, root: trust_root.TrustRoot) -> None:
    if claim.material.certificate:
        raise Malformed("it carries a certificate, not a key")
    if not claim.made_by(key):
        raise Malformed("it was not made by this key")
    now = datetime.now(UTC)
    stamps = [timestamps.verify(response, claim.signature, root, now) for response in claim.material.timestamps]
    if claim.material.entry is not None:
        rekor.verify(claim, key, root, now, stamps)


def _by_identity(claim: formats.Claim, identity: str, issuer: str, root: trust_root.TrustRoot) -> None:
    if not claim.material.certificate:
        raise Malformed("it carries no certificate")
    found = keyless.verify(claim, root, datetime.now(UTC))
    if (found.issuer, found.subject) != (issuer, identity):
        raise Malformed(f"made by {found.subject!r} (by {found.issuer!r})")
    entry = claim.material.entry
    if entry is not None and entry.kind in second_opinion.UNDERSTOOD:
        second_opinion.check(claim, root, found.issuer, found.subject)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
