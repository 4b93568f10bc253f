"""What may be shown of a value."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.plan.model import Value, ValueState
from delivery.plan.names import Names
from delivery.plan.values import LONGEST, SECRET, UNKNOWN, assigned, plain, scrub, value
from tests.support import plans

_NONE = Names({})
CANARY = "canary-7f3a91"


def _shown(type_: str, properties: dict[str, Any]) -> str:
    return value(plain(type_, properties), _NONE).text


@pytest.mark.parametrize(
    ("type_", "properties"),
    [
        ("x:y:Z", {"a": {"b": [plans.secret(CANARY)]}}),
        ("x:y:Z", {"password": CANARY}),
        ("x:y:Z", {"db": {"masterPassword": CANARY, "apiKey": CANARY, "secretString": CANARY}}),
        ("x:y:Z", {"env": [{"name": "VAULT_TOKEN", "value": CANARY}]}),
        ("x:y:Z", {"url": f"postgres://cartorio:{CANARY}@db:5432/x"}),
        ("x:y:Z", {"pem": f"-----BEGIN EC PRIVATE KEY-----\n{CANARY}\n-----END EC PRIVATE KEY-----"}),
        ("x:y:Z", {"out": {plans.SIGNATURE: "d0e6a833031e9bbcd3f4e8bde6ca49a4", "value": CANARY, "secret": True}}),
        ("kubernetes:core/v1:Secret", {"stringData": {"plain-name": CANARY}, "data": {"other": CANARY}}),
        ("pulumi:providers:kubernetes", {"context": CANARY, "kubeconfig": CANARY}),
        ("kubernetes:helm.sh/v3:Release", {"values": {"auth": {"rootPassword": CANARY}}}),
    ],
)
def test_a_secret_is_not_shown(type_: str, properties: dict[str, Any]) -> None:
    shown = _shown(type_, properties)
    assert CANARY not in shown
    assert "[secret]" in shown


@pytest.mark.parametrize(
    "properties",
    [
        {"secretName": "tls", "tokenExpirationSeconds": 600, "automountServiceAccountToken": False},
        {"keyId": "alias/x", "policy": '{"Action": "kms:*"}', "image": "registry/a@sha256:0"},
        {"password": ""},
        {"address": "https://cartorio.example:8443/path"},
    ],
)
def test_what_only_speaks_of_secrets_is_shown(properties: dict[str, Any]) -> None:
    assert json.loads(_shown("x:y:Z", properties)) == properties


def test_what_is_not_known_is_said_to_be() -> None:
    assert value(plain("x:y:Z", {"a": plans.UNKNOWN})["a"], _NONE) == Value(state=ValueState.UNKNOWN)
    assert json.loads(_shown("x:y:Z", {"a": [plans.UNKNOWN]})) == {"a": ["[unknown]"]}
    assert plain("x:y:Z", {"a": {plans.SIGNATURE: "d0e6a833031e9bbcd3f4e8bde6ca49a4"}})["a"] is UNKNOWN
    assert value(SECRET, _NONE) == Value(state=ValueState.SECRET)


def test_what_providers_keep_for_themselves_is_left_out() -> None:
    assert plain("x:y:Z", {"__defaults": ["a"], "a": {"__inputs": 1, "b": 2}}) == {"a": {"b": 2}}


def test_an_asset_is_its_digest_not_its_place_on_this_machine() -> None:
    asset = {plans.SIGNATURE: "c44067f5952c0a294b673a41bacd8c17", "hash": "abc", "path": "/somewhere"}
    other = {plans.SIGNATURE: "5cf8f73096256a8f31e491e813e4eb8e", "urn": "urn:x", "id": "1"}
    assert plain("x:y:Z", {"a": asset, "b": other}) == {"a": "asset sha256:abc", "b": "urn:x"}


def test_a_long_value_is_cut_and_its_digest_kept() -> None:
    shown, other = value("x" * 5000, _NONE), value("x" * 4999 + "y", _NONE)
    assert len(shown.text) == LONGEST
    assert shown.text == other.text
    assert shown.sha256 != other.sha256
    assert value("x", _NONE).sha256 is None


def test_the_digest_of_a_long_value_does_not_depend_on_an_automatic_name() -> None:
    def long(name: str) -> str | None:
        return value(f"{name} {'x' * 5000}", Names({name: "[name of urn]"})).sha256

    assert long("log-3e81785") == long("log-f606252")


def test_automatic_names_are_found() -> None:
    bridged = {"__defaults": ["name", "path"], "name": "log-3e81785", "path": "/"}
    annotated = {"metadata": {"name": "api-1a2b3c4d", "annotations": {"pulumi.com/autonamed": "true"}}}
    assert assigned(bridged) == {"name": "log-3e81785"}
    assert assigned(annotated) == {"metadata.name": "api-1a2b3c4d"}
    assert assigned({"name": "log-3e81785"}) == {}  # somebody has written it
    assert assigned(None) == {}


@pytest.mark.parametrize(
    "text",
    [
        f"-----BEGIN PRIVATE KEY-----\n{CANARY}\n-----END PRIVATE KEY-----",
        f"-----BEGIN PRIVATE KEY-----\n{CANARY} and cut short",
        f"cannot reach https://user:{CANARY}@registry.example",
        "AKIAIOSFODNN7EXAMPLE",
        "hvs.CAESIJlU9JMYEhOPYv4igdhm9PnZDrabYTobQ4Ymnlq1qY",
    ],
)
def test_a_credential_in_a_message_is_masked(text: str) -> None:
    said = scrub(f"error: {text}")
    assert said.startswith("error: ")
    assert "[secret]" in said
    assert CANARY not in said
    assert text not in said


def test_a_message_without_one_is_as_it_was() -> None:
    assert scrub("user:name at https://host:1/x@y is wrong") == "user:name at https://host:1/x@y is wrong"


@given(
    st.recursive(
        st.text() | st.none() | st.floats(allow_nan=False), lambda one: st.lists(one) | st.dictionaries(st.text(), one)
    )
)
def test_anything_can_be_shown(content: Any) -> None:  # noqa: ANN401 - JSON
    shown = value(plain("x:y:Z", {"a": content}), _NONE)
    assert shown.state is ValueState.PLAIN
    assert len(shown.text) <= LONGEST
