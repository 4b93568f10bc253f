from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from components import versions
from components.locked import LOCK, render_lock
from components.pins import images, main, named
from components.sources import Mirrored, Sources
from components.vendored import pinned_charts
from lab.paths import PROJECT_ROOT

if TYPE_CHECKING:
    from pathlib import Path


def test_every_pinned_chart_is_listed_once() -> None:
    found = pinned_charts()
    assert {versions.CERT_MANAGER, versions.VAULT, versions.KARPENTER} <= set(found)
    assert list(found) == sorted(found, key=lambda pin: pin.name)
    assert len({(pin.name, pin.version) for pin in found}) == len(found)


def test_it_prints_them_as_json() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "components.pins"], cwd=PROJECT_ROOT, check=True, capture_output=True, text=True
    )
    assert {
        "name": "cert-manager",
        "version": versions.CERT_MANAGER.version,
        "source": versions.CERT_MANAGER.source,
        "digest": versions.CERT_MANAGER.digest,
    } in json.loads(done.stdout)


def test_a_chart_without_a_digest_has_the_one_of_the_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / LOCK).parent.mkdir(parents=True)
    (tmp_path / LOCK).write_text(render_lock({versions.VAULT.archive: "0" * 64}))
    main([])
    told = {one["name"]: one["digest"] for one in json.loads(capsys.readouterr().out)}
    assert (told["vault"], told["cert-manager"]) == ("0" * 64, versions.CERT_MANAGER.digest)
    (tmp_path / LOCK).write_text("{}")
    with pytest.raises(SystemExit, match="is no lock of charts"):
        main([])


def test_every_image_that_is_pinned_by_digest_is_listed_once() -> None:
    found = images()
    of_mongodb = versions.MONGODB["arm64"]
    assert {versions.VAULT_IMAGE, versions.PYTHON_IMAGE, of_mongodb.server, of_mongodb.backup} <= set(found)
    assert len({pin.digest for pin in found}) == len(found)


def test_images_have_the_names_of_each_stack_once() -> None:
    mirror = Sources((Mirrored("docker.io", "mirror.example/docker.io"),))
    told = named([mirror, mirror, Sources()])
    vault = [one for one in told if one["digest"] == versions.VAULT_IMAGE.digest]
    assert [one["repository"] for one in vault] == [
        "docker.io/hashicorp/vault",
        "mirror.example/docker.io/hashicorp/vault",
    ]
    assert {one["source"] for one in vault} == {versions.VAULT_IMAGE.repository}


def test_it_tells_the_images_of_stack_files(capsys: pytest.CaptureFixture[str]) -> None:
    main(["images", str(PROJECT_ROOT / "Pulumi.producao.yaml"), str(PROJECT_ROOT / "Pulumi.local.yaml")])
    told = json.loads(capsys.readouterr().out)
    names = {one["repository"] for one in told if one["digest"] == versions.VAULT_IMAGE.digest}
    assert names == {"docker.io/hashicorp/vault", "registry.cartorio.internal/mirror/docker.io/hashicorp/vault"}


@pytest.mark.parametrize(
    "text", ["config: [", "config: {'cartorio:mirrors': [{source: docker.io, mirror: 'https://x.example'}]}"]
)
def test_a_stack_file_whose_mirrors_cannot_be_used_is_said(tmp_path: Path, text: str) -> None:
    (tmp_path / "Pulumi.qa.yaml").write_text(text)
    with pytest.raises(SystemExit, match="no mirrors: "):
        main(["images", str(tmp_path / "Pulumi.qa.yaml")])
    with pytest.raises(SystemExit, match=r"no mirrors: absent\.yaml cannot be read"):
        main(["images", str(tmp_path / "absent.yaml")])
