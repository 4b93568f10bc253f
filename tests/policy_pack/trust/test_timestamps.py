from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardrails.trust import timestamps, trust_root
from guardrails.trust.errors import Malformed
from tests.support.signing import encode
from tests.support.sigstore_instance import END, NOW, START, Instance, b64

INSTANCE = Instance()
DOCUMENT = INSTANCE.trusted_root()
ROOT = trust_root.parse(encode(DOCUMENT))
STAMP = INSTANCE.timestamp(b"signature", NOW)


def test_a_timestamp_proves_when_a_signature_was_there() -> None:
    assert timestamps.verify(STAMP, b"signature", ROOT, NOW) == NOW


@pytest.mark.parametrize(
    ("stamp", "why"),
    [
        (INSTANCE.timestamp(b"another", NOW), "Mismatch between messages"),
        (Instance().timestamp(b"signature", NOW), "no timestamp authority of the trust root stands for it"),
        (INSTANCE.timestamp(b"signature", START - timedelta(days=1)), "not in office at that time"),
        (INSTANCE.timestamp(b"signature", END + timedelta(days=1)), "no timestamp authority"),
        (INSTANCE.timestamp(b"signature", NOW, by=INSTANCE.leaf()), "no timestamp authority"),
        (
            INSTANCE.timestamp(b"signature", NOW, by=INSTANCE.tsa_root.timestamper(START, NOW - timedelta(days=1))),
            "no timestamp authority",
        ),
        (STAMP[:-5], "not a timestamp"),
        (STAMP.replace(STAMP[-40:-30], b"0123456789"), "no timestamp authority"),
        (b"", "not a timestamp"),
    ],
)
def test_other_timestamps_prove_nothing(stamp: bytes, why: str) -> None:
    with pytest.raises(Malformed, match=why):
        timestamps.verify(stamp, b"signature", ROOT, END + timedelta(days=2))


def test_a_timestamp_of_the_future_proves_nothing() -> None:
    with pytest.raises(Malformed, match="of the future"):
        timestamps.verify(STAMP, b"signature", ROOT, NOW - timedelta(seconds=1))


def test_without_a_timestamp_authority_or_with_half_a_chain_nothing_counts() -> None:
    with pytest.raises(Malformed, match="names no timestamp authority"):
        timestamps.verify(STAMP, b"signature", trust_root.parse(encode({**DOCUMENT, "timestampAuthorities": []})), NOW)
    authority = DOCUMENT["timestampAuthorities"][0]
    short = {**authority, "certChain": {"certificates": [{"rawBytes": b64(INSTANCE.tsa.der)}]}}
    with pytest.raises(Malformed, match="its chain is incomplete"):
        timestamps.verify(
            STAMP, b"signature", trust_root.parse(encode({**DOCUMENT, "timestampAuthorities": [short]})), NOW
        )


@given(st.binary(max_size=100) | st.integers(0, len(STAMP) - 1).map(lambda n: STAMP[:n] + b"\xff" + STAMP[n + 1 :]))
def test_any_bytes_are_refused_or_the_very_timestamp(data: bytes) -> None:
    try:
        assert timestamps.verify(data, b"signature", ROOT, NOW) == NOW
    except Malformed:
        return
    # What CMS does not sign may differ (certificates that nobody asked for); the time and what it is of may not.
    assert len(data) == len(STAMP)
