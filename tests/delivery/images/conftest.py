"""A trust policy, a real registry in two roles (a vendor's and ours), and keys, for `cartorio image`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from guardrails.trust.mirrors import VARIABLE
from tests.support.signing import Cosign, Signer
from tests.support.trust import NAME, Shelf, served

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lab.services import Tools

VENDOR = "vendor.example"


@pytest.fixture(scope="session")
def shelf(toolchain: Tools, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    folder = tmp_path_factory.mktemp("registry")
    crane = str(toolchain.path("crane"))
    with served("/v2/", crane, "registry", "serve", f"--disk={folder}", "--address=127.0.0.1:{port}") as host:
        yield Shelf(host)


@pytest.fixture(scope="session")
def signer() -> Signer:
    return Signer()


@pytest.fixture(scope="session")
def cosign(toolchain: Tools, tmp_path_factory: pytest.TempPathFactory, signer: Signer) -> Cosign:
    tool = Cosign(toolchain.path("cosign"), tmp_path_factory.mktemp("keys"))
    tool.key("release", signer.private_pem)
    return tool


@dataclass(frozen=True)
class Policy:
    """A trust policy: `release` signs what is ours, `import` what comes in, `vendor` what one vendor makes."""

    file: Path
    vendor: Signer
    imports: Signer

    @property
    def key(self) -> str:
        """cosign's name of the import's private key."""
        return str(self.file.with_name("keys") / "import.key")


@pytest.fixture
def policy(shelf: Shelf, cosign: Cosign, signer: Signer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Policy:
    made = Policy(tmp_path / "trust.yaml", Signer(), Signer())
    for name, one in (("release", signer), ("vendor", made.vendor), ("import", made.imports)):
        (tmp_path / f"{name}.pem").write_bytes(one.pem)
    (tmp_path / "keys").mkdir()
    Cosign(cosign.program, tmp_path / "keys").key("import", made.imports.private_pem)
    document: dict[str, Any] = {
        "version": "cartorio.trust/v1",
        "authorities": {name: {"keys": [{"source": f"file:{name}.pem"}]} for name in ("release", "vendor", "import")},
        "profiles": {
            "producao": {
                "rules": [
                    {"name": "own", "images": f"{NAME}/cartorio/**", "require": [{"authorities": ["release"]}]},
                    {"name": "imported", "images": f"{NAME}/mirror/**", "require": [{"authorities": ["import"]}]},
                    {
                        "name": "both",
                        "images": f"{NAME}/shared/**",
                        "require": [{"authorities": ["import", "release"], "threshold": 2}],
                    },
                ]
            },
            "origins": {
                "rules": [{"name": "vendor", "images": f"{VENDOR}/signed/**", "require": [{"authorities": ["vendor"]}]}]
            },
        },
    }
    made.file.write_text(yaml.safe_dump(document))
    monkeypatch.setenv(VARIABLE, f"{NAME}=http://{shelf.host},{VENDOR}=http://{shelf.host}")
    monkeypatch.setenv("COSIGN_PASSWORD", "")
    return made
