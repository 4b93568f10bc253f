"""What the providers compute for what Vault and the secrets use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

_SECRET = "aws:secretsmanager/secret:Secret"


def _secret(name: str, inputs: dict[str, Any]) -> dict[str, Any]:
    physical = inputs.get("name", f"{name}-1234567")
    return {"name": physical, "arn": f"arn:aws:secretsmanager:sa-east-1:123456789012:secret:{physical}-AbCdEf"}


ANSWERS: dict[str, Callable[[str, dict[str, Any]], dict[str, Any]]] = {_SECRET: _secret}
