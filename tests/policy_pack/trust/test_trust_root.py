from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import sigstore
from hypothesis import given
from hypothesis import strategies as st

from guardrails.trust import trust_root
from guardrails.trust.errors import Malformed, Unavailable
from guardrails.trust.key_source import FileSource
from tests.support.signing import encode
from tests.support.sigstore_instance import END, NOW, START, Instance, b64

if TYPE_CHECKING:
    from collections.abc import Callable

INSTANCE = Instance()
SHIPPED = sorted(Path(sigstore.__file__).parent.glob("_store/*/trusted_root.json"))


def test_a_root_says_whose_word_counts() -> None:
    root = trust_root.parse(encode(INSTANCE.trusted_root()))
    assert [log.key.kind for log in root.logs] == ["P-256", "Ed25519"]
    assert [log.log_id for log in root.logs] == [INSTANCE.rekor_id, INSTANCE.rekor2_id]
    assert [len(one.chain) for one in (*root.authorities, *root.timestamp_authorities)] == [2, 2]
    assert len(root.certificate_logs) == 1


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.parent.name)
def test_the_roots_of_sigstore_s_own_instances_are_read(path: Path) -> None:
    root = trust_root.load(FileSource(path.name), path.parent)
    assert root.logs
    assert root.authorities
    assert root.certificate_logs
    written = json.loads(path.read_bytes())
    assert [log.log_id for log in root.logs] == [base64.b64decode(one["logId"]["keyId"]) for one in written["tlogs"]]


def test_sigstore_ships_roots() -> None:
    assert len(SHIPPED) >= 2


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda d: d.update(mediaType="x"), "media type 'x' is not a trust root's"),
        (lambda d: d.update(tlogs={}), "'tlogs' is not a list"),
        (lambda d: d.update(tlogs=d["tlogs"] * 40), "more than the 64"),
        (lambda d: d["tlogs"][0].pop("publicKey"), "'publicKey' is missing"),
        (lambda d: d["tlogs"][0]["publicKey"].update(rawBytes="AAAA"), "tlogs: not a DER public key"),
        (lambda d: d["tlogs"][0]["publicKey"].pop("validFor"), "'validFor' is missing"),
        (lambda d: d["tlogs"][0]["publicKey"].update(validFor={}), "validFor has no start"),
        (lambda d: d["tlogs"][0]["publicKey"].update(validFor={"start": 3}), "not a time"),
        (lambda d: d["tlogs"][0]["publicKey"].update(validFor={"start": "yesterday"}), "not a time"),
        (lambda d: d["tlogs"][0]["publicKey"].update(validFor={"start": "2024-01-01"}), "no time zone"),
        (lambda d: d["tlogs"][0].pop("logId"), "'logId' is missing"),
        (lambda d: d["tlogs"][0].update(checkpointKeyId="x"), "'checkpointKeyId' is not an object"),
        (lambda d: d["certificateAuthorities"][0].update(certChain={}), "without certificates"),
        (
            lambda d: d["certificateAuthorities"][0].update(certChain={"certificates": [{"rawBytes": "AAAA"}]}),
            "something that is no certificate",
        ),
    ],
)
def test_half_a_root_is_none(change: Callable[[dict[str, Any]], object], why: str) -> None:
    document = INSTANCE.trusted_root()
    change(document)
    with pytest.raises(Malformed, match=why):
        trust_root.parse(encode(document))


def test_windows_are_inclusive_at_both_ends() -> None:
    window = trust_root.Window(START, END)
    assert [window.covers(at) for at in (START, NOW, END)] == [True, True, True]
    assert not window.covers(END.replace(year=2035))
    assert not window.covers(START.replace(year=2023))
    assert trust_root.Window(START, None).covers(END)


def test_checkpoints_may_have_a_key_id_of_their_own() -> None:
    document = INSTANCE.trusted_root()
    document["tlogs"][1]["checkpointKeyId"] = {"keyId": b64(b"four")}
    assert trust_root.parse(encode(document)).logs[1].log_id == b"four"


def test_files_are_found_beside_the_policy(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="cannot be read") as caught:
        trust_root.load(FileSource("absent.json"), tmp_path)
    assert "trusted_root.json" in caught.value.remedy
    (tmp_path / "huge.json").write_bytes(b" " * 1_100_000)
    with pytest.raises(Malformed, match="too large"):
        trust_root.load(FileSource("huge.json"), tmp_path)
    (tmp_path / "bad.json").write_bytes(b"{}")
    with pytest.raises(Malformed, match=r"bad\.json: media type"):
        trust_root.load(FileSource("bad.json"), tmp_path)


@given(st.binary(max_size=100))
def test_any_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(Malformed):
        trust_root.parse(data)
