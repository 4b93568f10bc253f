from __future__ import annotations

import json
import ssl
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, ClassVar

import pytest

from lab.services import pki
from lab.services.client import Client, NotReady, tls

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class _Handler(BaseHTTPRequestHandler):
    answers: ClassVar[dict[str, tuple[int, bytes]]] = {
        "/ok": (200, b"ok"),
        "/slow": (200, b"ok"),
        "/object": (200, b'{"health": "true"}'),
        "/list": (200, b"[]"),
        "/broken": (200, b"{"),
        "/later": (503, b"[+]ping ok\n[-]etcd failed: reason withheld\n[-]poststarthook/x failed\nreadyz check failed"),
        "/no": (401, b""),
    }

    def do_GET(self) -> None:
        if self.path == "/slow":
            time.sleep(0.3)
        self._answer(*self.answers[self.path])

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(201, json.dumps({"type": self.headers["Content-Type"], "body": json.loads(body)}).encode())

    def do_PATCH(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(200, f"{self.headers['Content-Type']} {body.decode()}".encode())

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.02,))
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def test_answers(server: ThreadingHTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")  # never used
    client = Client(server.server_port, None)
    client.expect("/ok")
    assert client.read("/object") == {"health": "true"}
    status, answer = client.request("POST", "/", {"kind": "Node"})
    assert (status, json.loads(answer)) == (201, {"type": "application/json", "body": {"kind": "Node"}})


def test_a_text_of_another_type_goes_as_it_is(server: ThreadingHTTPServer) -> None:
    client = Client(server.server_port, None)
    answer = client.request("PATCH", "/", "kind: Node", content_type="application/apply-patch+yaml")
    assert answer == (200, b"application/apply-patch+yaml kind: Node")
    assert client.request("PATCH", "/", "text") == (200, b'application/json "text"')


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/later", r"^/later answers 503: \[-\]etcd failed: reason withheld; \[-\]poststarthook/x failed$"),
        ("/no", "^/no answers 401: $"),
    ],
)
def test_what_is_not_ready_says_why(server: ThreadingHTTPServer, path: str, text: str) -> None:
    with pytest.raises(NotReady, match=text):
        Client(server.server_port, None).expect(path)


@pytest.mark.parametrize("path", ["/list", "/broken", "/no"])
def test_what_is_no_object_is_not_ready(server: ThreadingHTTPServer, path: str) -> None:
    with pytest.raises(NotReady, match=path):
        Client(server.server_port, None).read(path)


def test_nobody_there() -> None:
    with pytest.raises(NotReady, match=r"no answer from 127\.0\.0\.1:1: "):
        Client(1, None).expect("/")


def test_a_server_of_another_authority_is_not_believed(server: ThreadingHTTPServer, tmp_path: Path) -> None:
    mine, foreign = pki.ensure(tmp_path / "mine"), pki.ensure(tmp_path / "foreign")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(mine.certificate("kube-apiserver"), mine.key("kube-apiserver"))
    server.socket = context.wrap_socket(server.socket, server_side=True)
    Client(server.server_port, tls(mine, pki.CLUSTER_CA, "admin")).expect("/ok")
    for other in (tls(foreign, pki.CLUSTER_CA, "admin"), tls(mine, pki.ETCD_CA, "etcd-client")):
        with pytest.raises(NotReady, match="CERTIFICATE_VERIFY_FAILED"):
            Client(server.server_port, other).expect("/ok")


def test_who_is_patient_gets_an_answer_that_takes_its_time(server: ThreadingHTTPServer) -> None:
    client = Client(server.server_port, None, timeout=0.05)
    with pytest.raises(NotReady, match="timed out"):
        client.request("GET", "/slow")
    assert client.patient(30).request("GET", "/slow") == (200, b"ok")
