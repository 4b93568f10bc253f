"""The tags that a provider gives to everything it makes: https://www.pulumi.com/registry/packages/aws/api-docs/provider/.

A provider's nested settings are JSON text on their way to it. Only these are kept of its properties: the others may be
credentials.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from guardrails.resources.reading import NOTHING, UNKNOWN, Unknown


def default_tags(provider: Mapping[str, Any]) -> Mapping[str, Any] | Unknown:
    """The default tags of a provider's raw properties; none when they cannot be read."""
    given = provider.get("defaultTags")
    if isinstance(given, str):
        try:
            given = json.loads(given)
        except ValueError:
            return NOTHING
    if isinstance(given, Unknown):
        return UNKNOWN
    tags = given.get("tags") if isinstance(given, Mapping) else None
    if isinstance(tags, Unknown):
        return UNKNOWN
    return tags if isinstance(tags, Mapping) else NOTHING
