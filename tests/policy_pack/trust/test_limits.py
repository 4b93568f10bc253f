from __future__ import annotations

from guardrails.trust.limits import Limits


def test_what_the_images_in_flight_can_hold_stays_below_100_mebibytes() -> None:
    limits = Limits()
    an_image = 3 * limits.document_bytes + 2 * limits.signatures * limits.evidence_bytes
    assert an_image * limits.parallel_images < 100 * 1024 * 1024
