"""The image layout: what is in it, and that equal input gives an equal digest."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lab.image.layout import write_layout

if TYPE_CHECKING:
    from pathlib import Path


def blob(folder: Path, digest: str) -> bytes:
    content = (folder / "blobs" / "sha256" / digest.removeprefix("sha256:")).read_bytes()
    assert f"sha256:{hashlib.sha256(content).hexdigest()}" == digest
    return content


def document(folder: Path, digest: str) -> dict[str, Any]:
    loaded = json.loads(blob(folder, digest))
    assert isinstance(loaded, dict)
    return loaded


def test_every_part_is_reached_from_the_index_and_holds_the_binary(tmp_path: Path) -> None:
    digest = write_layout(b"\x7fELF", tmp_path, architecture="arm64", labels={"a": "b"})

    index = json.loads((tmp_path / "index.json").read_text())
    assert [entry["digest"] for entry in index["manifests"]] == [digest]
    manifest = document(tmp_path, digest)
    config = document(tmp_path, manifest["config"]["digest"])
    layer = blob(tmp_path, manifest["layers"][0]["digest"])
    assert config["architecture"] == "arm64"
    assert config["config"]["User"] == "65532:65532"
    assert config["config"]["Labels"] == {"a": "b"}
    assert config["rootfs"]["diff_ids"] == [manifest["layers"][0]["digest"]]
    with tarfile.open(fileobj=io.BytesIO(layer)) as tar:
        (entry,) = tar.getmembers()
        content = tar.extractfile(entry)
        assert content is not None
        assert content.read() == b"\x7fELF"
        assert (entry.mode, entry.uid, entry.mtime) == (0o555, 0, 0)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(first=st.binary(max_size=2000), second=st.binary(max_size=2000))
def test_digest_depends_on_the_content_alone(tmp_path: Path, first: bytes, second: bytes) -> None:
    one = write_layout(first, tmp_path / "one", architecture="amd64", labels={})
    again = write_layout(first, tmp_path / "again", architecture="amd64", labels={})
    other = write_layout(second, tmp_path / "one", architecture="amd64", labels={})
    assert one == again
    assert (one == other) == (first == second)
