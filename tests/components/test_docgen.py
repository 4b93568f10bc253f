from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from components.docgen import main, page, schema
from components.sections.configuration import Configuration
from tests.support.stackfiles import ROOT, config_of, put, stack_files

if TYPE_CHECKING:
    from pathlib import Path

VALIDATOR = Draft202012Validator(json.loads(schema()))


def test_the_committed_reference_is_what_the_models_say() -> None:
    assert main(["--check"]) == 0


def test_writing_then_checking_agrees_and_a_change_is_noticed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--check", "--to", str(tmp_path)]) == 1
    assert main(["--to", str(tmp_path)]) == 0
    assert main(["--check", "--to", str(tmp_path)]) == 0
    (tmp_path / "configuration.md").write_text("other", encoding="utf-8")
    capsys.readouterr()
    assert main(["--check", "--to", str(tmp_path)]) == 1
    assert capsys.readouterr().err == "not up to date: configuration.md; run `python -m components.docgen`\n"


def test_every_setting_is_described() -> None:
    rows = [line for line in page().splitlines() if line.startswith("| `")]
    assert len(rows) > 50
    for row in rows:
        cells = [cell.strip() for cell in row.strip("|").split(" | ")]
        assert all(cells), row


def test_every_area_has_a_place() -> None:
    for name, field in Configuration.model_fields.items():
        assert f"`cartorio:{field.alias or name}`" in page()


def test_the_schema_is_one_and_accepts_the_stack_files() -> None:
    Draft202012Validator.check_schema(json.loads(schema()))
    for file in stack_files():
        VALIDATOR.validate(yaml.safe_load(file.read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("cartorio:worklaod", {}),
        ("cartorio:audit", None),
        ("cartorio:audit/retentionDays", 2),
        ("cartorio:workload/api/replicas/min", 1),
        ("cartorio:workload/api/replica", 1),
        ("cartorio:workload/api/resources/limits/cpu", "0.5"),
        ("cartorio:profile", "prod"),
        ("pulumi:disable-default-providers", []),
    ],
)
def test_the_schema_refuses_what_the_program_refuses(path: str, value: Any) -> None:  # noqa: ANN401 - any JSON
    config = config_of("local")
    put(config, path, value)
    assert not VALIDATOR.is_valid({"config": config})


def test_other_namespaces_and_the_engines_own_keys_are_left_alone() -> None:
    assert VALIDATOR.is_valid({"encryptionsalt": "v1:x", "config": {**config_of("local"), "aws:region": "sa-east-1"}})


def test_every_stack_file_names_the_schema_for_editors() -> None:
    for file in stack_files():
        first = file.read_text(encoding="utf-8").splitlines()[0]
        assert first == "# yaml-language-server: $schema=docs/configuration.schema.json"
    assert (ROOT / "docs/configuration.schema.json").is_file()
