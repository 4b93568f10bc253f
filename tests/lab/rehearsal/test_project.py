from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import yaml

from lab.errors import LabError, UsageError
from lab.paths import PROJECT_ROOT
from lab.rehearsal.project import change_setting, copy_project, ensure_release, lift_protection, stack_file

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def project(tmp_path: Path) -> Path:
    file = tmp_path / "Pulumi.qa.yaml"
    file.write_text("config:\n  cartorio:release: releases/qa.json\n  cartorio:supply: {expireCandidatesDays: 7}\n")
    return tmp_path


def test_the_copy_runs_and_the_original_is_not_touched(tmp_path: Path) -> None:
    original = (PROJECT_ROOT / "Pulumi.staging.yaml").read_bytes()
    copy = copy_project(PROJECT_ROOT, tmp_path / "copy", "staging")
    assert (copy / "components" / "stack.py").is_file()
    assert (copy / "policy_pack" / "trust.yaml").is_file()
    assert not list(copy.rglob("__pycache__"))
    assert [file.name for file in copy.glob("Pulumi.*.yaml")] == ["Pulumi.staging.yaml"]
    change_setting(copy, "staging", ("cartorio:supply", "expireCandidatesDays"), by=1)
    assert (PROJECT_ROOT / "Pulumi.staging.yaml").read_bytes() == original


def test_a_stack_that_is_not_there_is_said_with_those_that_are(project: Path) -> None:
    with pytest.raises(UsageError, match="there is no stack prod") as caught:
        stack_file(project, "prod")
    assert caught.value.remedy == "name one of: qa"


def test_a_setting_is_changed_where_it_stands(project: Path) -> None:
    assert change_setting(project, "qa", ("cartorio:supply", "expireCandidatesDays"), by=1) == 8
    assert yaml.safe_load((project / "Pulumi.qa.yaml").read_text())["config"]["cartorio:supply"] == {
        "expireCandidatesDays": 8
    }


@pytest.mark.parametrize("path", [("cartorio:supply", "days"), ("cartorio:none", "days"), ("cartorio:release",)])
def test_what_is_no_number_is_not_changed(project: Path, path: tuple[str, ...]) -> None:
    with pytest.raises(LabError, match="has no number at"):
        change_setting(project, "qa", path, by=1)


def test_protection_is_lifted_in_the_file_and_nothing_else_changes(project: Path) -> None:
    before = yaml.safe_load((project / "Pulumi.qa.yaml").read_text())["config"]
    lift_protection(project, "qa")
    assert yaml.safe_load((project / "Pulumi.qa.yaml").read_text())["config"] == {**before, "cartorio:protect": "false"}


def test_a_stack_without_a_release_file_gets_an_empty_one_and_keeps_its_own(project: Path) -> None:
    ensure_release(project, "qa")
    file = project / "releases" / "qa.json"
    assert json.loads(file.read_text())["images"] == {}
    file.write_text("mine")
    ensure_release(project, "qa")
    assert file.read_text() == "mine"


def test_a_stack_file_that_cannot_be_read_is_said(project: Path) -> None:
    (project / "Pulumi.qa.yaml").write_text("config: [")
    with pytest.raises(UsageError, match="no readable stack file"):
        ensure_release(project, "qa")


def test_a_folder_that_is_in_use_is_not_written_over(tmp_path: Path) -> None:
    with pytest.raises(LabError, match="cannot be copied"):
        copy_project(PROJECT_ROOT, tmp_path, "staging")
