from __future__ import annotations

import base64
import stat
from typing import TYPE_CHECKING

import pytest
import yaml

from lab.services import kubeconfig, pki

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def made(tmp_path: Path) -> pki.Pki:
    return pki.ensure(tmp_path / "pki")


def test_it_holds_all_that_a_client_needs(tmp_path: Path, made: pki.Pki) -> None:
    path = tmp_path / "kubeconfig"
    kubeconfig.write(path, made, party="admin", server="https://127.0.0.1:20001")
    document = yaml.safe_load(path.read_text())
    assert document["clusters"][0]["cluster"]["server"] == "https://127.0.0.1:20001"
    user = document["users"][0]["user"]
    assert base64.b64decode(user["client-certificate-data"]) == made.certificate("admin").read_bytes()
    assert base64.b64decode(user["client-key-data"]) == made.key("admin").read_bytes()
    assert document["current-context"] == document["contexts"][0]["name"] == "cartorio-lab"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_an_unchanged_one_is_left_alone_and_a_changed_one_is_not(tmp_path: Path, made: pki.Pki) -> None:
    path = tmp_path / "kubeconfig"
    kubeconfig.write(path, made, party="admin", server="https://127.0.0.1:20001")
    first = path.stat()
    kubeconfig.write(path, made, party="admin", server="https://127.0.0.1:20001")
    assert path.stat().st_ino == first.st_ino
    kubeconfig.write(path, made, party="admin", server="https://127.0.0.1:20002")
    assert "20002" in path.read_text()
