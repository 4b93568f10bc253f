"""The one ordered tuple of all policies.

A policy is added by adding a module to `guardrails.rules`: every module there whose name has no leading underscore is
imported, and its `POLICIES` are in the catalogue, ordered by id.
"""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING, Final

from guardrails import rules

if TYPE_CHECKING:
    from guardrails.model import Policy


def _discover() -> tuple[Policy, ...]:
    found: dict[str, Policy] = {}
    for module in pkgutil.iter_modules(rules.__path__):
        if module.name.startswith("_"):
            continue
        for policy in importlib.import_module(f"{rules.__name__}.{module.name}").POLICIES:
            if policy.id in found:
                raise ValueError(f"two policies have the id {policy.id}; the second is in {module.name}")
            found[policy.id] = policy
    return tuple(found[name] for name in sorted(found))


CATALOGUE: Final[tuple[Policy, ...]] = _discover()
"""All policies, by id."""
