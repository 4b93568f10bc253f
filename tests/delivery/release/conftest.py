"""A release file that the stack `staging` takes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from components.settings import Settings

DIGEST = f"sha256:{'a' * 64}"
REFERENCE = f"registry.cartorio.internal/cartorio/app@{DIGEST}"


@pytest.fixture(scope="session")
def settings() -> Settings:
    from delivery.keys.stackvalues import settings_of
    from lab.paths import PROJECT_ROOT

    return settings_of("staging", PROJECT_ROOT)


@pytest.fixture
def release_file(tmp_path: Path) -> Path:
    file = tmp_path / "release.json"
    images = {"api": REFERENCE, "workers": REFERENCE}
    file.write_text(json.dumps({"schema": "cartorio.release/v1", "version": "1.4.0", "images": images}))
    return file
