"""What is under each component in the golden plans of the stacks (tests/stacks/golden), by type of resource."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


@dataclass(frozen=True)
class Plan:
    """One stack's plan.

    Attributes:
        stack: its name.
        made: how many resources of which type are directly under the components of a type.
        components: names of the components of each type.
    """

    stack: str
    made: Mapping[str, Mapping[str, int]]
    components: Mapping[str, tuple[str, ...]]

    def below(self, token: str) -> Mapping[str, int]:
        """How many of which type there are directly under the components of a type."""
        return self.made.get(token, {})


def read_plans(folder: Path) -> tuple[Plan, ...]:
    """All plans; the one with the most resources first.

    Raises:
        ValueError: two components of different types have one name, so that nobody can tell whose a resource is.
    """
    plans = [
        (sum(len(resources) for resources in document.values()), _plan(file.stem, document))
        for file, document in _documents(folder)
    ]
    return tuple(plan for _, plan in sorted(plans, key=lambda one: (-one[0], one[1].stack)))


def _documents(folder: Path) -> Iterator[tuple[Path, dict[str, dict[str, Any]]]]:
    for file in sorted(folder.glob("*.yaml")):
        yield file, yaml.load(file.read_text(encoding="utf-8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe


def _plan(stack: str, document: dict[str, dict[str, Any]]) -> Plan:
    types: dict[str, str] = {}
    for token, resources in document.items():
        for name in resources if token.startswith("cartorio:") else ():
            if name in types:
                message = f"{stack}: a {types[name]} and a {token} are both called {name}: give one another name"
                raise ValueError(message)
            types[name] = token
    made: dict[str, Counter[str]] = {}
    for token, resources in document.items():
        for resource in resources.values():
            if resource["parent"] in types:
                made.setdefault(types[resource["parent"]], Counter())[token] += 1
    names: dict[str, tuple[str, ...]] = {}
    for name in sorted(types):
        names[types[name]] = (*names.get(types[name], ()), name)
    return Plan(stack, {token: dict(sorted(made[token].items())) for token in sorted(made)}, names)
