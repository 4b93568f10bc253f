from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from delivery.keys.stackvalues import settings_of
from lab.errors import UsageError
from tests.support.stackfiles import RELEASE, ROOT, stack_files

if TYPE_CHECKING:
    from tests.support.stackfiles import Project


def test_the_settings_are_those_that_the_program_reads(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("KUBECONFIG", "CARTORIO_CHART_MIRROR"):
        monkeypatch.delenv(name, raising=False)
    assert settings_of("local", project.folder) == project.settings()


@pytest.mark.parametrize("stack", [file.name.split(".")[1] for file in stack_files() if "local" not in file.name])
def test_the_repositorys_stacks_can_be_read(stack: str) -> None:
    assert settings_of(stack, ROOT).stack == stack


def test_a_bare_name_belongs_to_the_project(project: Project) -> None:
    project.config = {key.removeprefix("cartorio:"): value for key, value in project.config.items()}
    project.write()
    release = project.folder / ".lab/release.json"
    release.parent.mkdir(exist_ok=True)
    release.write_text(json.dumps(RELEASE), encoding="utf-8")
    assert "cartorio:" not in (project.folder / "Pulumi.local.yaml").read_text(encoding="utf-8")
    assert settings_of("local", project.folder).configuration.keys.deletion_window_days == 7


@pytest.mark.parametrize("stack", ["../local", "org/cartorio/local", "", "a b", "x" * 101])
def test_what_is_no_stacks_name(stack: str, project: Project) -> None:
    with pytest.raises(UsageError, match="there is no stack") as caught:
        settings_of(stack, project.folder)
    assert caught.value.remedy == "name one of: local"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"config: [", "not YAML"),
        (b"config: []", "no mapping `config`"),
        (b"- config", "no mapping `config`"),
        (b"", "no mapping `config`"),
        (b"\xff\xfe\xff", "cannot be read"),
        (b"#" * 1_000_001, "larger than"),
        (b"config: " + b"[" * 5000, "not YAML"),
    ],
)
def test_a_file_that_cannot_be_used(content: bytes, told: str, project: Project) -> None:
    file = project.folder / "Pulumi.local.yaml"
    file.write_bytes(content)
    with pytest.raises(UsageError, match=told) as caught:
        settings_of("local", project.folder)
    assert caught.value.where == str(file)


def test_an_encrypted_setting_is_refused_without_being_shown(project: Project) -> None:
    project.config["cartorio:keys"] = {"secure": "v1:ciphertext"}
    project.write()
    with pytest.raises(UsageError, match="must not be encrypted") as caught:
        settings_of("local", project.folder)
    assert "ciphertext" not in caught.value.what
