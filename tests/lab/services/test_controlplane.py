from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from lab.errors import LabError
from lab.paths import LabPaths
from lab.services import controlplane
from lab.services.controlplane import CONTROL_PLANE
from lab.services.pki import Pki
from lab.services.service import Service, Site

if TYPE_CHECKING:
    from pathlib import Path

    from lab.services import Tools


@pytest.fixture
def site(tmp_path: Path, toolchain: Tools) -> Site:
    ports = {name: 20000 + index for index, name in enumerate(name for one in CONTROL_PLANE for name in one.ports)}
    return Site(LabPaths(tmp_path, tmp_path), toolchain, Pki(tmp_path / "pki", "identity"), ports)


def _of(name: str) -> Service:
    return next(service for service in CONTROL_PLANE if service.name == name)


@pytest.mark.parametrize("service", CONTROL_PLANE, ids=lambda service: service.name)
def test_no_argument_names_another_address_than_loopback(service: Service, site: Site) -> None:
    arguments = " ".join(service.command(site)[1:])
    addresses = set(re.findall(r"\d+\.\d+\.\d+\.\d+(?!/|\.|\d)", arguments))
    assert addresses == ({"127.0.0.1"} if service.ports else set())
    assert "0.0.0.0" not in arguments  # noqa: S104  exactly what must not be there


@pytest.mark.parametrize(
    "flag",
    [
        "--anonymous-auth=false",
        "--authorization-mode=Node,RBAC",
        "--profiling=false",
        "--enable-admission-plugins=NodeRestriction",
    ],
)
def test_the_api_server_is_closed(flag: str, site: Site) -> None:
    assert flag in _of("kube-apiserver").command(site)


@pytest.mark.parametrize("name", ["kube-controller-manager", "kube-scheduler"])
def test_components_use_their_own_identity(name: str, site: Site) -> None:
    command = _of(name).command(site)
    assert f"--kubeconfig={site.config(name)}.kubeconfig" in command
    assert "--profiling=false" in command


def test_etcd_asks_everybody_for_a_certificate(site: Site) -> None:
    command = _of("etcd").command(site)
    assert "--client-cert-auth" in command
    assert "--peer-client-cert-auth" in command


def test_every_stage_that_kwok_is_given_exists(site: Site) -> None:
    stages = [argument for argument in _of("kwok").command(site) if argument.startswith("--config=")]
    assert len(stages) == 5


def test_a_missing_stage_is_named(site: Site, tmp_path: Path) -> None:
    class Elsewhere:
        def path(self, name: str) -> Path:
            return tmp_path / name

    with pytest.raises(LabError, match="stage that kwok needs") as caught:
        controlplane._stages(Site(site.paths, Elsewhere(), site.pki, site.ports))
    assert "node-initialize.yaml" in str(caught.value.where)


def test_each_service_needs_what_comes_before_it() -> None:
    seen: set[str] = set()
    for service in CONTROL_PLANE:
        assert set(service.needs) <= seen
        seen.add(service.name)
