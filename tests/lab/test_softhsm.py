from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from lab import softhsm
from lab.errors import LabError
from lab.paths import LabPaths

if TYPE_CHECKING:
    from pathlib import Path


def test_the_module_is_to_be_had_on_this_machine() -> None:
    assert softhsm.library(LabPaths.default()).read_bytes()[:4] == b"\x7fELF"


def test_the_environment_names_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = tmp_path / "own.so"
    monkeypatch.setenv("SOFTHSM2_MODULE", str(own))
    with pytest.raises(LabError, match="SOFTHSM2_MODULE names no file"):
        softhsm.library(LabPaths.default())
    own.touch()
    assert softhsm.library(LabPaths.default()) == own


def test_another_package_than_the_pinned_one_is_refused(tmp_path: Path) -> None:
    package = tmp_path / "libsofthsm2_9_amd64.deb"
    package.write_bytes(b"another")
    with pytest.raises(LabError, match="not the pinned") as caught:
        softhsm.unpack(package, tmp_path / "module.so")
    assert caught.value.remedy is not None
    assert not (tmp_path / "module.so").exists()


def test_a_package_that_is_none_is_refused(tmp_path: Path) -> None:
    package = tmp_path / "libsofthsm2_9_amd64.deb"
    package.write_bytes(b"another")
    with pytest.raises(LabError, match="dpkg-deb --extract failed"):
        softhsm.unpack(package, tmp_path / "module.so", hashlib.sha256(b"another").hexdigest())


def test_a_machine_that_cannot_get_it_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(softhsm, "_INSTALLED", ())
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(LabError, match="apt-get cannot be run") as caught:
        softhsm.library(LabPaths(root=tmp_path, cache=tmp_path / "cache"))
    assert "install SoftHSM2" in str(caught.value.remedy)
