"""That `make venv` mends what is there: an interrupted start, a moved folder, a Python that is gone."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from lab.paths import PROJECT_ROOT

if TYPE_CHECKING:
    from pathlib import Path

# Stands in for Python, the environment's own, and uv: notes what it is asked for, and leaves what they leave.
_PYTHON = """#!/bin/bash
echo "$*" >> "$SAID"
case "$*" in
  "-m venv --clear .venv") rm -rf .venv; mkdir -p .venv/bin; cp "$0" .venv/bin/python ;;
  "-m pip install"*) cp "$0" .venv/bin/uv ;;
  "pip install"*) echo "#!$PWD/.venv/bin/python" > .venv/bin/cartorio ;;
esac
"""


@dataclass
class Checkout:
    """A folder with the Makefile, and the Python that it is to use."""

    folder: Path
    python: Path

    def make(self) -> list[str]:
        """Run `make venv`; what Python was asked for."""
        said = self.python.with_name("said")
        said.write_text("")
        subprocess.run(
            ["make", "venv", f"PYTHON={self.python}"],  # noqa: S607 - whichever is on PATH
            cwd=self.folder,
            env={**os.environ, "SAID": str(said)},
            check=True,
            capture_output=True,
            timeout=60,
        )
        return said.read_text().splitlines()


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    folder = tmp_path / "a checkout"
    folder.mkdir()
    for name in ("Makefile", "requirements.txt", "pyproject.toml"):
        shutil.copy(PROJECT_ROOT / name, folder)
    python = tmp_path / "python3"
    python.write_text(_PYTHON)
    python.chmod(0o755)
    return Checkout(folder, python)


_ANEW = "-m venv --clear .venv"


def test_it_is_made_once(checkout: Checkout) -> None:
    assert _ANEW in checkout.make()
    assert checkout.make() == []


def test_other_requirements_are_installed_into_the_one_that_is_there(checkout: Checkout) -> None:
    checkout.make()
    os.utime(checkout.folder / ".venv" / ".ready", (0, 0))
    said = checkout.make()
    assert any(line.startswith("pip sync") for line in said)
    assert _ANEW not in said


def test_one_that_was_interrupted_before_it_had_an_installer_is_made_anew(checkout: Checkout) -> None:
    checkout.make()
    for name in (".ready", "bin/uv", "bin/cartorio"):
        (checkout.folder / ".venv" / name).unlink()
    assert _ANEW in checkout.make()


def test_one_whose_folder_was_moved_is_made_anew(checkout: Checkout) -> None:
    checkout.make()
    checkout.folder = checkout.folder.rename(checkout.folder.with_name("another folder"))
    assert _ANEW in checkout.make()
    assert checkout.make() == []


def test_one_whose_python_is_gone_is_made_anew(checkout: Checkout) -> None:
    checkout.make()
    (checkout.folder / ".venv" / "bin" / "python").unlink()
    assert _ANEW in checkout.make()
