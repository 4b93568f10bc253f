from __future__ import annotations

import pytest

from delivery.hsm.model import PinState
from delivery.hsm.reader import module as opened
from lab.errors import LabError
from tests.delivery.hsm.conftest import PIN, Hsm


def _state(hsm: Hsm) -> PinState:
    with opened(hsm.module) as module:
        return next(token.pin for token in module.tokens() if token.label == "cartorio")


def test_keys_show_after_a_login_only(hsm: Hsm) -> None:
    with opened(hsm.module) as module:
        (token,) = (token for token in module.tokens() if token.label == "cartorio")
        assert token.keys is None
        read = module.with_keys(token, lambda: PIN)
    assert read.keys is not None
    (key,) = read.keys
    assert (key.kind, key.type, key.curve, key.allows) == ("private", "EC", "secp256r1", frozenset({"sign"}))
    assert (key.sensitive, key.extractable, key.private) == (True, False, True)


def test_the_pin_is_asked_for_once(hsm: Hsm) -> None:
    asked: list[int] = []

    def wrong() -> str:
        asked.append(1)
        return "not-the-pin-of-tests"

    with opened(hsm.module) as module:
        (token,) = (token for token in module.tokens() if token.label == "cartorio")
        with pytest.raises(LabError, match="it was tried once"):
            module.with_keys(token, wrong)
    assert asked == [1]


def test_a_token_that_had_a_wrong_pin_says_so_until_the_right_one(hsm: Hsm) -> None:
    assert _state(hsm) is PinState.GOOD
    hsm.wrong_pin("cartorio")
    with opened(hsm.module) as module:
        (token,) = (token for token in module.tokens() if token.label == "cartorio")
        assert token.pin is PinState.COUNT_LOW
        assert module.with_keys(token, lambda: PIN).keys is not None
    assert _state(hsm) is PinState.GOOD
