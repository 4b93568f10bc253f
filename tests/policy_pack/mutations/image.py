"""Images: what runs, from where, and who signed it."""

from __future__ import annotations

from typing import Final

from tests.support.mutations import Mutation, chart_setting, unsigned
from tests.support.stackfiles import DIGEST, RELEASE

_IMAGE: Final = "spec.template.spec.containers[0].image"

MUTATIONS: Final = (
    Mutation("image/signed", "the API's image was never signed", unsigned(RELEASE["images"]["api"])),
    Mutation(
        "image/digest-pinned",
        "the workers run a tag",
        chart_setting("Deployment", "cartorio-workers", _IMAGE, "registry.cartorio.internal/cartorio/workers:1.2.3"),
    ),
    Mutation(
        "image/allowed-registry",
        "the API comes from elsewhere",
        chart_setting("Deployment", "cartorio-api", _IMAGE, f"registry.example/cartorio/api@sha256:{DIGEST}"),
    ),
)
