"""What a process in the lab can reach, and what it can not."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.engine.environment import environment, without_credentials
from lab.paths import PROJECT_ROOT, LabPaths
from tests.support.tiny_project import NOWHERE

if TYPE_CHECKING:
    from lab.services import Tools


class _Tools:
    """Tools that are only names: nothing here starts them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, name: str) -> Path:
        return self._folder / name


@pytest.fixture
def paths(tmp_path: Path) -> LabPaths:
    root = tmp_path / "lab"
    root.mkdir()
    return LabPaths(root=root, cache=tmp_path / "cache")


@pytest.fixture
def tools(tmp_path: Path) -> Tools:
    return _Tools(tmp_path / "tools")


# What an engineer's shell may hold; each would let a command in the lab reach something real.
_CREDENTIALS = {
    "AWS_PROFILE": "producao",
    "AWS_SESSION_TOKEN": "real",
    "AWS_SECURITY_TOKEN": "real",
    "AWS_ROLE_ARN": "arn:aws:iam::111111111111:role/admin",
    "AWS_WEB_IDENTITY_TOKEN_FILE": "/var/run/token",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://169.254.170.2/",
    "AWS_ENDPOINT_URL_KMS": "https://kms.sa-east-1.amazonaws.com",
    "PULUMI_ACCESS_TOKEN": "pul-real",
    "PULUMI_CONFIG_PASSPHRASE": "real",
    "PULUMI_API": "https://api.pulumi.com",
    "KUBE_TOKEN": "real",
    "VAULT_TOKEN": "hvs.real",
    "VAULT_ADDR": "https://vault.real",
    "COSIGN_PASSWORD": "real",
    "COSIGN_REPOSITORY": "registry.real/signatures",
    "GITHUB_TOKEN": "ghp_real",
    "GOOGLE_APPLICATION_CREDENTIALS": "/home/me/key.json",
    "ARM_CLIENT_SECRET": "real",
    "DATABASE_PASSWORD": "real",
    "BASH_ENV": "/home/me/.credentials.sh",
    "PYTHONPATH": "/home/me/elsewhere",
    "PYTHONDONTWRITEBYTECODE": "as the image says",
}


