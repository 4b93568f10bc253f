from __future__ import annotations

import socket

import pytest

from lab.errors import LabError
from lab.services import ports


def test_a_chosen_port_is_free_and_not_an_ephemeral_one() -> None:
    port = ports.choose(())
    assert ports.is_free(port)
    assert 20000 <= port < 32768


def test_a_port_that_somebody_listens_on_is_not_free() -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        assert not ports.is_free(server.getsockname()[1])


def test_a_port_with_lingering_connections_is_free() -> None:
    with socket.socket() as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as every server of the lab does
        server.bind(("127.0.0.1", 0))
        server.listen()
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)) as client:
            accepted, _ = server.accept()
            accepted.close()  # the server's side closes first: its address stays in TIME_WAIT
            assert client.recv(1) == b""
    assert ports.is_free(port)


def test_taken_ports_are_avoided(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "_FIRST", 20000)
    monkeypatch.setattr(ports, "_LAST", 20001)
    monkeypatch.setattr(ports, "is_free", lambda _port: True)
    assert {ports.choose({20000}) for _ in range(10)} == {20001}


def test_no_port_left_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "is_free", lambda _port: False)
    with pytest.raises(LabError, match="no free port") as caught:
        ports.choose(())
    assert caught.value.remedy
