"""From trust.yaml to policies: the file of this repository, and keys that are files."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from guardrails.trust import TrustPolicyError
from guardrails.trust.admission_file import read_image_policies
from tests.support.signing import Signer

NOW = datetime(2026, 11, 25, tzinfo=UTC)
TRUST = Path(__file__).parents[3] / "policy_pack" / "trust.yaml"


@pytest.mark.parametrize("profile", ["producao", "staging"])
def test_what_the_pack_asks_for_can_be_asked_for_in_the_cluster(profile: str) -> None:
    found = {one.name.removeprefix(f"cartorio-{profile}-"): one for one in read_image_policies(TRUST, profile, NOW)}
    assert set(found) == {"own-images", "own-images-in-ecr", "imported"}
    assert found["own-images"].keys[0].kms == f"alias/cartorio-{profile}-release-signing"
    assert found["imported"].keys[0].kms == "alias/cartorio-image-import"


def test_the_lab_signs_in_bundles_and_its_policy_says_so() -> None:
    with pytest.raises(TrustPolicyError, match="reads no bundle that a key signed"):
        read_image_policies(TRUST, "local", NOW)


def _write(folder: Path, source: str) -> Path:
    rule = {"name": "own", "images": "r.example/**", "require": [{"authorities": ["release"]}]}
    document = {
        "version": "cartorio.trust/v1",
        "authorities": {"release": {"keys": [{"source": source}], "formats": ["legacy"]}},
        "profiles": {"producao": {"rules": [rule]}},
    }
    (folder / "trust.yaml").write_text(yaml.safe_dump(document))
    return folder / "trust.yaml"


def test_a_key_in_a_file_is_written_out(tmp_path: Path) -> None:
    signer = Signer()
    (tmp_path / "release.pem").write_bytes(signer.pem)
    (found,) = read_image_policies(_write(tmp_path, "file:release.pem"), "producao", NOW)
    assert found.keys[0].data == signer.pem.decode()
    assert found.keys[0].hash_algorithm == "sha256"


@pytest.mark.parametrize("content", [None, b"no key", b"\xff" * 100_000])
def test_a_key_that_cannot_be_read_is_said(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "release.pem").write_bytes(content)
    with pytest.raises(TrustPolicyError, match=r"the key file:release\.pem cannot be read"):
        read_image_policies(_write(tmp_path, "file:release.pem"), "producao", NOW)
