from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from guardrails.resources.reading import UNKNOWN
from tests.support.policies import Said

if TYPE_CHECKING:
    from tests.support.policies import Ask

IMAGE = f"r.example/api@sha256:{'a' * 64}"


def _pod(**spec: object) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Pod", "spec": spec}


PODS = [
    _pod(containers=[{"name": "a", "image": IMAGE}]),
    _pod(initContainers=[{"name": "a", "image": IMAGE}]),
    _pod(ephemeralContainers=[{"name": "a", "image": IMAGE}]),
    _pod(volumes=[{"name": "a", "image": {"reference": IMAGE}}]),
]


@pytest.mark.parametrize("pod", PODS)
def test_only_a_trusted_image_passes(ask: Ask, pod: dict[str, Any]) -> None:
    assert ask("image/signed", pod, verdicts={IMAGE: Said("trusted", (), "")}) == ()
    for outcome in ("refused", "error"):
        (finding,) = ask("image/signed", pod, verdicts={IMAGE: Said(outcome, ("first", "second"), "do this")})
        assert IMAGE in finding.message
        assert finding.message.endswith("first; second")
        assert finding.remedy == "do this"


def test_an_error_is_told_apart_from_a_refusal(ask: Ask) -> None:
    said = [ask("image/signed", PODS[0], verdicts={IMAGE: Said(o)})[0].message for o in ("refused", "error")]
    assert "is refused" in said[0]
    assert "cannot be verified" in said[1]


def test_an_image_without_a_verdict_is_found(ask: Ask) -> None:
    (finding,) = ask("image/signed", PODS[0])
    assert finding.message.endswith("nobody has verified it")
    (finding,) = ask("image/signed", PODS[0], unverified="trust.yaml is missing")
    assert finding.message.endswith("trust.yaml is missing")


def test_another_images_verdict_does_not_count(ask: Ask) -> None:
    other = IMAGE.replace("a" * 64, "b" * 64)
    assert ask("image/signed", PODS[0], verdicts={other: Said("trusted", (), "")})


def test_an_unknown_image_or_part_is_found_as_unknown(ask: Ask) -> None:
    for pod in (_pod(containers=[{"name": "a", "image": UNKNOWN}]), _pod(containers=UNKNOWN)):
        (finding,) = ask("image/signed", pod)
        assert finding.unknown
