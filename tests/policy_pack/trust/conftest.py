"""A real registry, cosign and KMS for the trust tests, and a registry that misbehaves."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lab.paths import LabPaths
from lab.report import Quiet
from lab.toolchain import ensure
from tests.support.hostile_registry import HostileRegistry
from tests.support.signing import Cosign, Signer
from tests.support.trust import Scene, Shelf, Trust, served

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lab.services import Tools

_MOTO = Path(__file__).parents[3] / "lab" / "services" / "moto_server.py"


@pytest.fixture(autouse=True)
def evidence(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test depends on, or fills, the developer's own cache of evidence."""
    monkeypatch.setenv("CARTORIO_EVIDENCE_CACHE", "off")


@pytest.fixture(scope="session")
def shelf(toolchain: Tools, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    folder = tmp_path_factory.mktemp("registry")
    crane = str(toolchain.path("crane"))
    with served("/v2/", crane, "registry", "serve", f"--disk={folder}", "--address=127.0.0.1:{port}") as host:
        yield Shelf(host)


@pytest.fixture(scope="session")
def listing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    """A real registry that has the referrers API, which `shelf` does not."""
    crane = str(ensure(["crane-referrers"], LabPaths.default(), Quiet()).path("crane-referrers"))
    folder = tmp_path_factory.mktemp("listing")
    with served("/v2/", crane, "registry", "serve", f"--disk={folder}", "--address=127.0.0.1:{port}") as host:
        yield Shelf(host)


@pytest.fixture(scope="session")
def signer() -> Signer:
    return Signer()


@pytest.fixture(scope="session")
def cosign(toolchain: Tools, tmp_path_factory: pytest.TempPathFactory, signer: Signer) -> Cosign:
    """cosign with three keys: `release` (which is `signer`'s), `second` and `stranger`."""
    tool = Cosign(toolchain.path("cosign"), tmp_path_factory.mktemp("keys"))
    tool.key("release", signer.private_pem)
    tool.key("second")
    tool.key("stranger")
    return tool


@pytest.fixture(scope="session")
def kms() -> Iterator[str]:
    """The lab's KMS (moto with DIGEST): its address."""
    with served("/moto-api/data.json", sys.executable, "-P", str(_MOTO), "{port}") as host:
        yield f"http://{host}"


@pytest.fixture
def trust(tmp_path: Path, shelf: Shelf) -> Trust:
    return Trust(tmp_path, shelf.host)


@pytest.fixture
def hostile() -> Iterator[HostileRegistry]:
    with HostileRegistry().running() as registry:
        yield registry


@pytest.fixture
def scene(hostile: HostileRegistry, tmp_path: Path, signer: Signer) -> Scene:
    return Scene(hostile, tmp_path, signer)


@pytest.fixture
def kms_environment(kms: str) -> dict[str, str]:
    """An AWS configuration that leads to the lab's KMS and to nothing of the developer's."""
    return {
        "AWS_ENDPOINT_URL": kms,
        "AWS_REGION": "sa-east-1",
        "AWS_ACCESS_KEY_ID": "made-up",
        "AWS_SECRET_ACCESS_KEY": "made-up",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": "/nonexistent",
        "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent",
    }


@pytest.fixture
def aws(kms_environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """This process has that configuration."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in kms_environment.items():
        monkeypatch.setenv(name, value)
    return kms_environment
