from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardrails.trust.errors import Malformed
from guardrails.trust.reference import Digest, Reference, Repository, parse_domain

HEX = "0123456789abcdef"
A = "a" * 64

LABELS = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?", fullmatch=True)
PORTS = st.none() | st.integers(1, 65535)
DOMAINS = st.builds(
    lambda labels, port: ".".join(labels) + ("" if port is None else f":{port}"),
    st.lists(LABELS, min_size=2, max_size=4),
    PORTS,
)
SEGMENTS = st.from_regex(r"[a-z0-9]{1,8}((\.|_|__|-{1,3})[a-z0-9]{1,8}){0,2}", fullmatch=True)
PATHS = st.lists(SEGMENTS, min_size=1, max_size=4).map("/".join)
TAGS = st.none() | st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,40}", fullmatch=True)
DIGESTS = st.none() | st.builds(Digest, st.just("sha256"), st.text(HEX, min_size=64, max_size=64))


@given(DOMAINS, PATHS, TAGS, DIGESTS)
def test_what_is_written_is_read_back(domain: str, path: str, tag: str | None, digest: Digest | None) -> None:
    reference = Reference(Repository(domain, path), tag, digest)
    if domain not in {"index.docker.io", "docker.io"}:
        assert Reference.parse(str(reference)) == reference


@given(st.text(max_size=80) | st.text(alphabet="aZ09./:@_-[]", max_size=80))
def test_any_text_is_read_or_refused_and_reading_is_stable(text: str) -> None:
    try:
        reference = Reference.parse(text)
    except Malformed:
        return
    assert Reference.parse(str(reference)) == reference
    assert reference.repository.domain == reference.repository.domain.lower()


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("nginx", "docker.io/library/nginx"),
        ("nginx:1.27", "docker.io/library/nginx:1.27"),
        ("team/api", "docker.io/team/api"),
        ("docker.io/nginx", "docker.io/library/nginx"),
        ("index.docker.io/team/api", "docker.io/team/api"),
        ("Docker.IO/nginx", "docker.io/library/nginx"),
        ("localhost/api", "localhost/api"),
        ("localhost:5000/api", "localhost:5000/api"),
        ("registry:5000/api", "registry:5000/api"),
        ("REGISTRY/api", "registry/api"),
        ("ECR.evil.com/api", "ecr.evil.com/api"),
        ("[::1]:5000/api", "[::1]:5000/api"),
        (f"r.example/a__b/c.d-e---f:T@sha256:{A}", f"r.example/a__b/c.d-e---f:T@sha256:{A}"),
        (f"r.example/a@sha512:{A}{A}", f"r.example/a@sha512:{A}{A}"),
    ],
)
def test_names_are_normalised_as_runtimes_do(text: str, canonical: str) -> None:
    assert str(Reference.parse(text)) == canonical


@pytest.mark.parametrize(
    "text",
    [
        "",
        "/",
        "a/",
        "/a",
        "a//b",
        "UPPER",
        "r.example/Upper",
        "r.example/a:",
        "r.example/a@",
        "r.example/a:-tag",
        f"r.example/a:{'t' * 129}",
        "r.example/a b",
        "r.example/a\n",
        "r.example/a:tag\n",
        "https://r.example/a",
        "user@r.example/a",
        "user:password@r.example/a",
        "r.example:0/a",
        "r.example:05000/a",
        "r.example:65536/a",
        "r.example:/a",
        "-r.example/a",
        "r..example/a",
        "[::1/a",
        "[::g]/a",
        "[1.2.3.4]/a",
        "r.example/a..b",
        "r.example/../a",
        "r.example/a___b",
        "r.example/é",
        "r.example/a@sha256:abc",
        f"r.example/a@sha256:{'A' * 64}",
        f"r.example/a@sha256:{A}0",
        f"r.example/a@sha256:{A}\n",
        f"r.example/a@sha384:{'a' * 96}",
        f"r.example/a@md5:{'a' * 32}",
        f"r.example/a@SHA256:{A}",
        f"r.example/a@sha256:{A}@sha256:{A}",
        f"r.example/a@{A}",
        A,
        f"r.example/{'a' * 255}",
    ],
)
def test_what_is_no_reference_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        Reference.parse(text)


@given(st.binary(max_size=64), st.sampled_from(["sha256", "sha512"]))
def test_digests_match_their_bytes_only(data: bytes, algorithm: str) -> None:
    digest = Digest.of(data, algorithm)
    assert str(digest) == f"{algorithm}:{hashlib.new(algorithm, data).hexdigest()}"
    assert Digest.parse(str(digest)) == digest
    assert digest.matches(data)
    assert not digest.matches(data + b"\0")


def test_the_tags_derived_from_a_digest() -> None:
    short, long = Digest("sha256", A), Digest("sha512", A + "b" * 64)
    assert short.cosign_tag("sig") == f"sha256-{A}.sig"
    assert short.referrers_tag == f"sha256-{A}"
    assert long.cosign_tag("sig") is None  # longer than a tag can be
    assert long.referrers_tag == f"sha512-{A}"


def test_registries_are_lower_case_hosts() -> None:
    assert parse_domain("R.Example:443") == "r.example:443"
    for text in ("", "a b", "a/b", "a:b", "http://a"):
        with pytest.raises(Malformed):
            parse_domain(text)
