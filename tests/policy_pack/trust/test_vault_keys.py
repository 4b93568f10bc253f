from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from guardrails.trust import vault_keys
from guardrails.trust.errors import Malformed, Unavailable
from guardrails.trust.key_loading import load
from guardrails.trust.key_source import VaultSource, parse_source
from tests.support.signing import Cosign
from tests.support.trust import Shelf, Trust, judged, refused
from tests.support.vault_transit import TOKEN, VaultTransit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SOURCE = VaultSource("release")


@pytest.fixture
def vault(monkeypatch: pytest.MonkeyPatch) -> Iterator[VaultTransit]:
    for name in ("VAULT_CACERT", "VAULT_NAMESPACE", "TRANSIT_SECRET_ENGINE_PATH"):
        monkeypatch.delenv(name, raising=False)
    with VaultTransit().running() as running:
        for name, value in running.environment().items():
            monkeypatch.setenv(name, value)
        yield running


@pytest.mark.parametrize("kind", ["ecdsa-p256", "ecdsa-p384", "ecdsa-p521", "ed25519", "rsa-2048"])
def test_all_versions_that_vault_still_trusts_are_read_the_newest_first(
    vault: VaultTransit, tmp_path: Path, kind: str
) -> None:
    key = vault.create("release", kind)
    key.rotate()
    key.rotate()
    three = load(parse_source("hashivault://release"), tmp_path)
    assert len({one.fingerprint for one in three}) == 3
    key.least = 2
    assert load(parse_source("hashivault://release"), tmp_path) == three[:2]
    assert vault.asked[-1] == ("GET", "/v1/transit/keys/release", TOKEN)


@pytest.mark.parametrize("legacy", [True, False], ids=["legacy", "bundle"])
def test_what_cosign_signed_before_a_rotation_is_trusted_until_vault_says_no(
    vault: VaultTransit, shelf: Shelf, trust: Trust, cosign: Cosign, *, legacy: bool
) -> None:
    key = vault.create("release")
    old, new = shelf.image(), shelf.image()
    tool = Cosign(cosign.program, cosign.folder, vault.environment())
    tool.sign("hashivault://release", shelf.direct(old), legacy=legacy)
    key.rotate()
    tool.sign("hashivault://release", shelf.direct(new), legacy=legacy)
    for digest in (old, new):
        assert judged(trust.verifier(release=["hashivault://release"]), digest).outcome == "trusted"
    key.least = 2
    refused(judged(trust.verifier(release=["hashivault://release"]), old), "not made by any key that the rule accepts")
    assert judged(trust.verifier(release=["hashivault://release"]), new).outcome == "trusted"


@pytest.mark.parametrize(
    ("answer", "error", "why"),
    [
        ((404, b""), Unavailable, "no such key"),
        ((403, b""), Unavailable, "denies access"),
        ((503, b""), Unavailable, "Vault answered 503"),
        ((307, b""), Unavailable, "Vault answered 307"),
        ((200, b"[]"), Malformed, "a JSON object was expected"),
        ((200, b"{}"), Malformed, "has no data"),
        ((200, b'{"data":{"type":"aes256-gcm96"}}'), Malformed, "keys of type 'aes256-gcm96' are not read"),
        ((200, b'{"data":{"type":"ed25519","derived":true}}'), Malformed, "a derived key"),
        ((200, b'{"data":{"type":"ed25519","min_decryption_version":1,"keys":{}}}'), Malformed, "has no versions"),
        ((200, b'{"data":{"type":"ed25519","min_decryption_version":true,"keys":{"1":{}}}}'), Malformed, "no versions"),
        (
            (200, b'{"data":{"type":"ed25519","min_decryption_version":2,"keys":{"1":{}}}}'),
            Malformed,
            "0 of 1 versions",
        ),
        (
            (200, b'{"data":{"type":"ed25519","min_decryption_version":1,"keys":{"x":{}}}}'),
            Malformed,
            "0 of 1 versions",
        ),
        (
            (200, b'{"data":{"type":"ed25519","min_decryption_version":1,"keys":{"1":{}}}}'),
            Malformed,
            "version 1 has no",
        ),
        (
            (200, b'{"data":{"type":"ed25519","min_decryption_version":1,"keys":{"1":{"public_key":"AAAA"}}}}'),
            Malformed,
            "version 1: not an Ed25519 public key",
        ),
        (
            (200, b'{"data":{"type":"rsa-2048","min_decryption_version":1,"keys":{"1":{"public_key":"AAAA"}}}}'),
            Malformed,
            "version 1: a PEM file",
        ),
        ((200, b'{"data":{}}' + b" " * 1_100_000), Malformed, "a body of 1100011 bytes, more than"),
    ],
)
def test_what_vault_should_not_say_is_refused(
    vault: VaultTransit, answer: tuple[int, bytes], error: type[Exception], why: str
) -> None:
    vault.answer = answer
    with pytest.raises(error, match=why) as caught:
        vault_keys.load(SOURCE)
    assert not isinstance(caught.value, Unavailable) or caught.value.remedy
    assert TOKEN not in str(caught.value)


def test_where_vault_is_and_how_it_is_asked_comes_from_the_environment(
    vault: VaultTransit, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    vault.create("release")
    monkeypatch.setenv("VAULT_TOKEN", "wrong")
    with pytest.raises(Unavailable, match="denies access"):
        vault_keys.load(SOURCE)
    vault.answer = (200, json.dumps({"data": vault.keys["release"].told()}).encode())
    monkeypatch.setenv("TRANSIT_SECRET_ENGINE_PATH", "/other/")
    assert len(vault_keys.load(SOURCE)) == 1
    assert vault.asked[-1][1] == "/v1/other/keys/release"
    for address, why in (
        ("", "no Vault is configured"),
        ("http://vault.example", "is not https"),
        ("ftp://127.0.0.1", "is not https"),
        ("https://", "is none"),
        ("https://[", "is none"),
        ("http://127.0.0.1:1", "cannot be asked"),
    ):
        monkeypatch.setenv("VAULT_ADDR", address)
        with pytest.raises(Unavailable, match=why):
            vault_keys.load(SOURCE)
    monkeypatch.setenv("VAULT_ADDR", "https://127.0.0.1:1")
    monkeypatch.setenv("VAULT_CACERT", str(tmp_path / "absent.pem"))
    with pytest.raises(Unavailable, match="VAULT_CACERT cannot be read"):
        vault_keys.load(SOURCE)
    monkeypatch.delenv("VAULT_CACERT")
    monkeypatch.setenv("VAULT_TOKEN", "a\nb")
    with pytest.raises(Unavailable, match="characters that no header has") as caught:
        vault_keys.load(SOURCE)
    assert caught.value.__suppress_context__  # h11's own message shows the header
