from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import grpc
import pytest
from google.protobuf import empty_pb2

from lab.providers.kit import calls
from lab.providers.kit.protocol import provider_pb2
from lab.providers.kit.values import Value, marshal
from tests.lab.providers.kit.conftest import SHELF

if TYPE_CHECKING:
    from tests.lab.providers.kit.conftest import Shop
    from tests.support.provider_engine import Engine

URN = f"urn:pulumi:test::test::{SHELF}::books"


def call(engine: Engine, method: str, request: Value) -> Value:
    return getattr(engine._stub, method)(request, timeout=30)


def refused(engine: Engine, method: str, request: Value) -> tuple[grpc.StatusCode, str]:
    with pytest.raises(grpc.RpcError) as caught:
        call(engine, method, request)
    error: Any = caught.value
    return error.code(), error.details()


def test_outside_of_a_call_there_is_no_limit_and_nothing_is_cancelled() -> None:
    assert calls.time_left(default=7.0) == 7.0
    assert not calls.cancelled()


def test_a_limit_holds_inside_its_call_only() -> None:
    stop = threading.Event()
    with calls.call(0.001, stop):
        threading.Event().wait(0.01)
        assert calls.time_left(default=7.0) == 0.0
        assert not calls.cancelled()
        stop.set()
        assert calls.cancelled()
    assert calls.time_left(default=7.0) == 7.0
    assert not calls.cancelled()


def test_the_programs_time_limit_reaches_the_handler(engine: Engine, shop: Shop) -> None:
    for timeout in (0, 5):
        call(engine, "Create", provider_pb2.CreateRequest(urn=URN, properties=marshal({"size": 1}), timeout=timeout))
    assert shop.shelf.limits[0] == 60.0
    assert 4.0 < shop.shelf.limits[1] <= 5.0


def test_cancelling_ends_handlers_that_wait_and_refuses_new_work(engine: Engine, shop: Shop) -> None:
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(
            refused, engine, "Create", provider_pb2.CreateRequest(urn=URN, properties=marshal({"size": 77}))
        )
        assert shop.shelf.waiting.wait(20)
        call(engine, "Cancel", empty_pb2.Empty())
        assert waiting.result(20) == (grpc.StatusCode.FAILED_PRECONDITION, "gave up: the update was cancelled")
    code, _ = refused(engine, "Create", provider_pb2.CreateRequest(urn=URN, properties=marshal({"size": 1})))
    assert code is grpc.StatusCode.CANCELLED
