from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from guardrails.trust import key_loading, trust_root
from guardrails.trust.errors import Unavailable
from guardrails.trust.loader import Loader
from guardrails.trust.policy import TrustPolicy
from tests.support.signing import Signer, encode
from tests.support.sigstore_instance import Instance

if TYPE_CHECKING:
    from pathlib import Path

POLICY = TrustPolicy.model_validate(
    {
        "version": "cartorio.trust/v1",
        "roots": {"own": {"source": "file:root.json"}},
        "authorities": {
            "a": {"keys": [{"source": "file:a.pem"}]},
            "b": {"keys": [{"source": "file:a.pem"}, {"source": "file:b.pem"}], "transparency": {"root": "own"}},
            "unasked": {"keys": [{"source": "file:absent.pem"}]},
        },
        "profiles": {
            "local": {"rules": [{"name": "own", "images": "r.example/**", "require": [{"authorities": ["a", "b"]}]}]}
        },
    }
)
RULES = POLICY.profiles["local"].rules


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("a", "b"):
        (tmp_path / f"{name}.pem").write_bytes(Signer().pem)
    (tmp_path / "root.json").write_bytes(encode(Instance().trusted_root()))
    return tmp_path


def test_what_the_rules_rest_on_is_read_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    real = key_loading.load

    def load(source: Any, where: Path) -> Any:  # noqa: ANN401 -- as `key_loading.load`
        read.append(str(source))
        return real(source, where)

    monkeypatch.setattr(key_loading, "load", load)
    loader = Loader(POLICY, folder)
    for _ in range(2):
        keys, roots = asyncio.run(loader.load(RULES))
        assert sorted(keys) == ["file:a.pem", "file:b.pem"]
        assert all(isinstance(found, tuple) for found in keys.values())
        assert isinstance(roots["own"], trust_root.TrustRoot)
    assert sorted(read) == ["file:a.pem", "file:b.pem"]


def test_what_cannot_be_read_stops_nothing_else_and_is_tried_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loader = Loader(POLICY, folder)
    b = (folder / "b.pem").read_bytes()
    (folder / "b.pem").unlink()
    with monkeypatch.context() as patched:
        patched.setattr(trust_root, "load", lambda *_: 1 / 0)
        keys, roots = asyncio.run(loader.load(RULES))
    assert isinstance(keys["file:a.pem"], tuple)
    assert "cannot be read" in str(keys["file:b.pem"])
    assert isinstance(roots["own"], Unavailable)
    assert "the verifier itself failed: ZeroDivisionError" in str(roots["own"])
    (folder / "b.pem").write_bytes(b)
    keys, roots = asyncio.run(loader.load(RULES))
    assert isinstance(keys["file:b.pem"], tuple)
    assert isinstance(roots["own"], trust_root.TrustRoot)
