"""Certificates, proxies, and the memory that reading takes, whatever a registry sends."""

from __future__ import annotations

import json
import ssl
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

from guardrails.trust import Outcome
from guardrails.trust.limits import Limits
from tests.support.hostile_registry import Exchange, HostileRegistry
from tests.support.signing import OCI_INDEX, OCI_MANIFEST, SIMPLE_SIGNING, Signer, encode, sha256
from tests.support.trust import NAME, PATIENCE, Scene, Trust, failed, judged, named


def certificate(folder: Path, name: str) -> Path:
    """Make a self-signed server certificate with its key, in one PEM file."""
    key = Signer()
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(subject, subject, key.private.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
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


def test_a_proxy_of_the_environment_is_asked_for_a_tunnel_to_https_only(
    tmp_path: Path, signer: Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    class Proxy(BaseHTTPRequestHandler):
        def do_CONNECT(self) -> None:
            seen.append(self.path)
            self.send_error(502)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the name http.server uses
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Proxy) as proxy:
        threading.Thread(target=proxy.serve_forever, daemon=True).start()
        monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{proxy.server_address[1]}")
        for variable in ("no_proxy", "NO_PROXY"):
            monkeypatch.delenv(variable, raising=False)
        trust = Trust(tmp_path, "registry.invalid", "https")
        verdict = judged(trust.verifier(release=[signer.pem], limits=PATIENCE), sha256(b""))
        proxy.shutdown()
    failed(verdict, "ProxyError")
    assert set(seen) == {"registry.invalid:443"}


def test_proxies_of_the_environment_do_not_see_loopback(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    scene.sign()
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    assert scene.verdict().outcome is Outcome.TRUSTED


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


def test_memory_stays_below_200_megabytes_whatever_is_sent(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    content = scene.registry.content
    bomb = b'{"schemaVersion":2,"mediaType":"%s","a":[' % OCI_MANIFEST.encode() + b"[]," * 340_000 + b"[]]}"
    filler = {"mediaType": SIMPLE_SIGNING, "annotations": {"dev.cosignproject.cosign/signature": "AAAA"}}
    layers = []
    for number in range(60):
        data = b'{"x":"%s"}' % (b"%064d" % number * 1000)
        content.blobs[sha256(data)] = data
        layers.append({**filler, "digest": sha256(data), "size": len(data)})
    config = content.blob("application/vnd.oci.empty.v1+json", b"{}")
    heavy = encode({"schemaVersion": 2, "mediaType": OCI_MANIFEST, "config": config, "layers": layers})

    def send(exchange: Exchange) -> None:
        if exchange.path.endswith(".sig"):
            exchange.reply(200, heavy, OCI_MANIFEST)
        elif "/referrers/" in exchange.path:
            exchange.reply(200, bomb.replace(OCI_MANIFEST.encode(), OCI_INDEX.encode()), OCI_INDEX)
        else:
            exchange.reply(200, bomb, OCI_MANIFEST)

    images: list[Any] = [bomb + b" " * number for number in range(8)]
    for image in images:
        content.manifests[sha256(image)] = (OCI_MANIFEST, image)
    scene.registry.misbehaviours["/referrers/"] = send
    scene.registry.misbehaviours[".sig"] = send
    scene.trust.verifier(release=[scene.signer.pem])  # writes trust.yaml
    monkeypatch.setenv("CARTORIO_REGISTRY_MIRRORS", f"{NAME}=http://{scene.registry.host}")
    done = subprocess.run(
        [sys.executable, "-c", _MEASURED, str(scene.trust.folder), "", *(named(sha256(image)) for image in images)],
        cwd=Path(__file__).parents[3] / "policy_pack",
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    measured = json.loads(done.stdout)
    assert "trusted" not in measured["outcomes"]
    assert measured["peak"] < 200 * 1024  # kibibytes
