"""What docs/peers.md says is what both say: ours is computed anew, checkov's where it is named."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from lab.bench import peers
from lab.errors import LabError

if TYPE_CHECKING:
    from pathlib import Path

RECORDED = peers.recorded()
# It prints what checkov does, for the manifests that it finds, in the form that checkov has.
CHECKOV = """#!/usr/bin/env python3
import json, pathlib, sys
files = sorted(pathlib.Path(sys.argv[2]).iterdir())
check = {"check_id": "CKV_X", "check_name": "Something", "file_path": "/" + files[0].name}
results = {"failed_checks": [check], "passed_checks": [{**check, "check_id": "CKV_Y"}, check]}
print(json.dumps({"results": results, "summary": {"checkov_version": "9.9.9"}}))
"""


@pytest.fixture
def checkov(tmp_path: Path) -> Path:
    file = tmp_path / "checkov"
    file.write_text(CHECKOV)
    file.chmod(0o755)
    return file


def test_the_record_is_of_the_examples_that_there_are() -> None:
    now = {name: peers.fingerprint(example) for name, _, example in peers.examples()}
    recorded = {name: one.fingerprint for name, one in RECORDED.manifests.items()}
    assert recorded == now, "the examples have changed: measure again, `python -m lab.bench.peers`"


def test_our_rules_say_what_is_recorded() -> None:
    assert {name: peers.ours(example) for name, _, example in peers.examples()} == {
        name: one.ours for name, one in RECORDED.manifests.items()
    }


def test_each_rule_finds_its_own_failing_example_and_not_the_passing_one() -> None:
    for name, policy, _ in peers.examples():
        if policy.id != "image/signed":  # nobody was asked for signatures
            assert (policy.id in RECORDED.manifests[name].ours) == name.endswith(" failing"), name


def test_checkov_says_what_is_recorded_where_it_is_named() -> None:
    """Without the variable only the form of the record is held: checkov is a peer, no dependency of ours."""
    program = os.environ.get(peers.VARIABLE)
    said = {name: (one.failed, one.passed) for name, one in RECORDED.manifests.items()}
    assert all(set(failed).isdisjoint(passed) for failed, passed in said.values())
    assert {check for both in said.values() for checks in both for check in checks} == set(RECORDED.names)
    if program:
        version, names, now = peers.theirs(program)
        assert (version, names, now) == (RECORDED.checkov, RECORDED.names, said)


def test_checkov_is_asked_about_every_manifest(checkov: Path) -> None:
    version, names, said = peers.theirs(str(checkov))
    first, second, *_ = said
    assert (version, names) == ("9.9.9", {"CKV_X": "Something", "CKV_Y": "Something"})
    assert said[first] == (("CKV_X",), ("CKV_Y",))
    assert said[second] == ((), ())
    assert len(said) == len(RECORDED.manifests)


def test_a_checkov_that_fails_is_told(checkov: Path) -> None:
    checkov.write_text("#!/bin/sh\nexit 2\n")
    with pytest.raises(LabError, match="did not say what it was asked"):
        peers.theirs(str(checkov))
    with pytest.raises(LabError):
        peers.theirs(str(checkov.with_name("nobody")))


def test_a_measurement_is_written_down_and_read_again(
    checkov: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(peers, "RECORD", tmp_path / "peers.json")
    monkeypatch.setenv(peers.VARIABLE, str(checkov))
    assert peers.main([]) == 0
    measured = peers.recorded(tmp_path / "peers.json")
    assert (measured.checkov, set(measured.manifests)) == ("9.9.9", set(RECORDED.manifests))
    checkov.write_text("#!/bin/sh\n")
    assert peers.main([]) == 3
    monkeypatch.delenv(peers.VARIABLE)
    monkeypatch.setenv("PATH", "")
    assert peers.main([]) == 3
    assert peers.VARIABLE in capsys.readouterr().err


def test_the_page_is_that_of_the_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert peers.main(["--page", "--check"]) == 0
    page = tmp_path / "peers.md"
    page.write_text("old")
    monkeypatch.setattr(peers, "PAGE", page)
    assert peers.main(["--page", "--check"]) == 1
    assert "out of date" in capsys.readouterr().err
    assert peers.main(["--page"]) == 0
    assert peers.main(["--page", "--check"]) == 0


def test_a_record_of_another_example_is_noticed(tmp_path: Path) -> None:
    name, one = next(iter(RECORDED.manifests.items()))
    content = {
        "checkov": "1",
        "day": "2026-01-01",
        "names": {},
        "manifests": {name: vars(replace(one, fingerprint="other"))},
    }
    (tmp_path / "peers.json").write_text(json.dumps(content))
    (example,) = [example for other, _, example in peers.examples() if other == name]
    assert peers.recorded(tmp_path / "peers.json").manifests[name].fingerprint != peers.fingerprint(example)
