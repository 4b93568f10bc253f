from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardrails.trust.errors import TrustPolicyError
from guardrails.trust.mirrors import Mirrors, is_loopback


def test_registries_are_read_at_their_own_name_or_their_mirror() -> None:
    mirrors = Mirrors.parse(
        " a.example=http://127.0.0.1:5000 , B.example=https://mirror.example.com,c.example=http://[::1]:1 ,"
    )
    found = {name: str(mirrors.locate(name)) for name in ("a.example", "b.example", "c.example", "d.example:8443")}
    assert found == {
        "a.example": "http://127.0.0.1:5000",
        "b.example": "https://mirror.example.com",
        "c.example": "http://[::1]:1",
        "d.example:8443": "https://d.example:8443",
    }
    assert str(Mirrors.parse("").locate("docker.io")) == "https://registry-1.docker.io"
    assert str(Mirrors.parse("").locate("localhost:5000")) == "https://localhost:5000"


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        ("a.example", "write <registry>=<url>"),
        ("=http://127.0.0.1", "is not a registry"),
        ("a.example=", "the address is"),
        ("a.example=127.0.0.1:5000", "the address is"),
        ("a.example=ftp://127.0.0.1", "the address is"),
        ("a.example=http://mirror.example.com", "plain http is for loopback only"),
        ("a.example=http://127.0.0.1.evil.example", "plain http is for loopback only"),
        ("a.example=http://localhost.evil.example", "plain http is for loopback only"),
        ("a.example=http://10.0.0.1", "plain http is for loopback only"),
        ("a.example=http://2130706433", "plain http is for loopback only"),
        ("a.example=https://user:secret@mirror.example.com", "only scheme, host and port"),
        ("a.example=http://localhost@evil.example", "only scheme, host and port"),
        ("a.example=https://mirror.example.com/path", "only scheme, host and port"),
        ("a.example=https://mirror.example.com?x", "only scheme, host and port"),
        ("a.example=http://[::1", "is not a URL"),
        ("a.example=https://mirror.example.com:port", "is not a registry"),
    ],
)
def test_malformed_entries_are_all_named(entry: str, why: str) -> None:
    with pytest.raises(TrustPolicyError) as caught:
        Mirrors.parse(f"{entry},x.example=http://127.0.0.1:1,x.example=http://127.0.0.1:2")
    assert len(caught.value.problems) == 2
    assert why in caught.value.problems[0]
    assert "x.example appears twice" in caught.value.problems[1]
    assert all("CARTORIO_REGISTRY_MIRRORS" in problem for problem in caught.value.problems)


@given(st.text(max_size=60) | st.text(alphabet="a.=:/@[]1,htps", max_size=60))
def test_plain_http_never_leaves_this_machine(text: str) -> None:
    try:
        mirrors = Mirrors.parse(text)
    except TrustPolicyError:
        return
    for origin in mirrors.origins.values():
        host = origin.host.rpartition(":")[0] or origin.host
        assert origin.scheme == "https" or is_loopback(host.strip("[]")) or is_loopback(origin.host.strip("[]"))
