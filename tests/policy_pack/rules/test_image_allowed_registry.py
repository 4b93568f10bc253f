from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.policies import REGISTRIES

if TYPE_CHECKING:
    from tests.support.policies import Ask

OURS = REGISTRIES[0]
DIGEST = f"sha256:{'a' * 64}"


def _pod(image: str) -> dict[str, object]:
    return {"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [{"name": "api", "image": image}]}}


@pytest.mark.parametrize("image", [f"{OURS}/api@{DIGEST}", f"{OURS}/a/b_c-d.e:1.0", f"{OURS}:1", OURS])
def test_what_is_below_an_allowed_repository_passes(ask: Ask, image: str) -> None:
    assert ask("image/allowed-registry", _pod(image)) == ()


@pytest.mark.parametrize(
    "image",
    [
        "nginx",
        f"docker.io/library/nginx@{DIGEST}",
        f"{OURS}-evil/api",
        f"{OURS}evil/api",
        f"evil.example/{OURS}/api",
        f"{OURS}/../other/api",
        f"{OURS}//api",
        f"{OURS}/API",
        f"{OURS}/api ",
        f"{OURS}/api\n",
        f" {OURS}/api",
        "registry.cartorio.internal@evil.example/cartorio/api",
        "registry.cartorio.internal:5000/cartorio/api",
        "https://registry.cartorio.internal/cartorio/api",
    ],
)
def test_anything_else_is_found(ask: Ask, image: str) -> None:
    (finding,) = ask("image/allowed-registry", _pod(image))
    assert OURS in finding.message


def test_nothing_is_allowed_where_no_registry_is(ask: Ask) -> None:
    (finding,) = ask("image/allowed-registry", _pod(f"{OURS}/api"), registries=())
    assert "none at all" in finding.message
