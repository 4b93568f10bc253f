"""A tiny project for each test that asks for one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.tiny_project import TinyProject

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lab.services import Tools


@pytest.fixture
def tiny(toolchain: Tools, tmp_path: Path) -> Iterator[TinyProject]:
    """An empty project of the real engine."""
    project = TinyProject.make(tmp_path, toolchain)
    yield project
    project.end()
