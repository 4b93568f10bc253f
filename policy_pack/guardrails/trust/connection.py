"""One HTTP/1.1 connection: h11 (https://h11.readthedocs.io) says what the bytes mean, and none of them is for free.

h11 alone and not a whole client above it: such a client takes six times as long for a request, and does much that
would have to be switched off one by one: cookies, compression, redirects, `.netrc`.

- No head above 64 KiB is read, and no more than one reading of the socket ahead of whoever asks.
- A byte that comes before it was asked for ends the connection: it would be taken for the next answer's.
- How long an exchange may take is the caller's to say: cancelling it is always safe, and ends the connection.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import h11

from guardrails.trust.errors import Malformed, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from guardrails.trust.peers import Peer, Proxy

_PART_BYTES: Final = 32 * 1024  # h11 refuses a head that is longer and not whole; it is given as much at once
_SECOND_ADDRESS_SECONDS: Final = 0.25  # https://www.rfc-editor.org/rfc/rfc8305#section-8
_HEADERS: Final = frozenset(
    {"content-type", "link", "location", "www-authenticate", "retry-after", "docker-content-digest"}
    | {"content-encoding", "content-length"}
)

OK: Final = 200


class DroppedError(ConnectionError):
    """The other side ended the connection before the first byte of an answer."""


class Connection(asyncio.Protocol):
    """Asks one thing at a time. Made by `connect`."""

    def __init__(self) -> None:
        self._http = h11.Connection(h11.CLIENT, _PART_BYTES)
        self._transport: asyncio.Transport | None = None
        self._incoming = bytearray()
        self._waiting: asyncio.Future[None] | None = None
        self._lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._ended = self._is_asked = False
        self._fault: Exception | None = None

    @property
    def is_idle(self) -> bool:
        """Whether the next question can be asked on it, as far as anybody can know."""
        return not (self._ended or self._is_asked)

    async def ask(self, head: h11.Request, body: bytes = b"") -> h11.Response:
        """Send a request and read the head of the answer; then `chunk` until that is empty, or `abort`.

        Raises:
            DroppedError: the other side was gone.
            OSError, h11.RemoteProtocolError: no proper answer came.
        """
        transport, http = self._live(), self._http
        self._is_asked = True
        sent = [http.send(head), http.send(h11.Data(body)) if body else b"", http.send(h11.EndOfMessage())]
        transport.write(b"".join(part for part in sent if part))
        if not self._incoming and not self._ended:
            await self._more()
        if self._ended and not self._incoming:
            raise DroppedError("the connection ended before an answer") from self._fault
        while True:
            event = await self._event()
            if isinstance(event, h11.Response):
                return event
            if not isinstance(event, h11.InformationalResponse):
                raise DroppedError("the connection ended before an answer")

    async def body(self, headers: Mapping[str, str], limit: int) -> bytes:
        """Read a whole body.

        Args:
            headers: of its answer, as `joined` gives them.
            limit: the most bytes of it.

        Raises:
            Malformed: it is compressed, or longer.
            OSError, h11.RemoteProtocolError: as `chunk`.
        """
        encoding = headers.get("content-encoding", "identity")
        if encoding != "identity":
            raise Malformed(f"a body with Content-Encoding {quoted(encoding)}, which nobody asked for")
        length = headers.get("content-length", "")
        if length.isdecimal() and int(length) > limit:  # of no more digits than h11 reads
            raise Malformed(f"a body of {length} bytes, more than the {limit} that are read")
        body = bytearray()
        while chunk := await self.chunk():
            body += chunk
            if len(body) > limit:
                raise Malformed(f"a body of more than the {limit} bytes that are read")
        return bytes(body)

    async def chunk(self) -> bytes:
        """Read a part of the body; empty at its end, and only there.

        Raises:
            OSError, h11.RemoteProtocolError: the end never came.
        """
        while isinstance(event := await self._event(), h11.Data):
            if event.data:
                return bytes(event.data)
        if not isinstance(event, h11.EndOfMessage):
            raise ConnectionError("the connection ended before the answer did")
        return b""

    def again(self) -> bool:
        """Make ready for the next question, once a body was read to its end; or end the connection."""
        http = self._http
        is_over = http.our_state is h11.DONE and http.their_state is h11.DONE
        if not is_over or self._ended or self._incoming or http.trailing_data[0]:
            self.abort()
            return False
        http.start_next_cycle()
        self._is_asked = False
        return True

    def abort(self) -> None:
        """End the connection at once."""
        self._ended = True
        if self._transport is not None:
            self._transport.abort()

    async def closed(self) -> None:
        """Wait until nothing is left of it, after `abort`."""
        if self._transport is not None:
            await self._lost

    async def tunnel(self, proxy: Proxy, peer: Peer) -> None:
        """Have a proxy, who is at the other end, lead to somebody else, and speak TLS with them from now on.

        https://www.rfc-editor.org/rfc/rfc9110#section-9.3.6
        """
        host = f"[{peer.host}]" if ":" in peer.host else peer.host
        headers = [("host", f"{host}:{peer.port}"), ("user-agent", "cartorio")]
        if proxy.authorization is not None:
            headers.append(("proxy-authorization", proxy.authorization))
        answer = await self.ask(h11.Request(method="CONNECT", target=f"{host}:{peer.port}", headers=headers))
        if answer.status_code // 100 != 2 or self._incoming or self._http.trailing_data[0]:  # noqa: PLR2004 -- success
            raise ConnectionError(f"the proxy {proxy.peer.name} answered {answer.status_code}")
        loop, transport = asyncio.get_running_loop(), self._live()
        if peer.tls is None:
            raise ValueError("what goes by a proxy is TLS")
        self._http, self._is_asked = h11.Connection(h11.CLIENT, _PART_BYTES), False
        self._transport = await loop.start_tls(transport, self, peer.tls, server_hostname=peer.host)

    # What the event loop calls: https://docs.python.org/3/library/asyncio-protocol.html#streaming-protocols

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It is there."""
        if not isinstance(transport, asyncio.Transport):
            raise TypeError(f"a stream was expected, not {type(transport).__name__}")
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Bytes came."""
        if not self._is_asked:
            self.abort()
            return
        self._incoming += data
        if len(self._incoming) > _PART_BYTES:
            self._live().pause_reading()
        self._wake()

    def eof_received(self) -> None:
        """No more will come."""
        self._ended = True
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        """It is over."""
        self._ended, self._fault = True, exc
        self._wake()
        if not self._lost.done():
            self._lost.set_result(None)

    def _live(self) -> asyncio.Transport:
        if self._transport is None:
            raise DroppedError("the connection was never made")
        return self._transport

    def _wake(self) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

    async def _more(self) -> None:
        self._waiting = asyncio.get_running_loop().create_future()
        try:
            await self._waiting
        finally:
            self._waiting = None

    async def _event(self) -> h11.Event:
        while (event := self._http.next_event()) is h11.NEED_DATA:
            if not self._incoming and not self._ended:
                await self._more()
            if self._incoming:
                self._http.receive_data(bytes(self._incoming[:_PART_BYTES]))
                del self._incoming[:_PART_BYTES]
                if not self._incoming and not self._ended:
                    self._live().resume_reading()
            elif self._ended:
                if self._fault is not None:
                    raise ConnectionError(f"the connection broke: {quoted(self._fault)}") from self._fault
                self._http.receive_data(b"")
        if isinstance(event, type):  # h11.PAUSED: the other side speaks another protocol now, which nobody asked for
            raise ConnectionError("the other side speaks something else than HTTP")
        return event


async def connect(peer: Peer, proxy: Proxy | None, seconds: float) -> Connection:
    """Connect to somebody, by a proxy if there is one.

    Raises:
        OSError, h11.RemoteProtocolError: it was not possible; `TimeoutError`, not in time.
    """
    loop = asyncio.get_running_loop()
    nearest = peer if proxy is None else proxy.peer
    try:
        async with asyncio.timeout(seconds) as scope:
            _, connection = await loop.create_connection(
                Connection,
                nearest.host,
                nearest.port,
                ssl=nearest.tls,
                happy_eyeballs_delay=_SECOND_ADDRESS_SECONDS,
            )
            if proxy is not None:
                try:
                    await connection.tunnel(proxy, peer)
                except BaseException:
                    connection.abort()
                    raise
    except TimeoutError as error:
        raise TimeoutError(f"no connection within {seconds:g} s" if scope.expired() else str(error)) from error
    return connection


async def fetch(peer: Peer, head: h11.Request, body: bytes, limit: int, seconds: float) -> tuple[int, bytes]:
    """Ask one thing on a connection of its own: the answer's status, and its body where that is 200.

    Raises:
        OSError, h11.RemoteProtocolError: no proper answer came in time.
        Malformed: as `Connection.body`.
    """
    async with asyncio.timeout(seconds):
        connection = await connect(peer, None, seconds)
        try:
            answer = await connection.ask(head, body)
            is_read = answer.status_code == OK
            return answer.status_code, await connection.body(joined(answer.headers), limit) if is_read else b""
        finally:
            connection.abort()
            await connection.closed()


def joined(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """The headers that somebody here reads, by lower-case name; what came twice is joined: RFC 9110, section 5.2."""
    found: dict[str, str] = {}
    for raw, value in headers:
        name = raw.decode("ascii")
        if name in _HEADERS:
            text = value.decode("latin-1")
            found[name] = f"{found[name]}, {text}" if name in found else text
    return found
