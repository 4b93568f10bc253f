from __future__ import annotations

from typing import Any

import pytest

from guardrails.resources.base import Malformed, Resource
from guardrails.resources.kubernetes import parse_object
from guardrails.resources.reading import UNKNOWN
from guardrails.resources.storage import StorageClass


def _read(**properties: object) -> Resource:
    manifest: dict[str, Any] = {"apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "metadata": {"name": "x"}}
    found = [
        one for one in parse_object(manifest | properties, address="a") if isinstance(one, StorageClass | Malformed)
    ]
    (only,) = found
    return only


def test_a_class_says_who_makes_volumes_and_how() -> None:
    found = _read(provisioner="ebs.csi.aws.com", parameters={"encrypted": "true", "iops": 3000}, reclaimPolicy="Retain")
    assert isinstance(found, StorageClass)
    assert (found.provisioner, found.reclaim) == ("ebs.csi.aws.com", "Retain")
    assert found.parameters == {"encrypted": "true", "iops": "3000"}


def test_what_is_absent_or_unknown_stays_so() -> None:
    found = _read(parameters=UNKNOWN, reclaimPolicy=UNKNOWN)
    assert isinstance(found, StorageClass)
    assert (found.provisioner, found.parameters, found.reclaim) == ("", UNKNOWN, UNKNOWN)


@pytest.mark.parametrize("properties", [{"provisioner": 1}, {"parameters": []}, {"parameters": {"encrypted": True}}])
def test_what_the_api_would_refuse_is_malformed(properties: dict[str, Any]) -> None:
    assert isinstance(_read(**properties), Malformed)
