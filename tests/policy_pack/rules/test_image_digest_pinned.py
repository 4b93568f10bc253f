from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from guardrails.resources.reading import UNKNOWN

if TYPE_CHECKING:
    from tests.support.policies import Ask

DIGEST = f"sha256:{'a' * 64}"


def _pod(**container: object) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [{"name": "api", **container}]}}


@pytest.mark.parametrize("image", [f"r.example/a@{DIGEST}", f"r.example:5000/a/b:1.2@{DIGEST}", f"nginx@{DIGEST}"])
def test_a_digest_passes(ask: Ask, image: str) -> None:
    assert ask("image/digest-pinned", _pod(image=image)) == ()


@pytest.mark.parametrize(
    "image",
    [
        "nginx",
        "nginx:latest",
        f"nginx:{'a' * 64}",
        "nginx@sha256:abc",
        f"nginx@sha256:{'A' * 64}",
        f"nginx@{DIGEST}0",
        f"nginx@sha1:{'a' * 64}",
        f"nginx@{DIGEST}\n",
        f"nginx@{DIGEST} ",
        f"@{DIGEST}",
        f"a@b@{DIGEST}",
    ],
)
def test_anything_else_is_found(ask: Ask, image: str) -> None:
    (finding,) = ask("image/digest-pinned", _pod(image=image))
    assert finding.path == "spec.containers[0].image"
    assert not finding.unknown


@pytest.mark.parametrize("container", [{}, {"image": ""}, {"image": None}])
def test_a_missing_image_is_found_once(ask: Ask, container: dict[str, Any]) -> None:
    (finding,) = ask("image/digest-pinned", _pod(**container))
    assert finding.message == 'container "api" names no image'


def test_an_unknown_image_is_found_as_unknown(ask: Ask) -> None:
    (finding,) = ask("image/digest-pinned", _pod(image=UNKNOWN))
    assert finding.unknown
