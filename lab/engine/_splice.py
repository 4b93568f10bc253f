"""A port on loopback that leads to another, which may change: connections made from then on go to the new one.

Bytes are passed on as they come. Whoever speaks a protocol that reconnects by itself (gRPC, told GOAWAY) can so be led
from one server to the next without a call being lost. One that can (SO_REUSEPORT: each listener of a port has set it,
all of them one user's) may listen on the same port; once this one is closed, nobody stands between any more.
"""

from __future__ import annotations

import contextlib
import socket
import threading

_LOOPBACK = "127.0.0.1"
_PIECE = 1 << 16


class Splice:
    """Listens on `port` from the start and until `close`.

    Args:
        target: the port that it leads to at first.
    """

    def __init__(self, target: int) -> None:
        self.target = target
        self._listener = socket.create_server((_LOOPBACK, 0), backlog=16, reuse_port=True)
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, name="splice", daemon=True).start()

    def close(self) -> None:
        """Take no more connections; those that there are end when either side ends them."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # wakes `accept`
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                caller, _ = self._listener.accept()
            except OSError:  # closed
                return
            try:
                called = socket.create_connection((_LOOPBACK, self.target))
            except OSError:  # nobody is there: neither is there for the caller
                caller.close()
                continue
            threading.Thread(target=_join, args=(caller, called), name="splice", daemon=True).start()


def _join(caller: socket.socket, called: socket.socket) -> None:
    """Pass bytes on both ways until both sides have ended."""
    with caller, called:
        for one in (caller, called):
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        back = threading.Thread(target=_pass_on, args=(called, caller), name="splice", daemon=True)
        back.start()
        _pass_on(caller, called)
        back.join()


def _pass_on(source: socket.socket, sink: socket.socket) -> None:
    """Until one side has ended; then the other one is told."""
    with contextlib.suppress(OSError):
        while piece := source.recv(_PIECE):
            sink.sendall(piece)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_WR)
