"""Whole stacks from nothing to destroyed: the one of production, and one that is only a file more."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import yaml

from lab.paths import PROJECT_ROOT, LabPaths
from lab.rehearsal.rehearse import rehearse
from lab.report import Quiet

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("toolchain")]


def _own_lab() -> LabPaths:
    usual = LabPaths.default()
    return replace(usual, root=usual.root.with_name("rehearsal"))


def test_production_from_nothing_to_nothing() -> None:
    done = rehearse(_own_lab(), PROJECT_ROOT, "producao", Quiet())
    assert done.well, done.phases
    assert {"audit", "data", "keys", "network", "supply", "tenancy"} <= set(done.areas)
    assert done.phases[-1].name == "destroy"
    assert all(done.recorded.values())
    assert not _own_lab().root.exists()


def test_an_environment_is_one_file_more(tmp_path: Path) -> None:
    """`Pulumi.develop.yaml`, made of staging's, with another network and no code for it anywhere."""
    project = tmp_path / "project"
    project.mkdir()
    for name in ("Pulumi.yaml", "__main__.py", "components", "policy_pack", "charts", "releases"):
        (project / name).symlink_to(PROJECT_ROOT / name)
    document = yaml.safe_load((PROJECT_ROOT / "Pulumi.staging.yaml").read_text("utf-8"))
    document["config"]["cartorio:cluster"]["identifier"] = "cartorio-develop"
    document["config"]["cartorio:aws"]["costCentre"] = "develop"
    (project / "Pulumi.develop.yaml").write_text(yaml.safe_dump(document, sort_keys=False), "utf-8")
    done = rehearse(_own_lab(), project, "develop", Quiet())
    assert done.well, done.phases
