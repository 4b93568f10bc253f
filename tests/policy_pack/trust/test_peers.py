from __future__ import annotations

import ssl

import pytest

from guardrails.trust.errors import Unavailable
from guardrails.trust.peers import Peer, Proxy, public_authorities

TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


@pytest.mark.parametrize(
    ("scheme", "host", "found"),
    [
        ("https", "r.example", ("r.example", 443)),
        ("http", "127.0.0.1", ("127.0.0.1", 80)),
        ("https", "r.example:5000", ("r.example", 5000)),
        ("https", "[::1]:5000", ("::1", 5000)),
    ],
)
def test_hosts_and_ports(scheme: str, host: str, found: tuple[str, int]) -> None:
    peer = Peer.parse(scheme, host)
    assert (peer.name, (peer.host, peer.port), peer.tls) == (f"{scheme}://{host}", found, None)


@pytest.mark.parametrize(
    ("scheme", "host"), [("https", ""), ("ftp", "a"), ("https", ":1"), ("http", "a:70000"), ("http", "[")]
)
def test_what_is_no_host_is_refused(scheme: str, host: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Peer.parse(scheme, host)


@pytest.mark.parametrize(
    ("address", "name", "authorization"),
    [
        ("http://proxy:3128", "http://proxy:3128", None),
        ("proxy:3128", "http://proxy:3128", None),
        ("http://proxy/", "http://proxy", None),
        ("https://u%3Aa:p%40%2F@proxy", "https://proxy", "Basic dTphOnBALw=="),
        ("http://user@proxy", "http://proxy", "Basic dXNlcjo="),
    ],
)
def test_proxies(address: str, name: str, authorization: str | None) -> None:
    proxy = Proxy.parse(address, TLS)
    assert (proxy.peer.name, proxy.authorization) == (name, authorization)
    assert (proxy.peer.tls is TLS) is name.startswith("https")
    assert authorization is None or authorization not in repr(proxy)


@pytest.mark.parametrize("address", ["", "socks5://u:secret@proxy", "http://u:secret@", "http://u:secret@proxy:x"])
def test_other_proxies_are_an_error_without_their_password(address: str) -> None:
    with pytest.raises(Unavailable, match="HTTPS_PROXY is not the address of a proxy") as caught:
        Proxy.parse(address, TLS)
    assert "secret" not in str(caught.value)


def test_public_authorities_are_believed_for_their_names() -> None:
    context = public_authorities()
    assert context.get_ca_certs()
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