def test_nothing_of_the_engineers_own_gets_in(paths: LabPaths, tools: Tools, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in _CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("KUBECONFIG", "/home/me/.kube/config")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAREAL")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "real")
    monkeypatch.setenv("EDITOR", "vi")
    found = environment(paths, tools, NOWHERE, official=())
    assert not set(_CREDENTIALS) & set(found)
    assert not set(_CREDENTIALS.values()) & set(found.values())
    assert found["KUBECONFIG"] == str(NOWHERE.kubeconfig)
    assert found["AWS_ACCESS_KEY_ID"] == NOWHERE.cloud_access_key_id
    assert found["AWS_SECRET_ACCESS_KEY"] == NOWHERE.cloud_secret_access_key
    assert found["EDITOR"] == "vi"


def test_boto_finds_only_the_labs_cloud(
    paths: LabPaths, tools: Tools, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import botocore.session
    from botocore.exceptions import ProfileNotFound

    home = tmp_path / "home"
    (home / ".aws").mkdir(parents=True)
    (home / ".aws" / "credentials").write_text("[producao]\naws_access_key_id=AKIAREAL\naws_secret_access_key=real\n")
    monkeypatch.setenv("HOME", str(home))
    assert "producao" in botocore.session.Session().available_profiles, "the engineer's own are there"
    found = environment(paths, tools, NOWHERE, official=())
    for name in os.environ.keys() - found.keys():
        monkeypatch.delenv(name)
    for name, value in found.items():
        monkeypatch.setenv(name, value)
    session = botocore.session.Session()
    assert session.available_profiles == []
    assert session.create_client("kms").meta.endpoint_url == NOWHERE.cloud_url
    assert session.create_client("kms").meta.region_name == "sa-east-1"
    with pytest.raises(ProfileNotFound):
        botocore.session.Session(profile="producao").get_credentials()


def test_everything_the_engine_keeps_is_the_labs(paths: LabPaths, tools: Tools) -> None:
    found = environment(paths, tools, NOWHERE, official=())
    assert found["PULUMI_HOME"] == str(paths.pulumi_home)
    assert found["PULUMI_BACKEND_URL"] == paths.backend.as_uri()
    assert paths.backend.is_dir()
    assert Path(found["PULUMI_CONFIG_PASSPHRASE_FILE"]).read_text() == "laboratorio"
    assert found["PULUMI_OPTION_POLICY_PACK"] == str(PROJECT_ROOT / "policy_pack")
    assert found["CARTORIO_REGISTRY_MIRRORS"] == f"registry.cartorio.internal=http://{NOWHERE.registry}"
    assert found["AWS_EC2_METADATA_DISABLED"] == "true"
    for name in ("HELM_CACHE_HOME", "HELM_CONFIG_HOME", "HELM_DATA_HOME", "DOCKER_CONFIG", "KUBECACHEDIR"):
        assert Path(found[name]).is_relative_to(paths.root)


def test_the_labs_tools_and_python_come_first_on_path(
    paths: LabPaths, tools: Tools, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/somewhere/bin")
    folders = environment(paths, tools, NOWHERE, official=())["PATH"].split(os.pathsep)
    assert folders == [str(paths.root / "bin"), str(Path(sys.executable).parent), "/somewhere/bin"]
    for name in ("pulumi", "kubectl", "helm", "cosign", "crane"):
        assert (paths.root / "bin" / name).readlink() == tools.path(name)


def test_loopback_needs_no_proxy(paths: LabPaths, tools: Tools, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("NO_PROXY", "internal.example, 127.0.0.1")
    found = environment(paths, tools, NOWHERE, official=())
    assert found["HTTPS_PROXY"] == "http://proxy.example:3128"
    assert found["NO_PROXY"] == found["no_proxy"] == "internal.example,127.0.0.1,localhost,::1"


def test_the_engine_looks_for_garbage_seldom_or_as_its_user_wishes(
    paths: LabPaths, tools: Tools, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GOGC", raising=False)
    assert environment(paths, tools, NOWHERE)["GOGC"] == "400"
    monkeypatch.setenv("GOGC", "50")
    assert environment(paths, tools, NOWHERE)["GOGC"] == "50"


def test_making_it_again_changes_no_file(paths: LabPaths, tools: Tools) -> None:
    def files() -> dict[Path, int]:
        return {file: file.lstat().st_mtime_ns for file in paths.root.rglob("*") if not file.is_dir()}

    first = environment(paths, tools, NOWHERE, official=())
    before = files()
    assert environment(paths, tools, NOWHERE, official=()) == first
    assert files() == before


def test_it_follows_the_services_and_mends_what_is_missing(paths: LabPaths, tools: Tools) -> None:
    environment(paths, tools, NOWHERE, official=())
    shutil.rmtree(paths.root / "bin")
    (paths.root / "passphrase").write_text("something else")
    moved = environment(paths, tools, replace(NOWHERE, cloud_url="http://127.0.0.1:4"), official=())
    assert moved["AWS_ENDPOINT_URL"] == "http://127.0.0.1:4"
    assert (paths.root / "bin" / "pulumi").is_symlink()
    assert (paths.root / "passphrase").read_text() == "laboratorio"


@given(
    st.dictionaries(st.from_regex(r"[A-Z_]{1,20}", fullmatch=True), st.text(max_size=5)),
    st.sampled_from(["", "MY_", "X_"]),
    st.sampled_from(["TOKEN", "SECRET", "PASSWORD", "API_KEY", "APIKEY", "PRIVATE_KEY", "CREDENTIALS"]),
    st.sampled_from(["", "_FILE", "_2"]),
)
def test_what_is_named_like_a_secret_is_left_out(base: dict[str, str], before: str, word: str, after: str) -> None:
    name = f"{before}{word}{after}"
    kept = without_credentials({**base, name: "real", "TERM": "xterm"})
    assert name not in kept
    assert kept["TERM"] == "xterm"
    assert kept.items() <= {**base, "TERM": "xterm"}.items()
