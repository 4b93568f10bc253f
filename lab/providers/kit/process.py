"""The plugin as a process: its port on stdout, and its end when the engine ends.

The engine starts `pulumi-resource-<name> [flags] <engine address>`, reads the port from the first line of stdout, and
sends SIGINT when it is done (Pulumi's cmdutil.TerminateProcessGroup). A killed engine sends nothing: its absence is
noticed by the parent's id and by its port.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import grpc

from lab.providers.kit.protocol import provider_pb2_grpc
from lab.providers.kit.server import Servicer

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import FrameType

    from lab.providers.model import Provider

_MESSAGE_BYTES = 400 * 1024 * 1024  # the engine's own limit
_THREADS = 64  # more than the engine's default parallelism on small machines; they are made when needed
_WATCH_SECONDS = 1.0
_CONNECT_SECONDS = 2.0
_GRACE_SECONDS = 5.0


def start(provider: Provider, address: str = "127.0.0.1:0") -> tuple[grpc.Server, int]:
    """Serve in this process; returns the running server and its port."""
    server = grpc.server(
        ThreadPoolExecutor(max_workers=_THREADS, thread_name_prefix=provider.name),
        options=[
            ("grpc.max_receive_message_length", _MESSAGE_BYTES),
            ("grpc.max_send_message_length", _MESSAGE_BYTES),
        ],
    )
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(Servicer(provider), server)
    port = server.add_insecure_port(address)
    server.start()
    return server, port


def serve(provider: Provider, arguments: Sequence[str] | None = None) -> None:
    """Be the plugin until the engine ends or a signal comes.

    Args:
        provider: what to serve.
        arguments: the command line without the program (default: the process's own). Flags are tolerated; the last
            other argument is the engine's address. Without one the plugin serves until it is told to stop.
    """
    given = sys.argv[1:] if arguments is None else arguments
    engine = next((argument for argument in reversed(given) if not argument.startswith("-")), None)
    stop = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    parent = os.getppid()
    server, port = start(provider)
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    while not stop.wait(_WATCH_SECONDS):
        if os.getppid() != parent or (engine is not None and not _answers(engine)):
            break
    server.stop(_GRACE_SECONDS).wait()


def _answers(address: str) -> bool:
    """Whether anything listens at `host:port`; an address of another form can't be asked and counts as alive."""
    host, _, port = address.rpartition(":")
    if not host or not port.isdigit():
        return True
    try:
        with socket.create_connection((host.strip("[]"), int(port)), timeout=_CONNECT_SECONDS):
            return True
    except ConnectionRefusedError:
        return False
    except OSError:
        return True  # slow or out of sockets is not gone
