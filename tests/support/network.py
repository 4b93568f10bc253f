"""A network's settings for tests: good ones, and what is laid over them."""

from __future__ import annotations

import json
from typing import Any


def zone(index: int, **changes: object) -> dict[str, Any]:
    """The settings of the zone a, b or c."""
    return {
        "name": f"sa-east-1{'abc'[index]}",
        "public": f"10.20.{4 * index}.0/22",
        "private": f"10.20.{32 * (index + 1)}.0/19",
        "intra": f"10.20.{16 + index}.0/24",
        **changes,
    }


def good(**changes: object) -> str:
    """The settings as JSON."""
    settings: dict[str, object] = {
        "cidr": "10.20.0.0/16",
        "zones": [zone(0), zone(1), zone(2)],
        "natGateways": "per-zone",
        "flowLogRetentionDays": 30,
    }
    return json.dumps({**settings, **changes})
