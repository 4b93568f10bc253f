"""Every call of the protocol, over a real connection, in the engine's role."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import pytest
from google.protobuf import empty_pb2

from lab.providers.kit.protocol import plugin_pb2, provider_pb2
from lab.providers.kit.values import SIGNATURE, Secret, Value, marshal
from lab.providers.model import UNKNOWN
from tests.lab.providers.kit.conftest import SHELF, Shop
from tests.support.provider_engine import Engine, RefusedError, UnfinishedError

URN = f"urn:pulumi:test::test::cartorio:x:Parent${SHELF}::books"


def call(engine: Engine, method: str, request: Value) -> Value:
    return getattr(engine._stub, method)(request, timeout=30)


def refused(engine: Engine, method: str, request: Value) -> tuple[grpc.StatusCode, str]:
    with pytest.raises(grpc.RpcError) as caught:
        call(engine, method, request)
    error: Any = caught.value
    return error.code(), error.details()


# The plugin


def test_handshake_and_configure_agree(engine: Engine) -> None:
    hello = call(engine, "Handshake", provider_pb2.ProviderHandshakeRequest(engine_address="127.0.0.1:1"))
    ready = call(engine, "Configure", provider_pb2.ConfigureRequest(acceptSecrets=True))
    assert ready.supportsPreview
    assert hello.accept_secrets
    assert ready.acceptSecrets
    for feature in ("accept_resources", "accept_outputs"):
        assert not getattr(hello, feature)
        assert not getattr(ready, feature.replace("_r", "R").replace("_o", "O"))
    assert hello.supports_autonaming_configuration == ready.supports_autonaming_configuration


def test_the_version_is_told(engine: Engine) -> None:
    assert call(engine, "GetPluginInfo", empty_pb2.Empty()).version == "1.2.3"


def test_the_schema_names_what_is_supported(engine: Engine) -> None:
    schema = json.loads(call(engine, "GetSchema", provider_pb2.GetSchemaRequest()).schema)
    assert schema["name"] == "shop"
    assert set(schema["resources"]) == {SHELF}


def test_converters_and_debuggers_are_answered(engine: Engine) -> None:
    assert call(engine, "GetMapping", provider_pb2.GetMappingRequest(key="terraform")).provider == ""
    assert not call(engine, "GetMappings", provider_pb2.GetMappingsRequest(key="terraform")).providers
    call(engine, "Attach", plugin_pb2.PluginAttach(address="127.0.0.1:1"))


@pytest.mark.parametrize(
    ("method", "request_", "named"),
    [
        ("Parameterize", provider_pb2.ParameterizeRequest(), "parameters"),
        ("Construct", provider_pb2.ConstructRequest(type="shop:index:House"), "shop:index:House"),
        ("Call", provider_pb2.CallRequest(tok="shop:index:House/open"), "shop:index:House/open"),
    ],
)
def test_what_the_lab_leaves_out_says_so(engine: Engine, method: str, request_: Value, named: str) -> None:
    code, message = refused(engine, method, request_)
    assert code is grpc.StatusCode.UNIMPLEMENTED
    assert message == f"the lab's provider shop does not support {_what(method)}{named}"


def _what(method: str) -> str:
    return {"Parameterize": "", "Construct": "the component ", "Call": "the method "}[method]


def test_an_unsupported_type_names_itself_and_the_supported_ones(engine: Engine) -> None:
    with pytest.raises(RefusedError, match=r"does not support the resource type shop:index/desk:Desk; it supports sh"):
        engine.create("shop:index/desk:Desk", "d", {})


def test_an_unsupported_function_names_itself_and_the_supported_ones(engine: Engine) -> None:
    with pytest.raises(RefusedError, match=r"does not support the function shop:index/x:x; .*shop:index/getWeather"):
        engine.invoke("shop:index/x:x")


# Configuration


def test_configuration_arrives_plain_and_decoded(engine: Engine, shop: Shop) -> None:
    engine.configure(region="x", retries="2", key=Secret("k"))
    assert shop.settings[-1] == {"region": "x", "retries": 2, "key": "k"}


def test_an_unsupported_setting_is_refused_by_name(engine: Engine) -> None:
    with pytest.raises(RefusedError, match=r"colour: the lab's provider shop does not support the setting `colour`"):
        engine.configure(colour="red")


def test_changed_settings_are_an_update(engine: Engine) -> None:
    old, new = marshal({"region": "a"}), marshal({"region": "b"})
    answer = call(engine, "DiffConfig", provider_pb2.DiffRequest(olds=old, old_inputs=old, news=new))
    assert dict(answer.detailedDiff)["region"].kind == provider_pb2.PropertyDiff.UPDATE
    assert not answer.replaces
    same = call(engine, "DiffConfig", provider_pb2.DiffRequest(olds=old, old_inputs=old, news=old))
    assert same.changes == provider_pb2.DiffResponse.DIFF_NONE


# Check


def test_a_failure_names_the_property_by_path(engine: Engine) -> None:
    with pytest.raises(RefusedError, match=r"rules\[0\]\.x: expected an integer, got a string"):
        engine.check(SHELF, "books", {"size": 1, "rules": [{"x": "1"}]})


@pytest.mark.parametrize("signature", ["c44067f5952c0a294b673a41bacd8c17", "5cf8f73096256a8f31e491e813e4eb8e"])
def test_an_asset_or_a_reference_is_a_failure_of_its_property(engine: Engine, signature: str) -> None:
    with pytest.raises(RefusedError, match=r"anything\.it: .*which the lab's providers do not support"):
        engine.check(SHELF, "books", {"size": 1, "anything": {"it": {SIGNATURE: signature}}})


# The life of a resource


def test_an_engine_that_takes_no_secrets_gets_none(engine: Engine) -> None:
    call(engine, "Configure", provider_pb2.ConfigureRequest(acceptSecrets=False))
    assert engine.create(SHELF, "books", {"size": 1, "code": "x"}).outputs["code"] == "x"


def test_nothing_to_change_is_no_diff(engine: Engine) -> None:
    made = engine.create(SHELF, "books", {"size": 1, "tags": {"a": "b"}, "policy": {"y": 1, "x": 1}})
    assert not engine.diff(made, {"size": 1, "tags": {"a": "b"}, "policy": {"x": 1, "y": 1}, "rules": []}).any


def test_a_diff_is_detailed(engine: Engine) -> None:
    made = engine.create(SHELF, "books", {"size": 1, "tags": {"a": "b"}, "rules": [{"x": 1}]})
    change = engine.diff(made, {"size": 1, "tags": {"a": "c"}, "rules": [{"x": 2}], "room": "attic"})
    assert change.paths == {"tags.a", "tagsAll.a", "rules[0].x", "room"}
    assert change.replaces == {"room"}
    assert not change.delete_first


def test_ignored_changes_are_none(engine: Engine) -> None:
    made = engine.create(SHELF, "books", {"size": 1})
    new = marshal({**made.inputs, "size": 2})
    request = provider_pb2.DiffRequest(
        id=made.id, urn=made.urn, olds=marshal(made.outputs), old_inputs=marshal(made.inputs), news=new
    )
    assert call(engine, "Diff", request).changes == provider_pb2.DiffResponse.DIFF_SOME
    request.ignoreChanges.append("size")
    assert call(engine, "Diff", request).changes == provider_pb2.DiffResponse.DIFF_NONE


def test_a_state_without_inputs_is_compared_by_its_outputs(engine: Engine) -> None:
    made = engine.create(SHELF, "books", {"size": 1})
    request = provider_pb2.DiffRequest(
        id=made.id, urn=made.urn, olds=marshal(made.outputs), news=marshal({**made.inputs, "size": 2})
    )
    assert list(call(engine, "Diff", request).diffs) == ["size"]


def test_deleting_twice_is_fine(engine: Engine, shop: Shop) -> None:
    made = engine.create(SHELF, "books", {"size": 1})
    engine.delete(made)
    engine.delete(made)
    assert not shop.shelf.there


# What goes wrong


def test_a_refusal_is_its_message_and_a_status_that_says_nothing_happened(engine: Engine) -> None:
    request = provider_pb2.CreateRequest(urn=URN, properties=marshal({"size": 13}))
    code, message = refused(engine, "Create", request)
    assert code is grpc.StatusCode.FAILED_PRECONDITION
    assert message == "the room is full: choose another room"


def test_a_defect_is_told_without_a_traceback_and_does_not_end_the_plugin(
    engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    code, message = refused(engine, "Create", provider_pb2.CreateRequest(urn=URN, properties=marshal({"size": 99})))
    assert code is grpc.StatusCode.INTERNAL
    assert message == "the lab's provider shop failed in Create: KeyError; this is a defect of the provider"
    said = capsys.readouterr().err
    assert "conftest.py" in said
    assert "KeyError: 'oops'" not in said, "what an unforeseen error quotes may be secret"
    assert engine.create(SHELF, "books", {"size": 1}).id


def test_an_unfinished_resource_is_recorded_and_finished_by_the_next_update(engine: Engine) -> None:
    with pytest.raises(UnfinishedError, match="one board is missing") as caught:
        engine.create(SHELF, "books", {"size": 7, "code": "x"})
    made = caught.value.resource
    assert made.outputs["code"] == Secret("x")
    assert made.given["code"] == Secret("x")
    assert engine.update(made, {"size": 8}).outputs["size"] == 8


def test_an_unknown_outside_a_preview_is_refused_by_name(engine: Engine, shop: Shop) -> None:
    request = provider_pb2.CreateRequest(urn=URN, properties=marshal({"size": 1, "tags": {"a": UNKNOWN}}))
    assert refused(engine, "Create", request) == (
        grpc.StatusCode.INVALID_ARGUMENT,
        "tags: not known yet, though this is not a preview",
    )
    assert not shop.shelf.seen


def test_calls_run_side_by_side(engine: Engine, shop: Shop) -> None:
    """All of them are inside `create` at the same time, or the barrier breaks."""
    together = threading.Barrier(8, timeout=20)
    create = shop.shelf.create

    def wait_for_all(inputs: Value) -> Value:
        together.wait()
        return create(inputs)

    shop.shelf.create = wait_for_all  # type: ignore[method-assign]
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda number: engine.create(SHELF, f"s{number}", {"size": 1}), range(8)))
    assert len({shelf.id for shelf in made}) == 8


# Functions


def test_a_look_up_answers(engine: Engine) -> None:
    assert engine.invoke("shop:index/getWeather:getWeather", city="Recife") == {"city": "Recife", "sunny": True}


def test_a_look_up_asked_with_a_secret_answers_with_secrets(engine: Engine) -> None:
    answer = engine.invoke("shop:index/getWeather:getWeather", city=Secret("Recife"))
    assert answer == {"city": Secret("Recife"), "sunny": Secret(value=True)}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"city": "Atlantis"}, "there is no such city any more"),
        ({"city": 1}, "city: expected a string, got a number"),
        ({"town": "x"}, "does not support the argument `town` of shop:index/getWeather:getWeather; it supports city"),
    ],
)
def test_a_look_up_that_fails_says_why(engine: Engine, arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(RefusedError, match=message):
        engine.invoke("shop:index/getWeather:getWeather", **arguments)
