"""What the engine's messages hold, read as Pulumi's own SDK for policies reads them; and remedies put into them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pulumi
import pytest
from google.protobuf import json_format, struct_pb2
from hypothesis import given
from hypothesis import strategies as st
from pulumi_policy import Secret, deserialize, proxy

from guardrails.catalogue import CATALOGUE
from guardrails.handed_over import DEPTH, HandedOverError, plain, remedied
from guardrails.model import ADVICE, Fix
from guardrails.resources.reading import UNKNOWN, Asset
from tests.policy_pack.test_adapter import ASSET, POD, SECRET, SIGNATURE, Engine, _by_rule, _pod, _struct

SECCOMP = "pss/restricted/seccomp-profile"
TOKEN = "workload/service-account-token"
ARCHIVE = "0def7320c3a5731c473e5ecbe6d01bc7"
UNKNOWNS = tuple(value for name, value in vars(proxy).items() if name.startswith("UNKNOWN_"))


def _secret(value: object) -> dict[str, Any]:
    return {SIGNATURE: SECRET, "value": value}


KEYS = st.text(max_size=6)
LEAVES = st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8)
FILES = st.builds(lambda kind, text: {SIGNATURE: ASSET, kind: text}, st.sampled_from(("path", "text", "uri")), KEYS)
ARCHIVES = st.builds(lambda kind, text: {SIGNATURE: ARCHIVE, kind: text}, st.sampled_from(("path", "uri")), KEYS)
BOXES = st.builds(lambda files: {SIGNATURE: ARCHIVE, "assets": files}, st.dictionaries(KEYS, FILES, max_size=2))
VALUES = st.recursive(
    LEAVES | st.sampled_from(UNKNOWNS) | FILES | ARCHIVES | BOXES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4) | inner.map(_secret),
    max_leaves=25,
)


def _sdks(value: object) -> Any:  # noqa: ANN401 - plain data
    """What the SDK made of a value, without its marks: unknowns that it would have refused to give, and its assets."""
    if isinstance(value, Secret):
        return _sdks(value.value)
    if isinstance(value, Mapping):
        return {key: _sdks(member) for key, member in _target(value).items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_sdks(member) for member in _target(value)]
    return _sdks_leaf(value)


def _sdks_leaf(value: object) -> object:
    if isinstance(value, pulumi.FileAsset):
        return Asset("path", str(value.path))
    if isinstance(value, pulumi.StringAsset):
        return Asset("text", value.text)
    if isinstance(value, pulumi.Asset | pulumi.Archive):
        return Asset("uri", type(value).__name__)
    return UNKNOWN if value in UNKNOWNS else value


def _target(value: Any) -> Any:  # noqa: ANN401 - the SDK's proxies
    return value if isinstance(value, dict | list) else value["__target"]


def _sdks_secrets(value: object, *, secret: bool = False) -> list[str]:
    if isinstance(value, Secret):
        return _sdks_secrets(value.value, secret=True)
    if isinstance(value, str):
        return [value] if secret and value not in UNKNOWNS else []
    if isinstance(value, Mapping):
        return [text for member in _target(value).values() for text in _sdks_secrets(member, secret=secret)]
    if isinstance(value, Sequence):
        return [text for member in _target(value) for text in _sdks_secrets(member, secret=secret)]
    return []


@given(st.dictionaries(KEYS, VALUES, max_size=4))
def test_properties_are_read_as_the_sdk_reads_them(properties: dict[str, Any]) -> None:
    struct = _struct(properties)
    secrets: list[str] = []
    found = plain(struct, secrets)
    theirs = deserialize.deserialize_properties(json_format.MessageToDict(struct), proxy_secrets=True)
    assert found == _sdks(theirs)
    assert set(_sdks_secrets(theirs)) <= set(secrets)  # and the texts of assets inside of secrets
    assert found == _sdks(deserialize.deserialize_properties(json_format.MessageToDict(struct)))
    assert _struct(properties) == struct, "nothing is changed by reading"


def test_an_asset_that_cannot_be_known_yet_is_none_that_could_be_opened() -> None:
    file = {SIGNATURE: ASSET, "text": proxy.UNKNOWN_STRING_VALUE}
    assert plain(_struct({"file": file}), []) == {"file": Asset("uri", "RemoteAsset")}


@pytest.mark.parametrize(
    "value",
    [
        {SIGNATURE: "d0e6a833031e9bbcd3f4e8bde6ca49a4", "value": "of another kind"},
        {SIGNATURE: 1},
        {SIGNATURE: SECRET},
        {SIGNATURE: ASSET},
        {SIGNATURE: ARCHIVE},
    ],
)
def test_a_mark_that_is_not_known_is_not_taken_for_data(value: dict[str, Any]) -> None:
    with pytest.raises(HandedOverError):
        plain(_struct({"a": [value]}), [])
    assert "HandedOverError" in _by_rule(Engine().resource(POD, {"spec": value}))["pack/readable"].message


@pytest.mark.parametrize("wrap", [lambda inner: {"a": inner}, lambda inner: [inner], _secret])
def test_properties_are_nested_only_so_deep(wrap: Any) -> None:  # noqa: ANN401 - any of the three
    inside: Any = 1
    for _ in range(DEPTH):
        inside = wrap(inside)
    plain(_struct({"a": inside}), [])
    with pytest.raises(RecursionError):
        plain(_struct({"a": wrap(inside)}), [])


def test_what_nobody_chose_is_put_right_where_the_rule_is_mandatory() -> None:
    engine = Engine()
    engine.resource(POD, _pod(securityContext=proxy.UNKNOWN_OBJECT_VALUE))
    assert SECCOMP not in engine.remedies
    unknown = proxy.UNKNOWN_STRING_VALUE
    diagnostics = engine.resource(POD, _pod(env=[_secret({"name": "A"}), unknown]))
    assert engine.remedies == [SECCOMP, TOKEN]
    assert SECCOMP not in _by_rule(diagnostics)
    chosen = _pod(securityContext={"seccompProfile": {"type": "Unconfined"}})
    assert "pss/baseline/seccomp-profile" in _by_rule(engine.resource(POD, chosen))
    assert engine.remedies == [TOKEN]


def test_nothing_is_put_right_where_a_rule_is_advice() -> None:
    advice = tuple(replace(p, enforcement=ADVICE) if p.id == SECCOMP else p for p in CATALOGUE)
    engine = Engine(catalogue=advice)
    assert SECCOMP in _by_rule(engine.resource(POD, _pod()))
    assert engine.remedies == [TOKEN]


def test_a_remedy_keeps_secrets_secret_and_unknowns_unknown() -> None:
    given = _struct({
        "metadata": _secret({"labels": {"a": proxy.UNKNOWN_STRING_VALUE}, "none": None}),
        "n": proxy.UNKNOWN_NUMBER_VALUE,
        "file": {SIGNATURE: ASSET, "path": "f"},
    })  # fmt: skip
    before = _struct(json_format.MessageToDict(given))
    fixes = [Fix(("metadata", "x"), value=True), Fix(("metadata", "none", "y"), value=7), Fix(("t",), value="text")]
    assert json_format.MessageToDict(remedied(given, fixes)) == {
        "metadata": _secret({"labels": {"a": proxy.UNKNOWN_STRING_VALUE}, "none": {"y": 7.0}, "x": True}),
        "n": proxy.UNKNOWN_NUMBER_VALUE,
        "file": {SIGNATURE: ASSET, "path": "f"},
        "t": "text",
    }
    assert given == before, "a copy"
    assert json_format.MessageToDict(remedied(struct_pb2.Struct(), [Fix(("a", "b"), value=False)])) == {
        "a": {"b": False}
    }


@pytest.mark.parametrize("there", [[], "text", proxy.UNKNOWN_OBJECT_VALUE, {SIGNATURE: ASSET, "path": "f"}])
def test_a_remedy_goes_through_nothing_but_objects(there: object) -> None:
    with pytest.raises(TypeError, match="no object at a"):
        remedied(_struct({"a": there}), [Fix(("a", "b"), value=1)])


def test_a_remedy_that_fails_changes_nothing_and_the_rule_judges(capsys: pytest.CaptureFixture[str]) -> None:
    def crash(_declared: object) -> tuple[()]:
        raise RuntimeError("inside")

    engine = Engine(catalogue=tuple(replace(p, remedy=crash) if p.id == SECCOMP else p for p in CATALOGUE))
    assert SECCOMP in _by_rule(engine.resource(POD, _pod()))
    assert engine.remedies == [TOKEN]
    assert capsys.readouterr().err.startswith(f"warning: {SECCOMP} could not look at urn:")
