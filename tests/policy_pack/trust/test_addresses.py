"""Where a registry may send its readers, and where it may not."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardrails.trust.addresses import is_private, next_page, redirected, token_service
from guardrails.trust.errors import Malformed
from guardrails.trust.mirrors import Origin

BLOB = "https://registry.example.com/v2/x/blobs/y"


@pytest.mark.parametrize(
    "location",
    [
        None,
        "",
        "http://registry.example.com/plain",
        "https://user:secret@cdn.example.com/",
        "https://cdn.example.com:8443/",
        "https://10.0.0.1/",
        "https://[::1]/",
        "https://[fe80::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://0x7f000001/",
        "https://2130706433/",
        "https://127.1/",
        "https://127.0.0.1./",
        "https://localhost/",
        "https://metadata/",
        "file:///etc/passwd",
        "ftp://cdn.example.com/",
        "https://[broken/",
    ],
)
def test_redirects_that_are_not_followed(location: str | None) -> None:
    with pytest.raises(Malformed, match="redirect"):
        redirected(BLOB, location)


@pytest.mark.parametrize("location", ["/moved", "https://bucket.s3.sa-east-1.amazonaws.com/key?X-Amz-Signature=1"])
def test_redirects_that_are_followed(location: str) -> None:
    assert redirected(BLOB, location).startswith("https://")


@pytest.mark.parametrize(
    "link",
    [
        '<https://evil.example/v2/x/referrers/d?n=2>; rel="next"',
        '<//evil.example/v2/x/referrers/d?n=2>; rel="next"',
        '</v2/other/referrers/d?n=2>; rel="next"',
        '</v2/x/referrers/d>; rel="next"',
        '</v2/x/referrers/d?n=2>; rel="prev"',
        "nonsense",
        '<https://[/>; rel="next"',
    ],
)
def test_links_that_are_not_followed(link: str) -> None:
    with pytest.raises(Malformed, match="Link header"):
        next_page(link, "https://registry.example.com/v2/x/referrers/d")


@given(st.text(max_size=60) | st.text(alphabet="</v2xrefs d?n=>;l\"'evil.\t\r\n\\@:", max_size=80))
def test_no_link_leads_elsewhere(link: str) -> None:
    url = "https://registry.example.com/v2/x/referrers/d"
    try:
        query = next_page(link, url)
    except Malformed:
        return
    there = urlsplit(url + query)
    assert (there.netloc, there.path) == ("registry.example.com", "/v2/x/referrers/d")


@given(st.text(max_size=60) | st.text(alphabet="https:/\\@.1270locevil[]#?\t\n", max_size=60))
def test_no_redirect_leads_inside_or_off_https(location: str) -> None:
    try:
        target = urlsplit(redirected(BLOB, location))
    except Malformed:
        return
    assert target.scheme == "https"
    assert target.netloc == "registry.example.com" or not is_private(target.hostname or "")
    assert "@" not in target.netloc


def test_a_signed_address_is_not_shown() -> None:
    with pytest.raises(Malformed) as caught:
        redirected(BLOB, "http://user:word@bucket.example.com/key?X-Amz-Signature=secret")
    assert "secret" not in str(caught.value)
    assert "word" not in str(caught.value)


PUBLIC = Origin("https", "registry.example.com")
LOOPBACK = Origin("http", "127.0.0.1:5000")


@pytest.mark.parametrize(
    ("realm", "registry", "services"),
    [
        ("https://registry.example.com/token?x=1", PUBLIC, ()),
        ("https://auth.example.com/token", PUBLIC, ("auth.example.com",)),
        ("https://auth.example.com:8443/token", PUBLIC, ("auth.example.com:8443",)),
        ("https://auth.docker.io/token", Origin("https", "registry-1.docker.io"), ()),
        ("http://127.0.0.1:5000/token", LOOPBACK, ()),
        ("http://127.0.0.1:5001/token", LOOPBACK, ("127.0.0.1:5001",)),
        ("https://10.0.0.7/token", Origin("https", "10.0.0.7"), ()),
        ("https://10.0.0.8/token", Origin("https", "10.0.0.7"), ("10.0.0.8",)),
        ("https://harbor/token", Origin("https", "harbor"), ()),
    ],
)
def test_token_services_that_are_asked(realm: str, registry: Origin, services: tuple[str, ...]) -> None:
    assert token_service(realm, registry, frozenset(services)) == realm


@pytest.mark.parametrize(
    ("realm", "registry", "services", "why"),
    [
        ("http://registry.example.com/token", PUBLIC, (), "by https only"),
        ("http://127.0.0.1:5000/token", PUBLIC, ("127.0.0.1:5000",), "by https only"),
        ("http://auth.example.com/token", LOOPBACK, ("auth.example.com",), "by https only"),
        ("ftp://registry.example.com/token", PUBLIC, (), "by https only"),
        ("https://evil.example/token", PUBLIC, (), "another host"),
        ("https://registry.example.com.evil.example/token", PUBLIC, (), "another host"),
        ("https://registry.example.com:8443/token", PUBLIC, (), "another host"),
        ("https://auth.docker.io/token", PUBLIC, (), "another host"),
        ("http://127.0.0.1:5001/token", LOOPBACK, (), "another host"),
        ("https://169.254.169.254/token", PUBLIC, ("169.254.169.254",), "a private address"),
        ("https://[fe80::1]/token", PUBLIC, ("[fe80::1]",), "a private address"),
        ("https://10.0.0.1/token", PUBLIC, ("10.0.0.1",), "a private address"),
        ("https://localhost/token", PUBLIC, (), "a private address"),
        ("https://metadata/token", PUBLIC, (), "a private address"),
        ("https://2130706433/token", PUBLIC, (), "a private address"),
        ("https://registry.example.com@evil.example/token", PUBLIC, (), "not the address"),
        ("https://user:word@registry.example.com/token", PUBLIC, (), "not the address"),
        ("https://registry.example.com/token#x", PUBLIC, (), "not the address"),
        ("https://evil.example\\@registry.example.com/", PUBLIC, (), "not a URL"),
        ("https://registry.example.com/\ttoken", PUBLIC, (), "not a URL"),
        ("https://[broken/token", PUBLIC, (), "not a URL"),
        ("", PUBLIC, (), "not a URL"),
        ("/token", PUBLIC, (), "not the address"),
    ],
)
def test_token_services_that_are_not_asked(realm: str, registry: Origin, services: tuple[str, ...], why: str) -> None:
    with pytest.raises(Malformed, match=why):
        token_service(realm, registry, frozenset(services))


def test_the_way_to_configure_a_token_service_is_in_the_refusal() -> None:
    with pytest.raises(Malformed, match=r"CARTORIO_TOKEN_SERVICES=registry\.example\.com=auth\.example\.com"):
        token_service("https://auth.example.com/token", PUBLIC, frozenset())


@given(st.text(max_size=60) | st.text(alphabet="https:/\\@.registry exampl[]#?1270\t", max_size=60))
def test_no_realm_but_the_registry_s_own_passes_unconfigured(realm: str) -> None:
    try:
        passed = token_service(realm, PUBLIC, frozenset())
    except Malformed:
        return
    assert urlsplit(passed)[:2] == ("https", "registry.example.com")
