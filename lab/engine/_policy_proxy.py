"""Stands between the engine and a policy pack, so that the pack starts with the stack's configuration.

The engine tells a pack its stack by the call `ConfigureStack`, after the pack has started; Python packs
(`pulumi.policy`, `pulumi_policy`) read it from the environment they are started with. So the engine first meets this
proxy, the pack is started when the configuration is known, and the calls of until then are passed on. After that the
engine is told to connect anew (GOAWAY), and its bytes go to the pack without a look: two calls a resource add up. The
vendor's language hosts do the same but for that: github.com/pulumi/pulumi/sdk/v3 v3.259.0, `policy_proxy.go`.
"""

from __future__ import annotations

import json
import threading
from concurrent import futures
from typing import TYPE_CHECKING

import grpc
from pulumi.runtime.proto import analyzer_pb2

from lab.engine._protocol import CHANNEL_OPTIONS
from lab.engine._splice import Splice

if TYPE_CHECKING:
    from collections.abc import Callable

PACK_PORT = "CARTORIO_POLICY_PORT"
"""Tells a pack the port that the engine knows; one that listens there, too, is called without anybody in between."""

_SERVICE = "/pulumirpc.Analyzer/"
# A connection is asked to end (GOAWAY) soon after it was made, and while it does, no call on it is refused: to stop the
# server would cancel those on their way. The next call comes by a new connection, past this proxy if it may.
_BRIEF = (("grpc.max_connection_age_ms", 250), ("grpc.max_connection_age_grace_ms", 600_000))


class PolicyProxy(grpc.GenericRpcHandler):
    """One policy pack's proxy, serving on `port` of loopback until `close`."""

    def __init__(self) -> None:
        self._configured = threading.Event()
        self._configuration: analyzer_pb2.AnalyzerStackConfigureRequest | None = None
        self._pack: futures.Future[grpc.Channel] = futures.Future()
        self._server = grpc.server(
            futures.ThreadPoolExecutor(thread_name_prefix="policy"), options=(*CHANNEL_OPTIONS, *_BRIEF)
        )
        self._server.add_generic_rpc_handlers((self,))
        self._splice = Splice(self._server.add_insecure_port("127.0.0.1:0"))
        self.port = self._splice.port
        self._server.start()

    def await_environment(self, ended: Callable[[], bool]) -> dict[str, str] | None:
        """Wait for the engine to say which stack it is; the variables by which a Python pack learns it.

        Empty when the engine asks the pack something first (`pulumi policy publish` has no stack); None when `ended`
        says that nobody will ask any more.
        """
        while not self._configured.wait(timeout=0.2):
            if ended():
                return None
        return stack_environment(self._configuration) if self._configuration is not None else {}

    def attach(self, port: int) -> None:
        """The pack serves on `port`: pass calls on to it."""
        if port == self.port:  # it has taken the port that the engine knows
            self._splice.close()
        channel = grpc.insecure_channel(f"127.0.0.1:{port}", options=CHANNEL_OPTIONS)
        if self._configuration is not None:
            try:  # it may hold more than the environment does: the stack's tags
                _call(channel, "ConfigureStack", self._configuration.SerializeToString())
            except grpc.RpcError as error:
                if error.code() is not grpc.StatusCode.UNIMPLEMENTED:
                    self.fail(f"the policy pack refused the stack's configuration: {error.details()}")
                    return
        self._splice.target = port
        self._pack.set_result(channel)

    def fail(self, reason: str) -> None:
        """The pack will not come: answer every call with `reason`."""
        if not self._pack.done():
            self._pack.set_exception(RuntimeError(reason))

    def close(self) -> None:
        """Stop serving."""
        self.fail("the policy pack has ended")
        self._configured.set()
        # With time for calls under way: the engine shows their answer, which says why there is no pack.
        self._server.stop(grace=1.0).wait()
        self._splice.close()
        if self._pack.exception() is None:
            self._pack.result().close()

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler[bytes, bytes] | None:
        """Route one call (gRPC's interface); None for another service's."""
        service, _, name = handler_call_details.method.rpartition("/")
        if service + "/" != _SERVICE:
            return None
        handle = {"Handshake": self._handshake, "ConfigureStack": self._configure_stack, "Cancel": self._cancel}.get(
            name, lambda request, context: self._pass_on(name, request, context)
        )
        return grpc.unary_unary_rpc_method_handler(handle)

    def _handshake(self, _request: bytes, _context: grpc.ServicerContext) -> bytes:
        return b""  # AnalyzerHandshakeResponse has no fields

    def _configure_stack(self, request: bytes, _context: grpc.ServicerContext) -> bytes:
        if not self._configured.is_set():
            self._configuration = analyzer_pb2.AnalyzerStackConfigureRequest.FromString(request)
            self._configured.set()
        return b""  # AnalyzerStackConfigureResponse has no fields

    def _cancel(self, request: bytes, context: grpc.ServicerContext) -> bytes:
        if self._pack.done() and self._pack.exception() is None:
            return self._pass_on("Cancel", request, context)
        return b""

    def _pass_on(self, name: str, request: bytes, context: grpc.ServicerContext) -> bytes:
        self._configured.set()
        try:
            return _call(self._pack.result(), name, request)
        except RuntimeError as error:
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, str(error))
        except grpc.RpcError as error:
            context.set_trailing_metadata(tuple((entry.key, entry.value) for entry in error.trailing_metadata()))
            context.abort(error.code(), error.details() or "")


def _call(channel: grpc.Channel, name: str, request: bytes) -> bytes:
    method: grpc.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(_SERVICE + name)
    return method(request)


def stack_environment(configuration: analyzer_pb2.AnalyzerStackConfigureRequest) -> dict[str, str]:
    """The variables that `pulumi.policy` and `pulumi_policy` read, from an AnalyzerStackConfigureRequest."""
    variables = {
        "PULUMI_ORGANIZATION": configuration.organization,
        "PULUMI_PROJECT": configuration.project,
        "PULUMI_STACK": configuration.stack,
        "PULUMI_DRY_RUN": "true" if configuration.dry_run else "false",
        "PULUMI_CONFIG": json.dumps(dict(configuration.config)),
        "PULUMI_CONFIG_SECRET_KEYS": json.dumps(list(configuration.config_secret_keys)),
    }
    return {name: value for name, value in variables.items() if value}
