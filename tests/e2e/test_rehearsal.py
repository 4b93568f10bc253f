"""A whole stack from nothing to destroyed: production's."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lab.paths import PROJECT_ROOT, LabPaths
from lab.rehearsal.rehearse import rehearse
from lab.report import Quiet

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("toolchain")]


def _own_lab() -> LabPaths:
    usual = LabPaths.default()
    return replace(usual, root=usual.root.with_name("rehearsal"))


# Hundreds of resources, seven times over, on a machine that runs the other tests beside it.
@pytest.mark.timeout(1800)
def test_production_from_nothing_to_nothing() -> None:
    done = rehearse(_own_lab(), PROJECT_ROOT, "producao", Quiet())
    assert done.well, done.phases
    assert {"audit", "data", "keys", "network", "supply", "tenancy"} <= set(done.areas)
    assert done.phases[-1].name == "destroy"
    assert all(done.recorded.values())
    assert any("mirror/docker.io/hashicorp/vault" in image for image in done.imported)
    assert all(done.imported.values())
    assert not _own_lab().root.exists()
