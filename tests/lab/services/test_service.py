from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from lab.errors import LabError
from lab.paths import LabPaths
from lab.services import NoTools
from lab.services.pki import Pki
from lab.services.service import Service, Site

if TYPE_CHECKING:
    from pathlib import Path

_SERVICE = Service("a", (), ("a",), lambda site: ("program", str(site.ports["a"])), (), lambda _site: None)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(LabPaths(tmp_path, tmp_path), NoTools(), Pki(tmp_path, "one"), {"a": 1, "b": 2})


def test_a_fingerprint_changes_with_whatever_the_process_reads_at_its_start(site: Site) -> None:
    fingerprints = [
        _SERVICE.fingerprint(site, ()),
        _SERVICE.fingerprint(replace(site, ports={"a": 3, "b": 2}), ()),
        _SERVICE.fingerprint(site, ("b",)),
        _SERVICE.fingerprint(replace(site, ports={"a": 1, "b": 3}), ("b",)),
        _SERVICE.fingerprint(replace(site, pki=Pki(site.pki.folder, "two")), ()),
        replace(_SERVICE, command=lambda _site: ("other", "1")).fingerprint(site, ()),
    ]
    assert len(set(fingerprints)) == len(fingerprints)
    assert _SERVICE.fingerprint(site, ()) == fingerprints[0]


def test_one_that_forgets_is_not_restarted_for_another_build_of_its_program(site: Site) -> None:
    forgetful = replace(_SERVICE, forgets=True)
    newer = replace(forgetful, command=lambda site: ("newer", str(site.ports["a"])))
    assert forgetful.fingerprint(site, ()) == newer.fingerprint(site, ())
    assert forgetful.fingerprint(site, ()) != newer.fingerprint(replace(site, ports={"a": 9}), ())


def test_where_it_is_reached(site: Site) -> None:
    assert _SERVICE.url(site.ports) == "https://127.0.0.1:1"
    assert _SERVICE.url({}) == ""


def test_a_tool_that_is_not_there_is_named(site: Site, tmp_path: Path) -> None:
    class Gone:
        def path(self, name: str) -> Path:
            return tmp_path / name

    with pytest.raises(LabError, match="the tool etcd is missing") as caught:
        replace(site, tools=Gone()).tool("etcd")
    assert caught.value.where == str(tmp_path / "etcd")
