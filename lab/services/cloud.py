"""The cloud's stand-ins: moto for AWS's API, crane's registry for container images.

Both are plain HTTP on loopback and take any credentials: whoever may run programs on this machine may use them, as with
any emulator of this kind. What must be kept from others (cluster credentials, keys) is in files of mode 0600.
"""

from __future__ import annotations

import sys
from pathlib import Path

from lab.services.client import Client
from lab.services.files import private_folder
from lab.services.ports import LOOPBACK
from lab.services.service import Service, Site

_MOTO = Path(__file__).with_name("moto_server.py")


def _moto(site: Site) -> tuple[str, ...]:
    # The file rather than a module name: it needs nothing of this project. With -P it does not find this folder, whose
    # modules have short names, first on its module path.
    return (sys.executable, "-P", str(_MOTO), str(site.ports["moto"]))


def _moto_probe(site: Site) -> None:
    # Not data.json: it shows what moto holds, and answers 500 once that includes a signing key.
    Client(site.ports["moto"], None).expect("/moto-api/config")


def _registry_prepare(site: Site) -> None:
    private_folder(site.data("registry"))


def _registry(site: Site) -> tuple[str, ...]:
    # The folder keeps blobs across restarts. Manifests and tags are in memory only (pkg/registry/manifest.go of
    # go-containerregistry 0.22): Endpoints.registry_generation tells that they have to be pushed again.
    return (
        site.tool("crane"),
        "registry",
        "serve",
        f"--address={LOOPBACK}:{site.ports['registry']}",
        f"--disk={site.data('registry')}",
    )


def _registry_probe(site: Site) -> None:
    Client(site.ports["registry"], None).expect("/v2/")


CLOUD = (
    Service("moto", (), ("moto",), _moto, (), _moto_probe, scheme="http", forgets=True),
    Service(
        "registry",
        (),
        ("registry",),
        _registry,
        ("crane",),
        _registry_probe,
        _registry_prepare,
        scheme="http",
        forgets=True,
    ),
)
