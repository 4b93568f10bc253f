"""Connections of a port that leads elsewhere: those there are stay, later ones go to the new target."""

from __future__ import annotations

import socket
import socketserver
import threading
from typing import TYPE_CHECKING

import pytest

from lab.engine._splice import Splice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_SECONDS = 5.0


class _Named(socketserver.ThreadingTCPServer):
    """Answers each piece with its name in front, until the caller ends."""

    allow_reuse_port = True
    daemon_threads = True
    block_on_close = False

    def __init__(self, name: bytes, port: int = 0) -> None:
        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                while piece := self.request.recv(1024):
                    self.request.sendall(name + piece)
                self.request.sendall(b"bye")

        super().__init__(("127.0.0.1", port), Handler)
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()


@pytest.fixture
def serve() -> Iterator[Callable[..., int]]:
    """Starts a server of a name, on a port of its own if none is given; its port."""
    made: list[_Named] = []

    def start(name: bytes, port: int = 0) -> int:
        made.append(_Named(name, port))
        return int(made[-1].server_address[1])

    yield start
    for server in made:
        server.shutdown()
        server.server_close()


def _call(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=_SECONDS)


def _said(call: socket.socket, text: bytes) -> bytes:
    call.sendall(text)
    return call.recv(1024)


def test_later_connections_go_to_the_new_target(serve: Callable[..., int]) -> None:
    splice = Splice(serve(b"first:"))
    with _call(splice.port) as early:
        assert _said(early, b"a") == b"first:a"
        splice.target = serve(b"second:")
        with _call(splice.port) as late:
            assert _said(late, b"b") == b"second:b"
        assert _said(early, b"c") == b"first:c"
    splice.close()


def test_who_takes_the_port_itself_has_all_later_connections_for_itself(serve: Callable[..., int]) -> None:
    splice = Splice(serve(b"first:"))
    with _call(splice.port) as early:
        assert _said(early, b"a") == b"first:a"
        serve(b"second:", splice.port)
        splice.close()
        for _ in range(20):  # of two listeners each would get some
            with _call(splice.port) as late:
                assert _said(late, b"b") == b"second:b"
        assert _said(early, b"c") == b"first:c"


def test_an_end_is_passed_on_and_what_comes_after_it_too(serve: Callable[..., int]) -> None:
    splice = Splice(serve(b""))
    with _call(splice.port) as call:
        call.shutdown(socket.SHUT_WR)
        assert call.recv(1024) == b"bye"
        assert call.recv(1024) == b""
    splice.close()


def test_where_nobody_listens_the_caller_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        nobody = free.getsockname()[1]
    splice = Splice(nobody)
    with _call(splice.port) as call:
        assert call.recv(1024) == b""
    splice.close()


def test_a_closed_one_takes_no_connection(serve: Callable[..., int]) -> None:
    splice = Splice(serve(b""))
    splice.close()
    with pytest.raises(ConnectionRefusedError):
        _call(splice.port)
