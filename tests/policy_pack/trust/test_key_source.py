from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardrails.trust.errors import Malformed
from guardrails.trust.key_source import FileSource, KmsSource, Pkcs11Source, VaultSource, parse_source

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


@pytest.mark.parametrize("text", ["gcpkms://x", "azurekms://x", "k8s://ns/secret"])
def test_sources_of_others_are_refused_by_name(text: str) -> None:
    with pytest.raises(Malformed, match="not read"):
        parse_source(text)


def test_vault_keys_are_named_as_cosign_names_them() -> None:
    assert parse_source("hashivault://release-signing.v2") == VaultSource("release-signing.v2")
    for text in (
        "hashivault://",
        "hashivault://a/b",
        "hashivault://-a",
        "hashivault://a?version=1",
        "hashivault://a\n",
    ):
        with pytest.raises(Malformed, match="write hashivault"):
            parse_source(text)


def test_keys_in_tokens_are_named_by_rfc_7512() -> None:
    source = parse_source("pkcs11:token=My%20token;object=release;id=%01%FF?module-path=/usr/lib/x.so")
    assert isinstance(source, Pkcs11Source)
    assert (source.token, source.object, source.id) == ("My token", "release", b"\x01\xff")
    assert source.module_path == "/usr/lib/x.so"
    assert parse_source(str(source)) == source
    assert parse_source("pkcs11:serial=12;id=%01;type=public") == parse_source("pkcs11:id=%01;serial=12")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("pkcs11:token=x;object=y?pin-value=1234", "no PIN belongs in a policy"),
        ("pkcs11:token=x;object=y?pin-source=/etc/pin", "no PIN belongs in a policy"),
        ("pkcs11:token=x", "name the key"),
        ("pkcs11:token=x;id=", "name the key"),
        ("pkcs11:object=y", "name the token"),
        ("pkcs11:token=x;object=y;type=private", "only public keys"),
        ("pkcs11:token=x;object=y;slot-id=1", "is not read"),
        ("pkcs11:token=x;token=z;object=y", "is not read"),
        ("pkcs11:token=x;object=y/z", "is not read"),
        ("pkcs11:token=x;object=%zz", "is not read"),
        ("pkcs11:token=%ff;object=y", "not UTF-8"),
        ("pkcs11:token=x;object=y?module-name=z", "is not read"),
    ],
)
def test_other_tokens_and_secrets_are_refused(text: str, why: str) -> None:
    with pytest.raises(Malformed, match=why) as caught:
        parse_source(text)
    assert "1234" not in str(caught.value)


@given(st.text(max_size=60) | st.text(max_size=40).map("awskms://".__add__))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        source = parse_source(text)
    except Malformed:
        return
    assert parse_source(str(source)) == source
