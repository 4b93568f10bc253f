from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from guardrails.resources import bounded
from guardrails.resources.bounded import Limits

if TYPE_CHECKING:
    from pathlib import Path

LIMITS = Limits(seconds=20, output_bytes=1000)


def _sh(script: str, folder: Path, limits: Limits = LIMITS, text: str = "") -> str:
    return bounded.output(["/bin/sh", "-c", script], text, folder, limits)


def test_what_goes_in_comes_out_and_it_runs_in_the_folder(tmp_path: Path) -> None:
    assert _sh("pwd; cat", tmp_path, text="values") == f"{tmp_path}\nvalues"


def test_its_own_words_say_why_it_failed(tmp_path: Path) -> None:
    with pytest.raises(bounded.ProgramError, match=r"^no such chart$"):
        _sh("echo Error: no such chart >&2; exit 1", tmp_path)


@pytest.mark.parametrize(
    ("script", "limits", "kind"),
    [
        ("sleep 30 & sleep 30", Limits(seconds=0.2), bounded.TooLongError),
        ("exec cat /dev/zero", LIMITS, bounded.TooMuchError),
    ],
)
def test_it_is_ended_with_what_it_started(script: str, limits: Limits, kind: type[Exception], tmp_path: Path) -> None:
    with pytest.raises(kind):
        _sh(script, tmp_path, limits)


def test_a_program_that_is_not_there_is_not_started(tmp_path: Path) -> None:
    with pytest.raises(bounded.NotStartedError, match="No such file"):
        bounded.output(["/nowhere/helm"], "", tmp_path, LIMITS)


def test_a_program_that_reads_nothing_is_no_error(tmp_path: Path) -> None:
    assert _sh("exec 0<&-; echo done", tmp_path, text="x" * 200_000) == "done\n"
