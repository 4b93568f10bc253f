"""An OCI image from one static binary, as an image layout folder; the same binary always gives the same digest.

Formats: https://github.com/opencontainers/image-spec/blob/v1.1.1/image-layout.md, .../manifest.md, .../config.md.
Pushing is left to `crane`, compiling to `release`.
"""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
_CONFIG = "application/vnd.oci.image.config.v1+json"
_LAYER = "application/vnd.oci.image.layer.v1.tar"  # not compressed: compressors differ, digests must not
_NOBODY = 65532  # the user that distroless images call "nonroot"
_ENTRY = "app"


def write_layout(binary: bytes, folder: Path, *, architecture: str, labels: dict[str, str]) -> str:
    """Write an image whose entry point is `binary` and return the digest of its manifest (`sha256:<hex>`).

    `architecture` is Go's name (`amd64`, `arm64`). `folder` is created; what it holds of another image stays valid.
    """
    blobs = folder / "blobs" / "sha256"
    blobs.mkdir(parents=True, exist_ok=True)

    def add(content: bytes, media_type: str) -> dict[str, Any]:
        digest = hashlib.sha256(content).hexdigest()
        (blobs / digest).write_bytes(content)
        return {"mediaType": media_type, "digest": f"sha256:{digest}", "size": len(content)}

    layer = _layer(binary)
    config = {
        "architecture": architecture,
        "os": "linux",
        "created": "1970-01-01T00:00:00Z",
        "config": {
            "User": f"{_NOBODY}:{_NOBODY}",
            "Entrypoint": [f"/{_ENTRY}"],
            "ExposedPorts": {"8080/tcp": {}},
            "Labels": labels,
        },
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{hashlib.sha256(layer).hexdigest()}"]},
        "history": [{"created": "1970-01-01T00:00:00Z", "created_by": "cartorio lab"}],
    }
    manifest = {
        "schemaVersion": 2,
        "mediaType": _MANIFEST,
        "config": add(_canonical(config), _CONFIG),
        "layers": [add(layer, _LAYER)],
    }
    descriptor = add(_canonical(manifest), _MANIFEST)
    (folder / "oci-layout").write_bytes(_canonical({"imageLayoutVersion": "1.0.0"}))
    (folder / "index.json").write_bytes(_canonical({"schemaVersion": 2, "manifests": [descriptor]}))
    return str(descriptor["digest"])


def _layer(binary: bytes) -> bytes:
    """Return a tar with the binary, readable and executable by all, without anything of this machine in it."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        entry = tarfile.TarInfo(_ENTRY)
        entry.size = len(binary)
        entry.mode = 0o555
        tar.addfile(entry, io.BytesIO(binary))
    return buffer.getvalue()


def _canonical(document: dict[str, Any]) -> bytes:
    return json.dumps(document, sort_keys=True, separators=(",", ":")).encode()
