from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import jsonschema
import pytest
import yaml

from guardrails.trust import policy_schema

if TYPE_CHECKING:
    from typing import Any

PACK = Path(policy_schema.__file__).parents[2]


def test_the_committed_schema_is_the_models(capsys: pytest.CaptureFixture[str]) -> None:
    assert policy_schema.main(["--check"]) == 0
    assert capsys.readouterr().err == ""


def test_an_old_one_is_said_and_mended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(policy_schema, "FILE", tmp_path / "trust.schema.json")
    assert policy_schema.main(["--check"]) == 1
    assert "make docs" in capsys.readouterr().err
    assert policy_schema.main([]) == 0
    assert policy_schema.main(["--check"]) == 0


def test_it_takes_the_committed_policy_and_not_what_nobody_knows() -> None:
    schema = json.loads(policy_schema.schema())
    document: dict[str, Any] = yaml.safe_load((PACK / "trust.yaml").read_text(encoding="utf-8"))
    jsonschema.validate(document, schema)
    for wrong in ({**document, "rules": []}, {**document, "version": "v9"}, {"version": document["version"]}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(wrong, schema)
