"""What the tests of observability share."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from components.sections.observability import Observability
from tests.support.observability import OBSERVABILITY
from tests.support.prometheus import Promtool

if TYPE_CHECKING:
    from pathlib import Path

    from lab.services.model import Tools


@pytest.fixture(scope="session")
def settings() -> Observability:
    """Everything that can be said."""
    return Observability.model_validate_json(json.dumps(OBSERVABILITY))


@pytest.fixture
def promtool(toolchain: Tools, tmp_path: Path) -> Promtool:
    """Prometheus' own judge of rules."""
    return Promtool(toolchain, tmp_path)
