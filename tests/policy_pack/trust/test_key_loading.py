from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from guardrails.trust import key_loading, keys
from guardrails.trust.errors import Malformed, Unavailable
from guardrails.trust.key_source import parse_source
from tests.support.signing import Signer

if TYPE_CHECKING:
    from pathlib import Path


def test_files_are_found_beside_the_policy(tmp_path: Path) -> None:
    signer = Signer()
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "k.pem").write_bytes(signer.pem)
    assert key_loading.load(parse_source("file:keys/k.pem"), tmp_path) == (keys.from_pem(signer.pem),)
    with pytest.raises(Unavailable, match="cannot be read") as caught:
        key_loading.load(parse_source("file:absent.pem"), tmp_path)
    assert str(tmp_path / "absent.pem") in caught.value.remedy
    (tmp_path / "huge.pem").write_bytes(signer.pem + b"\n" * 100_000)
    with pytest.raises(Malformed, match="too large"):
        key_loading.load(parse_source("file:huge.pem"), tmp_path)
    (tmp_path / "bad.pem").write_bytes(b"nonsense")
    with pytest.raises(Malformed, match=r"bad\.pem: a PEM file"):
        key_loading.load(parse_source("file:bad.pem"), tmp_path)
