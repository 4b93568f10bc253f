"""What the messages look like that the engine reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lab.providers.kit import diff as diffs
from lab.providers.kit import wire
from lab.providers.kit.diff import Change, Difference, Kind
from lab.providers.kit.protocol import provider_pb2
from lab.providers.kit.shapes import Violation
from lab.providers.kit.values import Value, marshal, unmarshal
from tests.lab.providers.kit.conftest import SHELF

if TYPE_CHECKING:
    from tests.support.provider_engine import Engine

URN = f"urn:pulumi:test::test::cartorio:x:Parent${SHELF}::books"


def call(engine: Engine, method: str, request: Value) -> Value:
    return getattr(engine._stub, method)(request, timeout=30)


@pytest.mark.parametrize(
    ("urn", "token", "name"),
    [
        (URN, SHELF, "books"),
        (f"urn:pulumi:s::p::{SHELF}::a::b", SHELF, "a::b"),
        (f"urn:pulumi:s::p::a:b:C$d:e:F${SHELF}::x", SHELF, "x"),
        ("nonsense", "", ""),
    ],
)
def test_a_urn_tells_type_and_name(urn: str, token: str, name: str) -> None:
    assert wire.urn_type(urn) == token
    assert wire.naming_of(provider_pb2.CheckRequest(urn=urn)).logical == name


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("replaces", [False, True])
def test_every_kind_of_change_has_its_number(kind: Kind, replaces: bool) -> None:  # noqa: FBT001 - a parameter
    answer = wire.diff_response(Difference((Change(("tags", "a.b"), kind, replaces),)))
    expected = f"{kind.name}{'_REPLACE' if replaces else ''}"
    assert dict(answer.detailedDiff)['tags["a.b"]'].kind == provider_pb2.PropertyDiff.Kind.Value(expected)
    assert list(answer.diffs) == ["tags"]
    assert list(answer.replaces) == (["tags"] if replaces else [])
    assert answer.changes == provider_pb2.DiffResponse.DIFF_SOME
    assert answer.hasDetailedDiff


def test_no_change_is_said_to_be_none() -> None:
    answer = wire.diff_response(diffs.Difference(()))
    assert answer.changes == provider_pb2.DiffResponse.DIFF_NONE
    assert answer.hasDetailedDiff


def test_a_look_ups_failure_names_the_property() -> None:
    (failure,) = wire.failures([Violation(("a", 0), "is wrong")])
    assert (failure.property, failure.reason) == ("a[0]", "is wrong")


def test_the_engines_autonaming_is_honoured(engine: Engine) -> None:
    options = provider_pb2.CheckRequest.AutonamingOptions
    for mode, expected in ((options.PROPOSE, "wish"), (options.ENFORCE, "Wish")):
        request = provider_pb2.CheckRequest(
            urn=URN, news=marshal({"size": 1}), autonaming=options(proposed_name="Wish", mode=mode)
        )
        assert unmarshal(call(engine, "Check", request).inputs)["name"] == expected
    disabled = provider_pb2.CheckRequest(urn=URN, news=marshal({"size": 1}), autonaming=options(mode=options.DISABLE))
    failures = call(engine, "Check", disabled).failures
    assert [failure.reason for failure in failures] == [
        "name: automatic naming is switched off for this resource: give it a name"
    ]


def test_a_failure_of_a_secret_gives_the_engine_no_property_to_print(engine: Engine) -> None:
    request = provider_pb2.CheckRequest(urn=URN, news=marshal({"size": 1, "code": ["hunter2"]}))
    failures = call(engine, "Check", request).failures
    assert [failure.property for failure in failures] == [""]
    assert [failure.reason for failure in failures] == ["code: expected a string, got a list"]


def test_the_type_is_read_from_the_urn_of_older_engines(engine: Engine) -> None:
    answer = call(engine, "Check", provider_pb2.CheckRequest(urn=URN, news=marshal({"size": 1}), randomSeed=b"x"))
    assert unmarshal(answer.inputs)["name"].startswith("books-")


def test_a_derived_property_is_compared_with_the_state(engine: Engine) -> None:
    """Its inputs are computed, so that a diff of it is one of outputs."""
    made = engine.create(SHELF, "books", {"size": 1, "tags": {"a": "b"}})
    drifted = {**made.outputs, "tagsAll": {"owner": "somebody", "a": "b"}}
    request = provider_pb2.DiffRequest(
        id=made.id, urn=made.urn, olds=marshal(drifted), old_inputs=marshal(made.inputs), news=marshal(made.inputs)
    )
    found = dict(call(engine, "Diff", request).detailedDiff)
    assert set(found) == {"tagsAll.owner"}
    assert not found["tagsAll.owner"].inputDiff
