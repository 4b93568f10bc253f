from __future__ import annotations

import json
from collections import Counter
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from guardrails.trust import Verifier
from lab.bench.verification import APART, PROFILE, TOGETHER, main

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

IMAGES = ["r.example/a", "r.example/b"]


class _Verifier:
    """Asks the registry for each image that it has not seen."""

    def __init__(self, outcome: str) -> None:
        self.round_trips: Counter[str] = Counter()
        self.asked: list[tuple[str, ...]] = []
        self._outcome = outcome

    def verify(self, references: Iterable[str]) -> dict[str, SimpleNamespace]:
        texts = tuple(references)
        self.round_trips["manifests"] += len(set(texts) - {text for asked in self.asked for text in asked})
        self.asked.append(texts)
        return {text: SimpleNamespace(outcome=self._outcome) for text in texts}


@pytest.mark.parametrize(("how", "calls"), [(TOGETHER, [tuple(IMAGES)]), (APART, [(image,) for image in IMAGES])])
@pytest.mark.parametrize("outcome", ["trusted", "refused"])
def test_all_are_asked_for_twice_and_what_is_not_trusted_is_told(
    how: str,
    calls: list[tuple[str, ...]],
    outcome: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    verifier = _Verifier(outcome)

    def from_file(path: Path, profile: str) -> _Verifier:
        assert (path.name, profile) == ("trust.yaml", PROFILE)
        return verifier

    monkeypatch.setattr(Verifier, "from_file", from_file)
    (tmp_path / "images.json").write_text(json.dumps(IMAGES))
    assert main(str(tmp_path / "trust.yaml"), str(tmp_path / "images.json"), how) == (outcome != "trusted")
    told = json.loads(capsys.readouterr().out)
    assert told["trusted"] is (outcome == "trusted")
    assert len(told["seconds"]) == 2
    if outcome == "trusted":
        assert verifier.asked == calls * 2
        assert told["round_trips"] == [2, 0]
