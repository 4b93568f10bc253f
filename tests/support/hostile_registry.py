"""A registry of our own that misbehaves on purpose: correct by default, wrong wherever a test says so."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from tests.support.signing import OCI_INDEX, Content, encode

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator, Mapping

    Misbehaviour = Callable[["Exchange"], None]


class Exchange(BaseHTTPRequestHandler):
    """One request. A misbehaviour gets it and answers, or not, as it likes."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # one segment an answer: headers and body apart would each wait for the other's acknowledgement
    disable_nagle_algorithm = True
    registry: HostileRegistry
    form: Mapping[str, list[str]]

    @property
    def name(self) -> str:
        """The tag or digest that is asked for."""
        return self.path.partition("?")[0].rpartition("/")[2]

    def do_GET(self) -> None:
        self.registry.requests.append(self.path)
        self.registry.authorizations.append(self.headers.get("authorization"))
        path = self.path.partition("?")[0]
        for part, misbehave in self.registry.misbehaviours.items():
            if part in path:
                self.close_connection = True
                misbehave(self)
                return
        self.answer()

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_POST(self) -> None:
        self.form = parse_qs(self.rfile.read(int(self.headers.get("content-length", "0"))).decode())
        self.do_GET()

    def reply(self, status: int, body: bytes = b"", content_type: str = "", **headers: str) -> None:
        """Send a complete answer."""
        self.send_response(status)
        if content_type:
            self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def drip(self, data: bytes, pause: float) -> None:
        """Send bytes one by one until they or the reader's patience end."""
        for value in data:
            if self.registry.stopping.wait(pause):
                return
            self.wfile.write(bytes([value]))
            self.wfile.flush()

    def stall(self) -> None:
        """Answer nothing until the registry is stopped."""
        self.registry.stopping.wait()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the name http.server uses
        """Say nothing."""

    def answer(self) -> None:
        """Answer as a registry does."""
        path = self.path.partition("?")[0]
        content = self.registry.content
        _, kind, name = path.rsplit("/", 2)
        if kind == "manifests" and name in content.manifests:
            media_type, body = content.manifests[name]
            self.reply(200, body, media_type)
        elif kind == "blobs" and name in content.blobs:
            self.reply(200, content.blobs[name], "application/octet-stream")
        elif kind == "referrers" and self.registry.has_referrers:
            manifests = self.registry.referrers.get(name, [])
            body = encode({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": manifests})
            self.reply(200, body, OCI_INDEX)
        else:
            self.reply(404, json.dumps({"errors": [{"code": "MANIFEST_UNKNOWN"}]}).encode(), "application/json")


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: object, client_address: object) -> None:
        """A reader that goes away is what half of the tests are about."""


class HostileRegistry:
    """Serves `content` under any repository's name.

    Attributes:
        misbehaviours: by a part of the path: what to do instead of answering.
        referrers: what the referrers API lists, by digest.
        scheme: `https` once secured; the certificate is then for the name `localhost`.
        has_referrers: whether there is such an API.
        requests: the paths that were asked for.
        authorizations: the Authorization header of each request, or None.
    """

    def __init__(self) -> None:
        self.content = Content()
        self.misbehaviours: dict[str, Misbehaviour] = {}
        self.referrers: dict[str, list[dict[str, Any]]] = {}
        self.has_referrers = True
        self.requests: list[str] = []
        self.authorizations: list[str | None] = []
        self.stopping = threading.Event()
        handler = type("BoundExchange", (Exchange,), {"registry": self})
        self._server = _Server(("127.0.0.1", 0), handler)
        self.scheme = "http"

    def secure(self, context: ssl.SSLContext) -> None:
        """Speak TLS from now on; to be called before `running`."""
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.scheme = "https"

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def host(self) -> str:
        return f"{'127.0.0.1' if self.scheme == 'http' else 'localhost'}:{self.port}"

    @contextlib.contextmanager
    def running(self) -> Iterator[HostileRegistry]:
        """Serve until the end of the block."""
        thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self.stopping.set()
            self._server.shutdown()
            self._server.server_close()
            thread.join(5)


def answers(status: int, body: bytes = b"", content_type: str = "", **headers: str) -> Misbehaviour:
    """A misbehaviour that answers this."""
    return lambda exchange: exchange.reply(status, body, content_type, **headers)


def forever(exchange: Exchange) -> None:
    """An answer without end."""
    exchange.send_response(200)
    exchange.send_header("Content-Type", "application/vnd.oci.image.manifest.v1+json")
    exchange.end_headers()
    deadline = time.monotonic() + 60
    with contextlib.suppress(OSError):
        while time.monotonic() < deadline and not exchange.registry.stopping.is_set():
            exchange.wfile.write(b" " * 65536)
