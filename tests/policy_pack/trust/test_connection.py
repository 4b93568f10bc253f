"""What comes over one connection, byte by byte; what a whole registry does is in `test_registry`."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any

import h11
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guardrails.trust.connection import Connection, connect, fetch, joined
from guardrails.trust.errors import Malformed
from guardrails.trust.peers import Peer

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

GET = h11.Request(method="GET", target="/", headers=[("host", "a")])
HEAD = h11.Request(method="HEAD", target="/", headers=[("host", "a")])
LINE = b"HTTP/1.1 200 OK\r\n"
WHOLE = LINE + b"Content-Length: 3\r\n\r\nabc"


def spoken(
    said: bytes, use: Callable[[Peer], Awaitable[bytes]], *, closes: bool = True, greeting: bytes = b""
) -> bytes:
    """Use a server that says this to the first request and then closes, and, given a greeting, that before."""

    serving: list[asyncio.Task[Any] | None] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        serving.append(asyncio.current_task())
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            writer.write(greeting)
            await reader.readuntil(b"\r\n\r\n")
            writer.write(said)
            if not closes:
                await reader.read()
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()

    async def run() -> bytes:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        async with server, asyncio.timeout(30):
            try:
                return await use(Peer.parse("http", f"127.0.0.1:{server.sockets[0].getsockname()[1]}"))
            finally:
                await asyncio.gather(*(task for task in serving if task is not None))

    return asyncio.run(run())


def read(head: h11.Request = GET, limit: int = 100_000) -> Callable[[Peer], Awaitable[bytes]]:
    async def use(peer: Peer) -> bytes:
        return (await fetch(peer, head, b"", limit, 30))[1]

    return use


@pytest.mark.parametrize(
    ("said", "body"),
    [
        (WHOLE, b"abc"),
        (LINE + b"\r\nabc", b"abc"),
        (b"HTTP/1.0 200 OK\r\n\r\nabc", b"abc"),
        (LINE + b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n2\r\nbc\r\n0\r\n\r\n", b"abc"),
        (b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n" + WHOLE, b"abc"),
        (LINE + b"Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc", b"abc"),
        (LINE + b"Content-Length: 70000\r\n\r\n" + b"x" * 70_000, b"x" * 70_000),
        (b"HTTP/1.1 404 No\r\nContent-Length: 3\r\n\r\nabc", b""),
    ],
)
def test_bodies_end_where_they_are_said_to(said: bytes, body: bytes) -> None:
    assert spoken(said, read()) == body


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"\x00\xff",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
        LINE + b"Content-Length: 4\r\n\r\nabc",
        LINE + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc",
        LINE + b"Content-Length: -3\r\n\r\nabc",
        LINE + b"Content-Length: " + b"9" * 30 + b"\r\n\r\nabc",
        LINE + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        LINE + b"Transfer-Encoding: chunked\r\n\r\n5\r\nabc",
        LINE + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabcX\r\n0\r\n\r\n",
        LINE + b"A: b\r\n" * 20_000 + b"\r\n",
        LINE + b"A: " + b"b" * 100_000,
        LINE + b"A : b\r\n\r\n",
        LINE + b"Transfer-Encoding: chunked\r\n\r\n0\r\n" + b"A: b\r\n" * 20_000 + b"\r\n",
    ],
)
def test_what_is_no_answer_is_an_error(said: bytes) -> None:
    with pytest.raises((OSError, h11.RemoteProtocolError)):
        spoken(said, read())


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (WHOLE, "a body of 3 bytes, more than the 2"),
        (LINE + b"\r\nabc", "a body of more than the 2"),
        (LINE + b"Content-Encoding: gzip\r\n\r\nabc", "Content-Encoding 'gzip'"),
    ],
)
def test_a_body_that_is_refused(said: bytes, why: str) -> None:
    with pytest.raises(Malformed, match=why):
        spoken(said, read(limit=2))


def test_the_answer_to_head_has_no_body() -> None:
    assert spoken(WHOLE, read(HEAD)) == b""


async def twice(connection: Connection) -> bytes:
    await connection.ask(GET)
    while await connection.chunk():
        pass
    return b"again" if connection.again() else b"not again"


@pytest.mark.parametrize(
    ("said", "found"),
    [
        (WHOLE, b"again"),
        (WHOLE + b"HTTP/1.1 200 OK\r\n", b"not again"),
        (LINE + b"Connection: close\r\nContent-Length: 3\r\n\r\nabc", b"not again"),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nabc", b"not again"),
    ],
)
def test_a_connection_is_kept_if_nothing_is_left_on_it(said: bytes, found: bytes) -> None:
    async def use(peer: Peer) -> bytes:
        connection = await connect(peer, None, 30)
        try:
            return await twice(connection)
        finally:
            connection.abort()
            await connection.closed()

    assert spoken(said, use, closes=False) == found


def test_bytes_that_nobody_asked_for_end_the_connection() -> None:
    async def use(peer: Peer) -> bytes:
        connection = await connect(peer, None, 30)
        await connection.closed()
        return b"" if connection.is_idle else b"ended"

    assert spoken(b"", use, greeting=WHOLE) == b"ended"


def test_what_is_cancelled_ends_the_connection() -> None:
    async def use(peer: Peer) -> bytes:
        with pytest.raises(TimeoutError):
            await fetch(peer, GET, b"", 10, 0.1)
        return b"ended"

    assert spoken(b"", use, closes=False) == b"ended"


def test_headers_that_come_twice_are_joined_and_others_left_out() -> None:
    assert joined([(b"link", b"a"), (b"x", b"y"), (b"link", b"\xff")]) == {"link": "a, \xff"}


PIECES = st.sampled_from([LINE, b"Content-Length: 2\r\n", b"Transfer-Encoding: chunked\r\n", b"\r\n", b"2\r\nab\r\n"])


@settings(max_examples=60)
@given(st.lists(PIECES | st.binary(max_size=40)))
def test_any_bytes_are_an_answer_or_an_error(parts: list[bytes]) -> None:
    try:
        body = spoken(b"".join(parts), read(limit=50))
    except (OSError, h11.RemoteProtocolError, Malformed):
        return
    assert len(body) <= 50
