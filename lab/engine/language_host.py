"""`pulumi-language-python`: the engine's Python language host, where the vendor's own is not installed.

Started by the engine as `python -P -m lab.engine.language_host --executor FILE ENGINE_ADDRESS`; prints the port it
serves on, as every plugin does, and ends with its engine: on Cancel, SIGINT or SIGTERM, and when the engine vanishes.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_THREADS = 64  # one for every call under way, and a policy pack or a plugin is one call as long as it lives


def serve(executor: Path, engine: str) -> None:
    """Serve until the engine wants an end or is gone. Call it in the main thread of a process of its own."""
    from lab.engine._protocol import CHANNEL_OPTIONS, use_light_stubs

    use_light_stubs()  # before anything imports pulumi
    from concurrent.futures import ThreadPoolExecutor
    from importlib.metadata import version

    import grpc
    from pulumi.runtime.proto import language_pb2_grpc

    from lab.engine._children import Children, watch_parent
    from lab.engine._servicer import LanguageHost

    host = LanguageHost(executor, engine, version("pulumi"), Children())
    server = grpc.server(ThreadPoolExecutor(_THREADS), options=CHANNEL_OPTIONS)
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(host, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()

    # A pipe, not an Event: a signal handler that takes a lock can meet the main thread holding it.
    end, ask_end = os.pipe()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: os.write(ask_end, b"."))
    watch_parent(lambda: os.write(ask_end, b"."))
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    os.read(end, 1)
    host.cancel()
    server.stop(grace=1).wait()
    # Not sys.exit: it would wait for the threads of calls that the engine has left open.
    os._exit(0)


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the engine's command line and serve."""
    parser = argparse.ArgumentParser(prog="pulumi-language-python", description=__doc__)
    parser.add_argument("--executor", type=Path, required=True, help="the file pulumi-language-python-exec")
    parser.add_argument("engine", nargs="?", default="", help="address of the engine")
    # The engine adds its logging flags (-v, --logtostderr, --tracing) when it logs itself; they change nothing here.
    known, _ = parser.parse_known_args(arguments)
    serve(known.executor, known.engine)


if __name__ == "__main__":
    main()
