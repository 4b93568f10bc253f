"""Over real gRPC, as the engine calls."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from concurrent import futures
from typing import TYPE_CHECKING

import grpc
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc

from guardrails import adapter_server
from guardrails.catalogue import CATALOGUE
from guardrails.settings import PACK, pack_version
from tests.policy_pack.test_adapter import IMAGE, POD, Engine, _pod, _struct, _urn

if TYPE_CHECKING:
    from collections.abc import Iterator

REQUEST = analyzer_pb2.AnalyzeRequest(type=POD, properties=_struct(_pod()), urn=_urn(POD, "api"), name="api")


@pytest.fixture(scope="module")
def channel() -> Iterator[grpc.Channel]:
    server, port = adapter_server.serve(Engine().analyzer)
    with grpc.insecure_channel(f"127.0.0.1:{port}") as opened:
        yield opened
    server.stop(grace=None).wait()


@pytest.fixture(scope="module")
def stub(channel: grpc.Channel) -> analyzer_pb2_grpc.AnalyzerStub:
    return analyzer_pb2_grpc.AnalyzerStub(channel)


def test_the_engines_calls_are_answered_in_its_order(stub: analyzer_pb2_grpc.AnalyzerStub) -> None:
    stub.Handshake(analyzer_pb2.AnalyzerHandshakeRequest(engine_address="127.0.0.1:1"))
    stub.ConfigureStack(analyzer_pb2.AnalyzerStackConfigureRequest(stack="test", project="cartorio"))
    assert stub.GetPluginInfo(empty_pb2.Empty()).version == pack_version()
    assert len(stub.GetAnalyzerInfo(empty_pb2.Empty()).policies) == len(CATALOGUE)
    config = analyzer_pb2.ConfigureAnalyzerRequest()
    config.policyConfig["workload/probes"].enforcementLevel = analyzer_pb2.ADVISORY
    stub.Configure(config)
    remedies = stub.Remediate(REQUEST).remediations
    assert [remedy.policyName for remedy in remedies]
    answer = stub.Analyze(REQUEST)
    found = {diagnostic.policyName: diagnostic for diagnostic in answer.diagnostics}
    assert found["workload/probes"].enforcementLevel == analyzer_pb2.ADVISORY
    beside = {one.policy_name for one in answer.not_applicable}
    assert "aws/kms-rotation" in beside
    assert not beside & {*found, "image/signed", "pack/readable"}, "what applied, passed or not, is not among these"
    shown = analyzer_pb2.AnalyzerResource(type=POD, properties=_struct(_pod()), urn=_urn(POD, "api"), name="api")
    assert not stub.AnalyzeStack(analyzer_pb2.AnalyzeStackRequest(resources=[shown])).not_applicable
    stub.Cancel(empty_pb2.Empty())


def test_calls_at_the_same_time_are_each_answered_with_their_own(stub: analyzer_pb2_grpc.AnalyzerStub) -> None:
    def pinned(number: int) -> bool:
        image = IMAGE if number % 2 else "nginx"
        request = analyzer_pb2.AnalyzeRequest(
            type=POD, properties=_struct(_pod(image=image)), urn=_urn(POD, f"p{number}"), name=f"p{number}"
        )
        return "image/digest-pinned" not in {found.policyName for found in stub.Analyze(request).diagnostics}

    with futures.ThreadPoolExecutor(8) as pool:
        assert list(pool.map(pinned, range(40))) == [bool(number % 2) for number in range(40)]


def test_a_message_that_is_none_is_refused(channel: grpc.Channel) -> None:
    call: grpc.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary("/pulumirpc.Analyzer/Analyze")
    with pytest.raises(grpc.RpcError):
        call(b"\xff")


def _started(**variables: str) -> tuple[subprocess.Popen[bytes], int]:
    """The pack, started as a language host starts it, and the port that it says."""
    command = [sys.executable, "-u", "-m", "pulumi.policy", "127.0.0.1:1", str(PACK)]
    pack = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=PACK, env={**os.environ, **variables})
    assert pack.stdout is not None
    return pack, int(pack.stdout.readline())


def test_the_pack_starts_as_language_hosts_start_it_on_the_port_that_they_ask_for() -> None:
    with socket.create_server(("127.0.0.1", 0), reuse_port=True) as there:
        asked = there.getsockname()[1]
        pack, port = _started(PULUMI_CONFIG='{"cartorio:profile": "local"}', CARTORIO_POLICY_PORT=str(asked))
    with pack:
        try:
            assert port == asked
            with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
                info = analyzer_pb2_grpc.AnalyzerStub(channel).GetAnalyzerInfo(empty_pb2.Empty())
            levels = {policy.name: policy.enforcementLevel for policy in info.policies}
            assert levels["workload/probes"] == analyzer_pb2.ADVISORY, "the stack's profile counts"
        finally:
            pack.kill()


def test_a_port_that_cannot_be_had_is_another() -> None:
    with socket.create_server(("127.0.0.1", 0)) as somebodys:  # who shares it with nobody
        taken = somebodys.getsockname()[1]
        server, port = adapter_server.serve(Engine().analyzer, taken)
    server.stop(grace=None).wait()
    assert port not in {0, taken}
