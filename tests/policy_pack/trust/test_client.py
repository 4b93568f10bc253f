"""Patience with busy registries; the rest of the client is in `test_registry` (faults, redirects) and `test_login`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardrails.trust import Outcome
from guardrails.trust.client import retry_after
from guardrails.trust.limits import Limits
from tests.support.trust import Scene, failed

if TYPE_CHECKING:
    from tests.support.hostile_registry import Exchange

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("0", 0),
        (" 12 ", 12),
        ("9" * 40, 999_999_999),
        (format_datetime(NOW + timedelta(seconds=90), usegmt=True), 90),
        (format_datetime(NOW - timedelta(seconds=90), usegmt=True), 0),
        ("-1", None),
        ("1.5", None),
        ("\u0661", None),
        ("soon", None),
        ("", None),
    ],
)
def test_how_long_a_registry_asks_us_to_wait(header: str, seconds: float | None) -> None:
    assert retry_after(header, NOW) == seconds


@given(st.text(max_size=40))
def test_any_header_is_read_or_not(header: str) -> None:
    seconds = retry_after(header, NOW)
    assert seconds is None or seconds >= 0


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_registry_is_asked_again_when_it_says_so(scene: Scene, status: int) -> None:
    scene.sign()
    busy: set[str] = set()

    def once(exchange: Exchange) -> None:
        if exchange.path in busy:
            exchange.answer()
        else:
            busy.add(exchange.path)
            exchange.reply(status, Retry_After="0")

    scene.registry.misbehaviours[""] = once
    assert scene.verdict(Limits(image_seconds=10)).outcome is Outcome.TRUSTED


def test_a_registry_that_stays_busy_is_an_error_in_the_end(scene: Scene) -> None:
    scene.sign()
    scene.registry.misbehaviours[""] = lambda exchange: exchange.reply(429, Retry_After="0")
    failed(scene.verdict(Limits(image_seconds=10)), "answered 429 and asks to wait ('0')")
    asked = scene.registry.requests.count(f"/v2/cartorio/api/manifests/{scene.digest}")
    assert asked == 1 + Limits().retries


def test_a_long_wait_is_an_error_at_once(scene: Scene) -> None:
    scene.sign()
    scene.registry.misbehaviours[""] = lambda exchange: exchange.reply(503, Retry_After="6")
    failed(scene.verdict(Limits(image_seconds=10)), "asks to wait ('6')")
    assert scene.registry.requests.count(f"/v2/cartorio/api/manifests/{scene.digest}") == 1
