"""Small projects with one workflow: a good one, and what is laid over it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

GOOD = """\
name: good
on:
  push:
    branches: [main]
permissions: {}
concurrency:
  group: good
  cancel-in-progress: false
jobs:
  deploy:
    name: Deploy
    runs-on: ubuntu-24.04
    timeout-minutes: 10
    environment: staging
    permissions:
      contents: read
      id-token: write # takes a role
    concurrency:
      group: deploy
      cancel-in-progress: false
    steps:
      - uses: actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8 # v5.0.0
        with:
          persist-credentials: false
      - run: .venv/bin/cartorio up "$STACK"
        env:
          STACK: staging
"""


@pytest.fixture
def good() -> str:
    """A workflow that nothing is found in."""
    return GOOD


@pytest.fixture
def project(tmp_path: Path) -> Callable[[str], Path]:
    """Makes a project of one workflow."""

    def made(text: str) -> Path:
        folder = tmp_path / ".github/workflows"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "one.yml").write_text(text, encoding="utf-8")
        return tmp_path

    return made
