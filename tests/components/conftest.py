"""Projects and plans for the tests of components."""

from __future__ import annotations

import pytest

from tests.support.stackfiles import Project


@pytest.fixture
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A small project around the stack `local`, to change before its settings are read."""
    return Project(tmp_path_factory.mktemp("project"))
