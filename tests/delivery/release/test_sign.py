from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml

from delivery.release.document import Image
from delivery.release.sign import sign
from guardrails.trust.mirrors import VARIABLE
from lab.errors import LabError
from lab.report import Quiet
from tests.support.signing import Cosign, Signer
from tests.support.trust import NAME, Shelf, served

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lab.services import Tools


@pytest.fixture(scope="module")
def shelf(toolchain: Tools, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    folder = tmp_path_factory.mktemp("registry")
    crane = str(toolchain.path("crane"))
    with served("/v2/", crane, "registry", "serve", f"--disk={folder}", "--address=127.0.0.1:{port}") as host:
        yield Shelf(host)


@pytest.fixture
def trust(shelf: Shelf, tmp_path: Path, toolchain: Tools, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A trust policy of one key, whose private half cosign has beside it."""
    signer = Signer()
    (tmp_path / "release.pem").write_bytes(signer.pem)
    (tmp_path / "keys").mkdir()
    Cosign(toolchain.path("cosign"), tmp_path / "keys").key("release", signer.private_pem)
    rule = {"name": "own", "images": f"{NAME}/cartorio/**", "require": [{"authorities": ["release"]}]}
    document: dict[str, Any] = {
        "version": "cartorio.trust/v1",
        "authorities": {"release": {"keys": [{"source": "file:release.pem"}]}},
        "profiles": {"staging": {"rules": [rule]}},
    }
    (tmp_path / "trust.yaml").write_text(yaml.safe_dump(document))
    monkeypatch.setenv(VARIABLE, f"{NAME}=http://{shelf.host}")
    monkeypatch.setenv("COSIGN_PASSWORD", "")
    return tmp_path / "trust.yaml"


def test_an_image_is_signed_once_and_trusted_then(shelf: Shelf, trust: Path, toolchain: Tools) -> None:
    image = Image(f"{NAME}/cartorio/api@{shelf.image()}")
    key, cosign = str(trust.with_name("keys") / "release.key"), toolchain.path("cosign")
    assert sign((image,), key, trust, "staging", cosign, Quiet()) == (image,)
    # Again, nothing has to sign.
    assert sign((image,), key, trust, "staging", trust.with_name("no-cosign"), Quiet()) == ()


def test_a_signature_that_nobody_trusts_is_not_enough(shelf: Shelf, trust: Path, toolchain: Tools) -> None:
    image = Image(f"{NAME}/cartorio/api@{shelf.image()}")
    Cosign(toolchain.path("cosign"), trust.with_name("keys")).key("other", Signer().private_pem)
    with pytest.raises(LabError, match="and not trusted"):
        sign((image,), str(trust.with_name("keys") / "other.key"), trust, "staging", toolchain.path("cosign"), Quiet())


def test_a_cosign_that_fails_or_is_not_there_is_said(shelf: Shelf, trust: Path, toolchain: Tools) -> None:
    image = Image(f"{NAME}/cartorio/api@{shelf.image()}")
    with pytest.raises(LabError, match="cosign cannot be run"):
        sign((image,), "none", trust, "staging", trust.with_name("no-cosign"), Quiet())
    with pytest.raises(LabError, match=r"cosign failed \(exit"):
        sign((image,), str(trust.with_name("no.key")), trust, "staging", toolchain.path("cosign"), Quiet())


def test_an_image_that_is_not_there_is_no_question_of_signing(trust: Path, toolchain: Tools) -> None:
    image = Image(f"{NAME}/cartorio/api@sha256:{'0' * 64}")
    with pytest.raises(LabError):
        sign(
            (image,), str(trust.with_name("keys") / "release.key"), trust, "staging", toolchain.path("cosign"), Quiet()
        )
