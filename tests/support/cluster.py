"""A cluster's settings for tests: good ones, and what is laid over them."""

from __future__ import annotations

import json
from typing import Any

from components.sections.cluster import Eks


def group(name: str = "system", **changes: object) -> dict[str, Any]:
    """The settings of a group of nodes."""
    return {"name": name, "instanceTypes": ["m7g.large", "m6g.large"], "min": 3, "max": 6, **changes}


def pool(name: str = "workers", **changes: object) -> dict[str, Any]:
    """The settings of one of Karpenter's pools."""
    return {"name": name, "families": ["c7g", "m7g"], "cpu": "64", "memory": "128Gi", **changes}


def access(role: str = "administrators", **changes: object) -> dict[str, Any]:
    """The settings of what a role may do."""
    return {"role": role, "level": "cluster-admin", **changes}


def good(**changes: object) -> dict[str, Any]:
    """The settings of an EKS cluster, as a stack's file has them."""
    return {
        "version": "1.36",
        "access": [access()],
        "logRetentionDays": 30,
        "nodeGroups": [group()],
        **changes,
    }


def eks(**changes: object) -> Eks:
    """The settings of an EKS cluster, read."""
    return Eks.model_validate_json(json.dumps(good(**changes)))
