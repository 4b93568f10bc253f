"""Certificates, proxies, and the memory that reading takes, whatever a registry sends."""

from __future__ import annotations

import asyncio
import base64
import gzip
import json
import ssl
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

from guardrails.trust import Outcome, Verifier
from guardrails.trust.access import Access
from guardrails.trust.evidence import ENVELOPE
from guardrails.trust.limits import Limits
from guardrails.trust.transport import Answer, Request, Transport
from tests.support.hostile_registry import Exchange, HostileRegistry, answers, forever
from tests.support.proxy import tunnelling
from tests.support.signing import OCI_INDEX, OCI_MANIFEST, SIMPLE_SIGNING, Signer, encode, sha256, statement
from tests.support.trust import NAME, PATIENCE, Scene, Trust, failed, judged, named

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator


def certificate(folder: Path, name: str, *more: str) -> Path:
    """Make a self-signed server certificate with its key, in one PEM file."""
    key = Signer()
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(subject, subject, key.private.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(one) for one in (name, *more)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key.private, hashes.SHA256())
    )
    path = folder / f"{name}.pem"
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + key.private_pem)
    return path


@pytest.mark.parametrize(("name", "trusted"), [("localhost", True), ("localhost", False), ("elsewhere", True)])
def test_https_is_believed_for_its_name_and_authority_only(
    tmp_path: Path, signer: Signer, monkeypatch: pytest.MonkeyPatch, name: str, *, trusted: bool
) -> None:
    pem = certificate(tmp_path, name)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    registry = HostileRegistry()
    registry.secure(context)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    for variable in ("https_proxy", "all_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(variable, raising=False)
    with registry.running():
        scene = Scene(registry, tmp_path, signer)
        scene.sign()
        verdict = scene.verdict(Limits(image_seconds=5))
    if trusted and name == "localhost":
        assert verdict.outcome is Outcome.TRUSTED, verdict
    else:
        failed(verdict, "certificate verify failed" if not trusted else "ertificate")


def test_connections_that_the_registry_has_closed_meanwhile_do_no_harm(hostile: HostileRegistry) -> None:
    """Both kept ones are dead: a repetition on the second would fail as the first did."""
    together = threading.Barrier(2)
    served: set[socket.socket] = set()

    def once(exchange: Exchange) -> None:
        if exchange.connection not in served:
            served.add(exchange.connection)
            if len(served) <= together.parties:
                together.wait(timeout=30)
            exchange.reply(200, b"yes")
            exchange.close_connection = False

    hostile.misbehaviours[""] = once
    request = Request(f"http://{hostile.host}/v2/a/manifests/b", "image", limit=10)

    async def ask() -> list[Answer]:
        transport = Transport(Access(), Limits(image_seconds=30))
        try:
            return [
                *await asyncio.gather(transport.send(request), transport.send(request)),
                await transport.send(request),
            ]
        finally:
            await transport.close()

    assert [answer.body for answer in asyncio.run(ask())] == [b"yes"] * 3
    assert len(served) == 3


BUCKET = "prod-sa-east-1-starport-layer-bucket.s3.sa-east-1.amazonaws.com"
ECR = "111122223333.dkr.ecr.sa-east-1.amazonaws.com"


@pytest.fixture
def proxied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[HostileRegistry, list[str]]]:
    """ECR's name, spoken for by a registry of ours that only a proxy leads to and a private CA vouches for."""
    pem = certificate(tmp_path, ECR, BUCKET)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    registry = HostileRegistry()
    registry.secure(context)
    for variable in ("no_proxy", "NO_PROXY", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY", "SSL_CERT_FILE"):
        monkeypatch.delenv(variable, raising=False)
    with registry.running(), tunnelling(registry.port) as (proxy, asked):
        monkeypatch.setenv("https_proxy", proxy)
        yield registry, asked


@pytest.mark.parametrize("believed", [True, False])
def test_ecr_by_a_proxy_of_the_environment_a_private_ca_and_a_token_of_aws(
    proxied: tuple[HostileRegistry, list[str]],
    tmp_path: Path,
    signer: Signer,
    aws: dict[str, str],
    *,
    believed: bool,
) -> None:
    assert aws
    registry, asked = proxied
    seen: list[str | None] = []

    def guard(exchange: Exchange) -> None:
        if exchange.headers["host"] == BUCKET:
            seen.append(exchange.headers.get("authorization"))
            exchange.answer()
        elif "/blobs/" in exchange.path:
            exchange.reply(307, Location=f"https://{BUCKET}{exchange.path}?X-Amz-Signature=abc", Set_Cookie="a=b")
        elif str(exchange.headers.get("authorization")).startswith("Basic QVdTO"):  # "AWS:"
            exchange.answer()
        else:
            exchange.reply(401, WWW_Authenticate=f'Basic realm="https://{ECR}/",service="ecr.amazonaws.com"')

    registry.misbehaviours["/v2/"] = guard
    scene = Scene(registry, tmp_path, signer)
    scene.sign(legacy=False)
    scene.trust.host = ECR
    made = scene.trust.verifier(release=[signer.pem])
    access = Access(made._access.mirrors, authorities=tmp_path / f"{ECR}.pem" if believed else None)
    patient = Limits(image_seconds=120, helper_seconds=60)  # loading the AWS SDK takes long where much is going on
    verdict = judged(Verifier(made._policy, "local", path=made._path, access=access, limits=patient), scene.digest)
    if believed:
        assert verdict.outcome is Outcome.TRUSTED, verdict
        assert set(asked) == {f"{ECR}:443", f"{BUCKET}:443"}
        assert seen == [None]  # where the blob is kept, nobody sees the token for the registry
    else:
        failed(verdict, "certificate verify failed")
        assert set(asked) == {f"{ECR}:443"}
        assert registry.requests == []


def test_a_proxy_that_lets_nobody_through_is_named(
    tmp_path: Path, signer: Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(variable, raising=False)
    with tunnelling(None) as (proxy, asked):
        monkeypatch.setenv("https_proxy", proxy)
        trust = Trust(tmp_path, "registry.invalid", "https")
        verdict = judged(trust.verifier(release=[signer.pem], limits=PATIENCE), sha256(b""))
    failed(verdict, f"the proxy {proxy} answered 502")
    assert set(asked) == {"registry.invalid:443"}


@pytest.mark.parametrize("secret", ["user:p%40ss@", ""])
def test_a_proxy_may_ask_for_tls_and_for_a_password_and_nobody_else_gets_that(
    tmp_path: Path, signer: Signer, monkeypatch: pytest.MonkeyPatch, secret: str
) -> None:
    pem = certificate(tmp_path, "localhost")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    registry = HostileRegistry()
    registry.secure(context)
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    for variable in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(variable, raising=False)
    basic = f"Basic {base64.b64encode(b'user:p@ss').decode()}"
    with registry.running(), tunnelling(registry.port, context, [basic]) as (proxy, asked):
        monkeypatch.setenv("https_proxy", proxy.replace("://", f"://{secret}"))
        scene = Scene(registry, tmp_path, signer)
        scene.sign()
        verdict = scene.verdict(Limits(image_seconds=30))
    assert set(asked) == {registry.host}
    if secret:
        assert verdict.outcome is Outcome.TRUSTED, verdict
        assert set(registry.authorizations) == {None}
    else:
        failed(verdict, f"the proxy {proxy} answered 407")
        assert registry.requests == []


@pytest.mark.parametrize("address", ["socks5://user:p@127.0.0.1:1", "http://user:p@", "http://user:p@a:99999"])
def test_a_proxy_s_address_that_is_none_is_an_error_that_keeps_its_password(
    tmp_path: Path, signer: Signer, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("https_proxy", address)
    for variable in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(variable, raising=False)
    trust = Trust(tmp_path, "registry.invalid", "https")
    verdict = judged(trust.verifier(release=[signer.pem], limits=PATIENCE), sha256(b""))
    failed(verdict, "HTTPS_PROXY is not the address of a proxy")
    assert "user" not in str(verdict)


def test_a_host_that_no_proxy_names_is_reached_directly(
    tmp_path: Path, signer: Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with tunnelling(None) as (proxy, asked):
        monkeypatch.setenv("https_proxy", proxy)
        monkeypatch.setenv("no_proxy", "registry.invalid")
        trust = Trust(tmp_path, "registry.invalid", "https")
        verdict = judged(trust.verifier(release=[signer.pem], limits=PATIENCE), sha256(b""))
    failed(verdict, "https://registry.invalid does not answer properly")
    assert asked == []


def test_a_file_of_cas_that_is_none_is_an_error_that_names_its_variable(tmp_path: Path, signer: Signer) -> None:
    (tmp_path / "ca.pem").write_text("nothing")
    made = Trust(tmp_path, "registry.invalid", "https").verifier(release=[signer.pem])
    access = Access(made._access.mirrors, authorities=tmp_path / "ca.pem")
    verdict = judged(Verifier(made._policy, "local", path=made._path, access=access), sha256(b""))
    failed(verdict, "CARTORIO_REGISTRY_CA")


def test_proxies_of_the_environment_do_not_see_loopback(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    scene.sign()
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    assert scene.verdict().outcome is Outcome.TRUSTED


def test_no_cookie_is_kept(scene: Scene) -> None:
    scene.sign()
    cookies: set[str | None] = set()

    def bake(exchange: Exchange) -> None:
        cookies.add(exchange.headers.get("cookie"))
        if exchange.path.endswith("?moved"):
            exchange.answer()
        else:
            exchange.reply(307, Location=f"{exchange.path}?moved", Set_Cookie="a=b; Path=/")

    scene.registry.misbehaviours[""] = bake
    assert scene.verdict(Limits(image_seconds=10)).outcome is Outcome.TRUSTED
    assert cookies == {None}


_MEASURED = """
import json, re, sys
from pathlib import Path
from guardrails.trust import Verifier
folder, mirror, references = sys.argv[1], sys.argv[2], sys.argv[3:]
verdicts = Verifier.from_file(Path(folder) / "trust.yaml", "local").verify(references)
# Not getrusage: what it tells is handed on by exec, so that a large pytest would count, too.
peak = int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1])
print(json.dumps({"peak": peak, "outcomes": sorted({v.outcome for v in verdicts.values()})}))
"""


def _bombs() -> list[bytes]:
    """What is small to send and large to read, as lists of referrers: each is refused before it is parsed, or by it."""
    start = b'{"schemaVersion":2,"mediaType":"%s","manifests":' % OCI_INDEX.encode()
    return [
        start + b"[" + b"[]," * 340_000 + b"[]]}",
        start + b"[" * 1_000_000,
        start + b'[],"a":' + b'{"a":' * 200_000,
        start + b"[]," + b",".join(b'"%d":0' % number for number in range(100_000)) + b"}",
        start + b'[],"a":"' + b"\\u0041" * 170_000 + b'"}',
        start + b'[],"a":' + b"9" * 1_000_000 + b"}",
        start + b'[],"a":"' + b"\xf0\x9f\x8f\xa0" * 250_000 + b'"}',
    ]


def test_memory_stays_below_200_megabytes_whatever_is_sent(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    content = scene.registry.content
    filler = {"mediaType": SIMPLE_SIGNING, "annotations": {"dev.cosignproject.cosign/signature": "AAAA"}}
    layers = []
    for number in range(32):
        data = b'{"x":"%s"}' % (b"%064d" % number * 1000)
        content.blobs[sha256(data)] = data
        layers.append({**filler, "digest": sha256(data), "size": len(data)})
    config = content.blob("application/vnd.oci.empty.v1+json", b"{}")
    heavy = encode({"schemaVersion": 2, "mediaType": OCI_MANIFEST, "config": config, "layers": layers})
    large = content.blob(
        ENVELOPE, encode({"payload": "QUFB" * 750_000, "payloadType": "x", "signatures": [{"sig": "A"}]})
    )
    attested = encode({"schemaVersion": 2, "mediaType": OCI_MANIFEST, "config": config, "layers": [large] * 3})
    bombs = _bombs()
    images: list[Any] = [content.image()["digest"] for _ in range(16)]
    lists: dict[str, Any] = dict(zip(images, (answers(200, bomb, OCI_INDEX) for bomb in bombs), strict=False))
    lists[images[-1]] = forever
    lists[images[-2]] = answers(200, gzip.compress(b" " * 100_000_000), OCI_INDEX, Content_Encoding="gzip")

    def send(exchange: Exchange) -> None:
        if exchange.path.endswith(".sig"):
            exchange.reply(200, heavy, OCI_MANIFEST)
        elif exchange.path.endswith(".att"):
            exchange.reply(200, attested, OCI_MANIFEST)
        else:
            lists.get(exchange.path.rpartition("/")[2], Exchange.answer)(exchange)

    for number, bomb in enumerate(bombs):
        data = bomb.replace(OCI_INDEX.encode(), OCI_MANIFEST.encode())
        images[8 + number % 6] = sha256(data)
        content.manifests[sha256(data)] = (OCI_MANIFEST, data)
    scene.registry.misbehaviours["/referrers/"] = send
    scene.registry.misbehaviours[".sig"] = send
    scene.registry.misbehaviours[".att"] = send
    measured = measure(scene, monkeypatch, images)
    assert measured["outcomes"] == ["refused"]
    assert measured["peak"] < 200 * 1024  # kibibytes


def test_memory_stays_below_200_megabytes_for_the_largest_attestations_by_somebody_who_counts(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only what is signed is parsed; of that, an object of many keys in capitals takes the most for its size."""
    content, images = scene.registry.content, [scene.registry.content.image() for _ in range(8)]
    about = {**statement(images[0]["digest"]), "predicateType": "https://spdx.dev/Document", "predicate": "SBOM"}
    document = b"{" + b",".join(b'"A%d":[]' % number for number in range(180_000)) + b"}"
    attestation = scene.signer.bundle_of(encode(about).replace(b'"SBOM"', document))
    assert Limits().attestation_bytes * 0.9 < len(attestation) < Limits().attestation_bytes
    for image in images:
        signature = content.referrer(image, scene.signer.bundle(image["digest"]))
        scene.registry.referrers[image["digest"]] = [content.referrer(image, attestation), signature]
    measured = measure(scene, monkeypatch, [image["digest"] for image in images])
    assert measured["outcomes"] == ["refused", "trusted"]
    assert measured["peak"] < 200 * 1024  # kibibytes


def measure(scene: Scene, monkeypatch: pytest.MonkeyPatch, images: list[str]) -> dict[str, Any]:
    """The verdicts on images that have to have an SBOM, and the memory that a process of its own takes for them."""
    wanted = {"name": "sbom", "predicate": "spdx", "authorities": ["release"]}
    scene.trust.verifier(release=[scene.signer.pem], attestations=[wanted])  # writes trust.yaml
    monkeypatch.setenv("CARTORIO_REGISTRY_MIRRORS", f"{NAME}=http://{scene.registry.host}")
    monkeypatch.setenv("CARTORIO_EVIDENCE_CACHE", str(scene.trust.folder / "cache"))
    done = subprocess.run(
        [sys.executable, "-c", _MEASURED, str(scene.trust.folder), "", *(named(image) for image in images)],
        cwd=Path(__file__).parents[3] / "policy_pack",
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    measured: dict[str, Any] = json.loads(done.stdout)
    return measured
