from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from pydantic import ValidationError

from components.sections.tenancy import Tenancy
from tests.support.stackfiles import config_of, put

GOOD: dict[str, Any] = config_of("local")["cartorio:tenancy"]


def _tenancy(path: str = "", value: object = None) -> Tenancy:
    settings = copy.deepcopy(GOOD)
    if path:
        put(settings, path, value)
    return Tenancy.model_validate_json(json.dumps(settings))


def test_the_good_one() -> None:
    assert [namespace.name for namespace in _tenancy().namespaces] == ["cartorio"]


def test_nobody_has_access_by_default() -> None:
    settings = {"namespaces": GOOD["namespaces"]}
    tenancy = Tenancy.model_validate_json(json.dumps(settings))
    assert (tenancy.readers, tenancy.operators) == ((), ())


@pytest.mark.parametrize(
    ("path", "value", "complaint"),
    [
        ("namespaces", GOOD["namespaces"] * 2, "names namespace 'cartorio' twice"),
        ("namespaces/0/name", "default", "Kubernetes keeps"),
        ("namespaces/0/name", "kube-public", "Kubernetes keeps"),
        ("namespaces/0/quota/limits/memory", "1Gi", "at least requests: memory is 1Gi here and 4Gi there"),
        ("namespaces/0/containerLimits/defaultLimit/cpu", "10m", "at least defaultRequest"),
        ("namespaces/0/containerLimits/maximum/memory", "100Mi", "at least defaultLimit"),
        ("namespaces/0/quota/pods", 0, "greater than or equal to 1"),
        ("readers", ["a b"], "name of a group"),
    ],
)
def test_the_bad_ones(path: str, value: object, complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        _tenancy(path, value)
