"""The package as the kit serves it."""

from __future__ import annotations

from importlib import metadata

from lab.providers.kit import Provider
from lab.providers.random import numbers, strings


def provider() -> Provider:
    """The `random` provider, in the version of the installed SDK."""
    kinds = (
        strings.Password(),
        strings.String(),
        numbers.Id(),
        numbers.Bytes(),
        numbers.Integer(),
        numbers.Uuid(),
        numbers.Shuffle(),
    )
    return Provider(
        name="random", version=metadata.version("pulumi-random"), types={kind.token: kind for kind in kinds}
    )
