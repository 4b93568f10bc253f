"""The plugin as the engine starts it: a process of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import grpc
import pytest
from google.protobuf import empty_pb2

from lab.paths import PROJECT_ROOT
from lab.providers.kit.process import _answers
from lab.providers.kit.protocol import provider_pb2_grpc

if TYPE_CHECKING:
    from collections.abc import Iterator

PLUGIN = (sys.executable, "-m", "lab.providers.random")
SECONDS = 60


@contextmanager
def plugin(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """The process and its port; it ends with the block."""
    process = subprocess.Popen(
        [*PLUGIN, *arguments], cwd=PROJECT_ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    with process:
        try:
            assert process.stdout is not None
            yield process, int(process.stdout.readline())
        finally:
            process.kill()


@contextmanager
def listener() -> Iterator[tuple[socket.socket, str]]:
    """Something that listens where the engine would."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server, f"127.0.0.1:{server.getsockname()[1]}"


def version_at(port: int) -> str:
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        stub = provider_pb2_grpc.ResourceProviderStub(channel)
        empty = empty_pb2.Empty()
        version: str = stub.GetPluginInfo(empty, timeout=SECONDS, wait_for_ready=True).version
        return version


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_until_it_is_told_to_stop(number: signal.Signals) -> None:
    with listener() as (_, engine), plugin("--logtostderr", "-v=9", "--tracing=", engine) as (process, port):
        assert version_at(port)
        process.send_signal(number)
        out, err = process.communicate(timeout=SECONDS)
        assert (process.returncode, out, err) == (0, "", "")


def test_it_ends_when_the_engine_no_longer_listens() -> None:
    with listener() as (server, engine), plugin(engine) as (process, port):
        assert version_at(port)
        server.close()
        assert process.wait(SECONDS) == 0


def test_it_ends_when_its_parent_dies() -> None:
    """A shell in between, as the engine's launcher is; killed, so that it can't pass anything on."""
    script = f"import subprocess, sys; subprocess.run({[*PLUGIN]!r})"
    with subprocess.Popen([sys.executable, "-c", script], cwd=PROJECT_ROOT, stdout=subprocess.PIPE, text=True) as shell:
        assert shell.stdout is not None
        port = int(shell.stdout.readline())
        assert version_at(port)
        shell.kill()
    deadline = time.monotonic() + SECONDS
    while _answers(f"127.0.0.1:{port}"):
        assert time.monotonic() < deadline, "the plugin outlived its parent"
        os.sched_yield()


def test_it_serves_without_an_engines_address() -> None:
    with plugin() as (process, port):
        assert version_at(port)
        process.send_signal(signal.SIGTERM)
        assert process.wait(SECONDS) == 0


@pytest.mark.parametrize("address", ["unix:/tmp/engine.sock", "nonsense", "127.0.0.1:"])
def test_an_address_that_cannot_be_asked_counts_as_alive(address: str) -> None:
    assert _answers(address)
