"""A proxy for tests: it tunnels whatever is asked for to one port of this machine, or refuses everything."""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator


class _Proxy(BaseHTTPRequestHandler):
    asked: list[str]
    allowed: list[str | None] | None
    port: int | None

    def do_CONNECT(self) -> None:
        self.asked.append(self.path)
        if self.allowed is not None and self.headers.get("proxy-authorization") not in self.allowed:
            self.send_error(407)
            return
        if self.port is None:
            self.send_error(502)
            return
        with socket.create_connection(("127.0.0.1", self.port)) as inner:
            self.send_response(200)
            self.end_headers()
            with contextlib.suppress(OSError):
                _join(self.connection, inner)
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the name http.server uses
        """Say nothing."""


def _join(one: socket.socket, other: socket.socket) -> None:
    with selectors.DefaultSelector() as selector:
        selector.register(one, selectors.EVENT_READ, other)
        selector.register(other, selectors.EVENT_READ, one)
        while True:
            for key, _ in selector.select():
                source = key.fileobj
                if not isinstance(source, socket.socket):
                    raise TypeError
                data = source.recv(65536)
                if not data:
                    return
                key.data.sendall(data)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False


@contextlib.contextmanager
def tunnelling(
    port: int | None, context: ssl.SSLContext | None = None, allowed: list[str | None] | None = None
) -> Iterator[tuple[str, list[str]]]:
    """Run a proxy: its address, and the `host:port` of every tunnel that is asked for.

    Args:
        port: where its tunnels lead; nowhere, if None.
        context: to speak TLS; its certificate is for `localhost`.
        allowed: the Proxy-Authorization headers that let somebody through; everybody, if None.
    """
    asked: list[str] = []
    handler = type("BoundProxy", (_Proxy,), {"asked": asked, "port": port, "allowed": allowed})
    with _Server(("127.0.0.1", 0), handler) as server:
        if context is not None:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield f"{'https://localhost' if context else 'http://127.0.0.1'}:{server.server_address[1]}", asked
        finally:
            server.shutdown()
            thread.join(5)
