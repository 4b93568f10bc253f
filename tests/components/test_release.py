from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.release import Release, read_release
from tests.support.stackfiles import RELEASE

if TYPE_CHECKING:
    from pathlib import Path

    from components.errors import Problem

NAME = "release.json"


def _read(folder: Path, content: str | bytes) -> Release | tuple[Problem, ...]:
    raw = content if isinstance(content, bytes) else content.encode()
    (folder / NAME).write_bytes(raw)
    return read_release(folder, NAME)


def _problems(folder: Path, content: str | bytes) -> tuple[Problem, ...]:
    result = _read(folder, content)
    assert isinstance(result, tuple)
    assert all(problem.file == NAME for problem in result)
    return result


def test_a_release(tmp_path: Path) -> None:
    release = _read(tmp_path, json.dumps(RELEASE))
    assert isinstance(release, Release)
    assert release.version == "1.2.3"
    assert release.images is not None
    assert release.images.api == RELEASE["images"]["api"]


def test_nothing_released_yet(tmp_path: Path) -> None:
    release = _read(tmp_path, json.dumps({**RELEASE, "images": {}}))
    assert isinstance(release, Release)
    assert release.images is None


def test_a_missing_file_says_who_writes_it(tmp_path: Path) -> None:
    problems = read_release(tmp_path, "releases/x.json")
    assert isinstance(problems, tuple)
    assert str(problems[0]).startswith("releases/x.json  does not exist")
    assert "make up" in problems[0].message


def test_a_folder_in_its_place(tmp_path: Path) -> None:
    (tmp_path / NAME).mkdir()
    problems = read_release(tmp_path, NAME)
    assert isinstance(problems, tuple)
    assert "cannot be read" in problems[0].message


@pytest.mark.parametrize(
    ("change", "paths"),
    [
        ({"schema": "cartorio.release/v2"}, ["schema"]),
        ({"version": "1.0"}, ["version"]),
        ({"version": 1}, ["version"]),
        ({"images": {"api": RELEASE["images"]["api"]}}, ["images.workers"]),
        ({"images": {**RELEASE["images"], "api": "registry.cartorio.internal/cartorio/api:1.0"}}, ["images.api"]),
        ({"images": {**RELEASE["images"], "other": RELEASE["images"]["api"]}}, ["images.other"]),
        ({"images": None}, ["images"]),
        ({"images": []}, ["images"]),
        ({"extra": 1, "version": ""}, ["version", "extra"]),
    ],
)
def test_every_mistake_is_named(tmp_path: Path, change: dict[str, Any], paths: list[str]) -> None:
    assert sorted(problem.path for problem in _problems(tmp_path, json.dumps({**RELEASE, **change}))) == sorted(paths)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[1,",
        b"\xff\xfe",
        '{"schema": "cartorio.release/v1", "version": "1.0.0", "images": {}, "images": {}}',
        "[" * 100_000,
    ],
)
def test_what_is_not_a_trustworthy_document_is_refused_whole(tmp_path: Path, content: str | bytes) -> None:
    problems = _problems(tmp_path, content)
    assert len(problems) == 1
    assert problems[0].path == ""


@given(st.recursive(st.none() | st.booleans() | st.text(max_size=5), lambda x: st.dictionaries(st.text(max_size=9), x)))
def test_total(tmp_path_factory: pytest.TempPathFactory, document: object) -> None:
    result = _read(tmp_path_factory.mktemp("release"), json.dumps(document))
    assert isinstance(result, tuple)
    assert result
