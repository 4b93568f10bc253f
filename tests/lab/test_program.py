from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lab.errors import LabError
from lab.program import ask

if TYPE_CHECKING:
    from pathlib import Path


def _pins(folder: Path, text: str) -> Path:
    (folder / "components").mkdir()
    (folder / "components" / "pins.py").write_text(text)
    return folder


def test_each_object_that_the_program_prints_becomes_one(tmp_path: Path) -> None:
    project = _pins(tmp_path, "import json, sys; print(json.dumps([{'one': word} for word in sys.argv[1:]]))")
    assert ask(project, "words", dict, "a", "b c") == ({"one": "a"}, {"one": "b c"})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("raise SystemExit('the sea is rough')", "the sea is rough"),
        ("raise SystemExit(1)", "it said nothing"),
        ("print('no JSON')", "Expecting value"),
        ("print('[1]')", "must be a mapping"),
    ],
)
def test_what_is_no_answer_is_an_error_in_the_programs_words(tmp_path: Path, text: str, said: str) -> None:
    project = _pins(tmp_path, text)
    with pytest.raises(LabError, match=f"the program does not tell its words: .*{said}") as caught:
        ask(project, "words", dict)
    assert caught.value.where == str(project)
