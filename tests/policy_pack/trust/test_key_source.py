from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardrails.trust.errors import Malformed
from guardrails.trust.key_source import FileSource, KmsSource, parse_source

UUID = "1234abcd-12ab-34cd-56ef-1234567890ab"
ARN = "arn:aws:kms:sa-east-1:111122223333:"


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("file:keys/release.pem", FileSource("keys/release.pem")),
        ("file:/etc/keys/release.pub", FileSource("/etc/keys/release.pub")),
        ("awskms:///alias/cartorio-local", KmsSource("", "alias/cartorio-local", None)),
        (f"awskms:///{UUID}", KmsSource("", UUID, None)),
        (f"awskms:///mrk-{UUID.replace('-', '')}", KmsSource("", f"mrk-{UUID.replace('-', '')}", None)),
        (f"awskms:///{ARN}key/{UUID}", KmsSource("", f"{ARN}key/{UUID}", "sa-east-1")),
        (f"awskms:///{ARN}alias/a/b", KmsSource("", f"{ARN}alias/a/b", "sa-east-1")),
        ("awskms://kms.example.com:8443/alias/a", KmsSource("kms.example.com:8443", "alias/a", None)),
    ],
)
def test_sources_are_read_and_written_as_cosign_writes_them(text: str, source: FileSource | KmsSource) -> None:
    assert parse_source(text) == source
    assert str(source) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "release.pem",
        "file:",
        "file:..",
        "file:keys/..",
        "file://host/key",
        "file:a\0b",
        "awskms://alias/a",
        "awskms:///alias/",
        "awskms:///alias/a b",
        "awskms:///alias/a\n",
        "awskms:///not-a-uuid",
        f"awskms:///{ARN}other/x",
        "awskms://user@host/alias/a",
        "AWSKMS:///alias/a",
        "https://example.com/key.pem",
    ],
)
def test_other_texts_are_refused(text: str) -> None:
    with pytest.raises(Malformed):
        parse_source(text)


@pytest.mark.parametrize("text", ["hashivault://release", "pkcs11:token=x", "gcpkms://x", "k8s://ns/secret"])
def test_sources_of_others_are_refused_by_name(text: str) -> None:
    with pytest.raises(Malformed, match="not supported"):
        parse_source(text)


@given(st.text(max_size=60) | st.text(max_size=40).map("awskms://".__add__))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        assert str(parse_source(text)) == text
    except Malformed:
        return
