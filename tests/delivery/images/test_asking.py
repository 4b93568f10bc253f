"""The policy that a question is asked under; the answers of a real registry are in test_cli."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from delivery.images.asking import judge, readable, verifier
from lab.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path


def test_this_checkouts_policy_is_the_usual_one() -> None:
    (judgement,) = judge(["nowhere.example/app"], None, "producao").values()
    assert "no rule of profile 'producao' covers nowhere.example/app" in judgement.verdict.reasons


def test_every_mistake_of_a_policy_is_told(tmp_path: Path) -> None:
    file = tmp_path / "trust.yaml"
    file.write_text("version: cartorio.trust/v0\nauthorities: {}\n")
    with pytest.raises(UsageError, match="the trust policy cannot be used") as caught:
        verifier(file, "producao")
    assert caught.value.what.count("trust.yaml:") >= 2


@pytest.mark.parametrize(("text", "expected"), [("nginx", True), ("a.example/b@sha256:00", False), ("Not this", False)])
def test_what_is_no_reference_is_told_from_what_is(text: str, *, expected: bool) -> None:
    assert readable(text) is expected
