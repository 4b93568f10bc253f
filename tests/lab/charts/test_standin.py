from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from lab.charts.pins import Pin
from lab.charts.standin import archive
from lab.errors import LabError

if TYPE_CHECKING:
    from pathlib import Path

    from lab.services import Tools

PIN = Pin("cert-manager", "v1.21.2", "https://charts.example.test")


def test_helm_takes_it_for_the_chart_and_renders_nothing(toolchain: Tools, tmp_path: Path) -> None:
    file = tmp_path / "chart.tgz"
    file.write_bytes(archive(PIN))
    helm = toolchain.path("helm")
    shown = subprocess.run([helm, "show", "chart", file], check=True, capture_output=True, text=True).stdout
    assert "name: cert-manager\n" in shown
    assert "version: v1.21.2\n" in shown
    assert "Stands in for https://charts.example.test/cert-manager" in shown
    rendered = subprocess.run([helm, "template", "x", file], check=True, capture_output=True, text=True).stdout
    assert rendered.strip() == ""


def test_the_same_chart_gives_the_same_bytes() -> None:
    assert archive(PIN) == archive(PIN)
    assert archive(PIN) != archive(Pin("cert-manager", "v1.21.3", PIN.source))


def test_the_applications_own_chart_is_never_stood_in_for() -> None:
    with pytest.raises(LabError, match="nothing stands in for the chart cartorio"):
        archive(Pin("cartorio", "1.0.0", PIN.source))
