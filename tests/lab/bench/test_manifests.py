from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml

from lab.bench import manifests
from lab.errors import LabError

if TYPE_CHECKING:
    from pathlib import Path

OBJECTS: tuple[dict[str, Any], ...] = tuple(
    {"kind": kind, "metadata": {"name": "x", "namespace": "cartorio"}} for kind in ("Pod", "Service")
)


def test_there_are_as_many_objects_as_are_asked_for_each_tenant_in_its_own_namespace(tmp_path: Path) -> None:
    manifests.write(OBJECTS, 5, tmp_path)
    found = [yaml.safe_load(file.read_text()) for file in sorted(tmp_path.iterdir())]
    assert [one["kind"] for one in found] == ["Pod", "Service", "Pod", "Service", "Pod"]
    assert [one["metadata"]["namespace"] for one in found] == ["tenant-0"] * 2 + ["tenant-1"] * 2 + ["tenant-2"]
    assert OBJECTS[0]["metadata"]["namespace"] == "cartorio"


def test_a_project_without_the_chart_says_so(tmp_path: Path) -> None:
    with pytest.raises(LabError, match="the chart cannot be rendered"):
        manifests.rendered(tmp_path)
