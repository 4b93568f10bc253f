from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from delivery.policy import places
from delivery.policy.places import Kind
from lab.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path


def _make(folder: Path, *files: str) -> None:
    for file in files:
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text("")


def _find(*paths: str) -> list[tuple[Kind, str]]:
    return [(place.kind, place.shown) for place in places.find(paths).everything]


def test_a_folder_is_walked_and_what_is_no_manifest_is_left(folder: Path) -> None:
    _make(folder, "b/x.yml", "b/y.json", "a.yaml", "notes.txt", ".hidden.yaml", ".git/z.yaml", "node_modules/m.yaml")
    assert _find(".") == [(Kind.FILE, "a.yaml"), (Kind.FILE, "b/x.yml"), (Kind.FILE, "b/y.json")]
    assert places.find(["b", "notes.txt"]).files == ("b/x.yml", "b/y.json", "notes.txt")
    assert [place.folder for place in places.find(["b", "a.yaml", "."]).everything] == ["b", "b", ""]


def test_what_two_paths_lead_to_counts_once(folder: Path) -> None:
    _make(folder, "deep/a.yaml")
    assert _find("deep", "deep/../deep/a.yaml", ".") == [(Kind.FILE, "deep/a.yaml")]


def test_charts_and_kustomizations_are_not_walked(folder: Path) -> None:
    _make(folder, "app/Chart.yaml", "app/templates/pod.yaml", "live/kustomization.yaml", "live/patch.yaml", "z.yaml")
    assert _find(".") == [(Kind.FILE, "z.yaml"), (Kind.CHART, "app"), (Kind.KUSTOMIZATION, "live")]
    assert _find("app", "live/kustomization.yaml", "x.tgz", "-") == [
        (Kind.CHART, "app"),
        (Kind.KUSTOMIZATION, "live"),
        (Kind.FILE, "x.tgz"),
        (Kind.INPUT, "-"),
    ]


def test_a_kustomization_beside_the_command_is_built_where_it_is(folder: Path) -> None:
    _make(folder, "kustomization.yaml")
    (found,) = places.find(["kustomization.yaml"]).everything
    assert (found.kind, found.path) == (Kind.KUSTOMIZATION, ".")


def test_what_is_elsewhere_is_shown_as_it_was_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _make(folder, "beside/a.yaml", "here/b.yaml")
    monkeypatch.chdir(folder / "here")
    assert [shown for _, shown in _find("../beside", str(folder / "here"))] == ["../beside/a.yaml", "b.yaml"]


def test_an_archive_is_a_chart(folder: Path) -> None:
    _make(folder, "x-1.0.0.tgz")
    assert _find("x-1.0.0.tgz") == [(Kind.CHART, "x-1.0.0.tgz")]


def test_a_folder_in_which_there_is_nothing_to_judge_is_said(folder: Path) -> None:
    _make(folder, "bare/notes.txt", "full/a.yaml")
    found = places.find(["bare", "full", "full/a.yaml", "full"])
    assert [(one.file, one.what) for one in found.unread] == [
        ("bare", "holds no .yaml, .yml, .json, no chart and no kustomization")
    ]


def test_an_empty_path_is_not_the_folder_that_the_command_runs_in() -> None:
    with pytest.raises(UsageError, match="a path is empty"):
        places.find(["a.yaml", ""])


def test_too_many_files_are_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _make(folder, *(f"{number}.yaml" for number in range(3)))
    monkeypatch.setattr(places, "_MOST_FILES", 2)
    found = places.find(["."])
    assert len(found.files) == 2
    assert [one.what for one in found.unread] == ["has more than 2 files"]


def test_a_folder_that_nobody_may_look_into_is_not_taken_for_an_empty_one(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _make(folder, "closed/a.yaml", "open/b.yaml")
    scan = os.scandir

    def refuse(path: str) -> object:
        if path.endswith("closed"):
            raise PermissionError(13, "Permission denied", path)
        return scan(path)

    monkeypatch.setattr(os, "scandir", refuse)
    found = places.find(["."])
    assert [place.shown for place in found.everything] == ["open/b.yaml"]
    assert [(one.file, one.what) for one in found.unread] == [("closed", "cannot be looked into: Permission denied")]
