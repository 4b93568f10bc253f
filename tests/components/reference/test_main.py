"""The pages as committed, and the command that writes them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from components.reference import __main__ as command
from components.reference.catalogue import UndocumentedError
from tests.support.stackfiles import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from components.reference.catalogue import Described

DOCS = ROOT / "docs/components"
LINK = re.compile(r"\]\(([^)#:]+)(?:#[\w-]+)?\)")


@pytest.fixture(scope="module")
def written() -> dict[str, str]:
    """The pages, which take seconds to write: the code and the plans are read once."""
    return command.pages()


@pytest.fixture
def known(written: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "pages", lambda: written)


@pytest.mark.usefixtures("known")
def test_the_committed_pages_are_what_the_code_says() -> None:
    assert command.main(["--check"]) == 0


@pytest.mark.usefixtures("known")
def test_a_page_that_is_missing_changed_or_left_over_is_noticed_and_mended(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    to = ["--to", str(tmp_path)]
    assert command.main(to) == 0
    assert command.main(["--check", *to]) == 0
    (tmp_path / "pins.md").write_text("other", encoding="utf-8")
    (tmp_path / "tenancy/room.md").unlink()
    (tmp_path / "tenancy/gone.md").write_text("of a component that is no more", encoding="utf-8")
    capsys.readouterr()
    assert command.main(["--check", *to]) == 1
    said = capsys.readouterr().err
    assert said == "not up to date: tenancy/room.md, pins.md, tenancy/gone.md; run `python -m components.reference`\n"
    assert command.main(to) == 0
    assert command.main(["--check", *to]) == 0


@pytest.mark.parametrize("arguments", [[], ["--check"]])
def test_a_component_that_says_nothing_stops_it(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse() -> tuple[Described, ...]:
        message = "a.py: class A: write a docstring: what is it?"
        raise UndocumentedError(message)

    monkeypatch.setattr(command, "catalogue", refuse)
    assert command.main([*arguments, "--to", str(tmp_path)]) == 1
    assert capsys.readouterr().err == "a.py: class A: write a docstring: what is it?\n"
    assert not list(tmp_path.iterdir())


def test_every_link_leads_somewhere() -> None:
    links = [(file, link) for file in DOCS.rglob("*.md") for link in LINK.findall(file.read_text(encoding="utf-8"))]
    assert len(links) > 50
    for file, link in links:
        assert (file.parent / link).resolve().is_file(), f"{file.name}: {link}"


def test_every_component_is_in_the_index() -> None:
    index = (DOCS / "README.md").read_text(encoding="utf-8")
    for file in DOCS.glob("*/*.md"):
        assert f"({file.relative_to(DOCS).as_posix()})" in index
