from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from delivery.hsm.compare import compare
from delivery.hsm.declaration import Declaration
from delivery.hsm.model import Finding, FoundKey, FoundToken, Kind, PinState

KEY = FoundKey(
    kind="secret",
    label="vault-unseal",
    id="01",
    type="AES",
    curve=None,
    bits=256,
    sensitive=True,
    extractable=False,
    private=True,
    allows=frozenset({"encrypt", "decrypt"}),
)
TOKEN = FoundToken(
    slot=1,
    label="cartorio",
    serial="0001",
    initialised=True,
    pin=PinState.GOOD,
    mechanisms=frozenset({"AES_KEY_WRAP"}),
    keys=(KEY,),
)
DECLARED = Declaration.model_validate(
    {
        "schema": "cartorio.hsm/v1",
        "module": "m.so",
        "tokens": [
            {
                "label": "cartorio",
                "mechanisms": ["AES_KEY_WRAP"],
                "keys": [
                    {
                        "label": "vault-unseal",
                        "class": "secret",
                        "type": "AES",
                        "bits": 256,
                        "allows": ["encrypt", "decrypt"],
                    }
                ],
            }
        ],
    }
)


def _found(**changed: Any) -> tuple[Finding, ...]:  # noqa: ANN401 - any field
    return compare(DECLARED, (replace(TOKEN, **changed),))


def test_as_declared_is_nothing() -> None:
    assert _found() == ()


@pytest.mark.parametrize("state", [PinState.COUNT_LOW, PinState.FINAL_TRY, PinState.LOCKED, PinState.UNSET])
def test_a_pin_in_danger_is_a_finding(state: PinState) -> None:
    assert [finding.kind for finding in _found(pin=state)] == [Kind.PIN]


def test_keys_that_were_not_looked_at_are_not_taken_for_well() -> None:
    assert [finding.kind for finding in _found(keys=None, pin=PinState.LOCKED)] == [Kind.PIN, Kind.UNSEEN]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"extractable": True}, "is extractable"),
        ({"extractable": None}, "is extractable"),
        ({"sensitive": False}, "is not sensitive"),
        ({"private": None}, "is not private"),
        ({"bits": 128}, "its length is 128 instead of 256"),
        ({"bits": None}, "its length is not told instead of 256"),
        ({"type": "DES3"}, "its type is DES3 instead of AES"),
        ({"allows": frozenset({"encrypt", "decrypt", "wrap"})}, "it may wrap, which is not declared"),
        ({"allows": frozenset({"encrypt"})}, "it may not decrypt, which is declared"),
    ],
)
def test_a_key_that_is_otherwise(changed: dict[str, Any], said: str) -> None:
    (finding,) = _found(keys=(replace(KEY, **changed),))
    assert said in finding.what
    assert finding.where == "token cartorio, key vault-unseal"


def test_several_keys_of_one_name_are_ambiguous() -> None:
    assert [finding.kind for finding in _found(keys=(KEY, replace(KEY, id="02")))] == [Kind.AMBIGUOUS_KEY]


def test_the_order_of_what_was_found_means_nothing() -> None:
    other = replace(TOKEN, slot=2, label="other", keys=None)
    assert compare(DECLARED, (TOKEN, other)) == compare(DECLARED, (other, TOKEN))
