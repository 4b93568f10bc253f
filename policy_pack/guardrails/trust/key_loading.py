"""From a source of `trust.yaml` to the public keys it holds; each kind of source has a module, imported when needed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from guardrails.trust.errors import Malformed, Unavailable
from guardrails.trust.key_source import FileSource, KmsSource, VaultSource
from guardrails.trust.keys import PublicKey, from_pem

if TYPE_CHECKING:
    from pathlib import Path

    from guardrails.trust.key_source import KeySource

_PEM_BYTES: Final = 64 * 1024


def load(source: KeySource, folder: Path) -> tuple[PublicKey, ...]:
    """Fetch the public keys of a source: one, or all versions that its service still trusts. Blocks: use a thread.

    Args:
        source: as parsed from `trust.yaml`.
        folder: what relative file paths start from: the folder of `trust.yaml`.

    Raises:
        Unavailable: the file or the key service cannot be read now.
        Malformed: what was read is not an acceptable key.
    """
    if isinstance(source, FileSource):
        return (_load_file(source, folder),)
    if isinstance(source, KmsSource):
        from guardrails.trust import kms_keys

        return (kms_keys.load(source),)
    if isinstance(source, VaultSource):
        from guardrails.trust import vault_keys

        return vault_keys.load(source)
    from guardrails.trust import pkcs11_keys

    return (pkcs11_keys.load(source),)


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
