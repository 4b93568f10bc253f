# ruff: noqa: N802  gRPC names the methods
"""Listens as the engine expects of a policy pack: its protocol over gRPC, and the port on standard output.

The service: https://github.com/pulumi/pulumi/blob/v3.259.0/proto/pulumi/analyzer.proto. What the calls mean is left to
`adapter.py`. The engine makes two calls a resource, one after the other: so nothing is done here that a call can spare.
"""

from __future__ import annotations

import os
import sys
import threading
from concurrent import futures
from typing import TYPE_CHECKING, Final

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc, plugin_pb2

from guardrails.settings import pack_version

if TYPE_CHECKING:
    from guardrails.adapter import Analyzer

_LONGEST: Final = 400 * 1024 * 1024
"""Bytes of a message: the whole stack is one."""

_OPTIONS: Final = (("grpc.max_receive_message_length", _LONGEST), ("grpc.max_send_message_length", _LONGEST))
_WORKERS: Final = 4

PORT: Final = "CARTORIO_POLICY_PORT"
"""Where whoever starts the pack names a port on which it may listen, instead of one of its own."""


class Servicer(analyzer_pb2_grpc.AnalyzerServicer):
    """The engine's calls, passed on.

    Args:
        analyzer: answers them.
    """

    def __init__(self, analyzer: Analyzer) -> None:
        self._analyzer = analyzer

    def Handshake(
        self, _request: analyzer_pb2.AnalyzerHandshakeRequest, _context: grpc.ServicerContext | None
    ) -> analyzer_pb2.AnalyzerHandshakeResponse:
        """The engine says where it is, which nobody here needs."""
        return analyzer_pb2.AnalyzerHandshakeResponse()

    def ConfigureStack(
        self, request: analyzer_pb2.AnalyzerStackConfigureRequest, _context: grpc.ServicerContext | None
    ) -> analyzer_pb2.AnalyzerStackConfigureResponse:
        """The stack, which language hosts have told by the environment that the pack was started with.

        Only if both say that it is a preview, it is one. (Engines start a pack anew for the update after a preview.)
        """
        if not request.dry_run:
            self._analyzer.act()
        return analyzer_pb2.AnalyzerStackConfigureResponse()

    def GetPluginInfo(self, _request: empty_pb2.Empty, _context: grpc.ServicerContext | None) -> plugin_pb2.PluginInfo:
        """The pack's version."""
        return plugin_pb2.PluginInfo(version=pack_version())

    def GetAnalyzerInfo(
        self, _request: empty_pb2.Empty, _context: grpc.ServicerContext | None
    ) -> analyzer_pb2.AnalyzerInfo:
        """All policies."""
        return self._analyzer.info()

    def Configure(
        self, request: analyzer_pb2.ConfigureAnalyzerRequest, _context: grpc.ServicerContext | None
    ) -> empty_pb2.Empty:
        """What `--policy-pack-config` says, checked by the engine: its last call before the program starts."""
        self._analyzer.configure(request)
        threading.Thread(target=self._analyzer.prepare, name="prepare", daemon=True).start()
        return empty_pb2.Empty()

    def Remediate(
        self, request: analyzer_pb2.AnalyzeRequest, _context: grpc.ServicerContext | None
    ) -> analyzer_pb2.RemediateResponse:
        """A resource, before it is judged."""
        return self._analyzer.remediate(request)

    def Analyze(
        self, request: analyzer_pb2.AnalyzeRequest, _context: grpc.ServicerContext | None
    ) -> analyzer_pb2.AnalyzeResponse:
        """A resource, before it is acted upon."""
        return self._analyzer.analyze(request)

    def AnalyzeStack(
        self, request: analyzer_pb2.AnalyzeStackRequest, _context: grpc.ServicerContext | None
    ) -> analyzer_pb2.AnalyzeResponse:
        """All resources, at the end."""
        return self._analyzer.analyze_stack(request)

    def Cancel(self, _request: empty_pb2.Empty, _context: grpc.ServicerContext | None) -> empty_pb2.Empty:
        """The engine wants an end: it ends this process, and takes no answer after this."""
        return empty_pb2.Empty()


def serve(analyzer: Analyzer, port: int = 0) -> tuple[grpc.Server, int]:
    """Start to listen on loopback; the port, too.

    Args:
        analyzer: answers.
        port: the one to listen on, beside others of this user that do; 0: one of its own.
    """
    server = grpc.server(futures.ThreadPoolExecutor(_WORKERS), options=_OPTIONS)
    analyzer_pb2_grpc.add_AnalyzerServicer_to_server(Servicer(analyzer), server)
    try:
        taken = server.add_insecure_port(f"127.0.0.1:{port}")
    except RuntimeError:
        taken = server.add_insecure_port("127.0.0.1:0")
    server.start()
    return server, taken


def run(analyzer: Analyzer) -> None:
    """Listen, say where, and go on until the engine ends this process."""
    asked = os.environ.get(PORT, "")
    server, port = serve(analyzer, int(asked) if asked.isdigit() else 0)
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    try:
        server.wait_for_termination()
    except KeyboardInterrupt:  # a terminal tells all processes; the engine still asks whoever works
        server.stop(grace=None)
