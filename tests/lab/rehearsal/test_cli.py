from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from delivery.cli import app
from lab.rehearsal import rehearse as module
from lab.rehearsal.course import Phase, Rehearsal

if TYPE_CHECKING:
    from pathlib import Path

    from lab.paths import LabPaths

WELL = Rehearsal(
    "qa",
    (Phase("up", 12.5, 40),),
    {"keys": {"aws": 16}},
    {"aws:backup/plan:Plan": "no API"},
    {"vault 0.32.0": "no such host"},
    ("Will (x.test)",),
    {"r.test/vault:1@sha256:00": "signed, not fetched"},
)
ILL = Rehearsal("qa", (Phase("up", 1.0, 0, ("no such zone [sa-east-1z]",)),), {}, {})


@pytest.fixture(params=[WELL, ILL], ids=["well", "ill"])
def outcome(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Rehearsal:
    done: Rehearsal = request.param

    def rehearse(paths: LabPaths, project: Path, stack: str, _report: object) -> Rehearsal:
        assert paths.root.name.endswith("-rehearsal"), "never the person's own lab"
        assert (project / "Pulumi.yaml").is_file()
        assert stack == "qa"
        return done

    monkeypatch.setattr(module, "rehearse", rehearse)
    return done


def test_people_see_a_table_and_what_went_wrong(outcome: Rehearsal) -> None:
    result = CliRunner().invoke(app, ["rehearse", "qa"])
    assert result.exit_code == (0 if outcome.well else 1)
    assert "up" in result.stdout
    assert ("only recorded: aws:backup/plan:Plan: no API" in result.stdout) is outcome.well
    assert ("stood in for by an empty chart: vault 0.32.0: no such host" in result.stdout) is outcome.well
    assert ("only recorded: image r.test/vault:1@sha256:00: signed, not fetched" in result.stdout) is outcome.well
    assert ("without a definition in the cluster: Will (x.test)" in result.stdout) is outcome.well
    if not outcome.well:
        assert "up: no such zone [sa-east-1z]" in result.stdout


def test_programs_get_json(outcome: Rehearsal) -> None:
    result = CliRunner().invoke(app, ["rehearse", "qa", "--format", "json"])
    document = json.loads(result.stdout)
    assert result.exit_code == (0 if outcome.well else 1)
    assert (document["schema"], document["well"]) == ("cartorio.rehearsal/v1", outcome.well)
    assert document["stood_in"] == dict(outcome.stood_in)
    assert document["imported"] == dict(outcome.imported)
    assert document["undefined"] == list(outcome.undefined)
    assert document["phases"][0]["problems"] == list(outcome.phases[0].problems)
