"""What the pack tells beside its findings."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

from guardrails.exemptions import Exemption
from guardrails.judge import Judgement, Violation
from guardrails.model import Enforcement, Severity
from guardrails.record import VARIABLE, Record
from tests.support.policies import Notary

if TYPE_CHECKING:
    from pathlib import Path

_VIOLATION = Violation(
    "r/x", "urn:1", "Pod a", "spec.image", "hush is wrong", "Mend it.", Severity.HIGH, Enforcement.MANDATORY
)
_EXEMPTION = Exemption("r/x", "urn:*", "because of hush", "ana", "P-1", date(2027, 2, 15))
_JUDGEMENT = Judgement(violations=(_VIOLATION,), exempted=((_VIOLATION, _EXEMPTION),))
_IMAGE = "registry.example/a@sha256:0"


def _mask(text: str) -> str:
    return text.replace("hush", "[secret]")


def _written(file: Path) -> list[dict[str, dict[str, str]]]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def test_each_thing_is_told_once_and_masked(tmp_path: Path) -> None:
    file = tmp_path / "record"
    record = Record({VARIABLE: str(file)}, _mask)
    verdicts = Notary([_IMAGE]).verify([_IMAGE])
    for _ in range(2):
        record.add(_JUDGEMENT, verdicts)
    reason, exempted, image = _written(file)
    assert reason == {"reason": {"text": "[secret] is wrong (spec.image)", "path": "spec.image"}}
    assert exempted["exempted"]["reason"] == "because of [secret]"
    assert exempted["exempted"]["expires"] == "2027-02-15"
    assert (image["image"]["reference"], image["image"]["outcome"]) == (_IMAGE, "trusted")


def test_nobody_asked_nothing_written(tmp_path: Path) -> None:
    Record({}, _mask).add(_JUDGEMENT, {})
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_cannot_be_written_does_not_end_the_pack(tmp_path: Path) -> None:
    record = Record({VARIABLE: str(tmp_path / "no" / "folder")}, _mask)
    record.add(_JUDGEMENT, {})
    (tmp_path / "no").mkdir()
    record.add(Judgement(violations=(_VIOLATION,)), {})
    assert list((tmp_path / "no").iterdir()) == []
