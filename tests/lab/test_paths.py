from __future__ import annotations

from pathlib import Path

import platformdirs
import pytest

from lab.errors import UsageError
from lab.paths import PROJECT_ROOT, LabPaths, home


@pytest.fixture(autouse=True)
def _without_choices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CARTORIO_LAB", raising=False)
    monkeypatch.delenv("CARTORIO_CACHE", raising=False)


def test_the_lab_is_in_the_checkout_and_the_cache_outside() -> None:
    paths = LabPaths.default()
    assert paths.root == PROJECT_ROOT / ".lab"
    assert (PROJECT_ROOT / "Pulumi.yaml").is_file()
    assert paths.cache == Path(platformdirs.user_cache_dir("cartorio"))
    assert not paths.cache.is_relative_to(PROJECT_ROOT)


def test_the_environment_chooses_each(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CARTORIO_LAB", str(tmp_path / "lab"))
    assert LabPaths.default() == LabPaths(tmp_path / "lab", Path(platformdirs.user_cache_dir("cartorio")))
    monkeypatch.setenv("CARTORIO_CACHE", str(tmp_path / "cache"))
    assert LabPaths.default() == LabPaths(tmp_path / "lab", tmp_path / "cache")


def test_a_relative_choice_stays_the_same_folder_after_a_change_of_directory(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CARTORIO_LAB", "here/../lab")
    monkeypatch.setenv("CARTORIO_CACHE", "cache")
    assert LabPaths.default() == LabPaths(tmp_path / "lab", tmp_path / "cache")


def test_a_lab_for_a_while_lies_beside_the_lasting_one(tmp_path: Path) -> None:
    paths = LabPaths(tmp_path / ".lab", tmp_path / "cache")
    assert paths.beside("rehearsal") == LabPaths(tmp_path / ".lab-rehearsal", tmp_path / "cache")


def test_an_empty_choice_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    before = LabPaths.default()
    monkeypatch.setenv("CARTORIO_LAB", "")
    monkeypatch.setenv("CARTORIO_CACHE", "")
    assert LabPaths.default() == before


def test_a_user_without_a_home_is_told_how_to_name_a_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As in a container that runs as a user it knows nothing of."""
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.setattr("pwd.getpwuid", _unknown)
    assert home() is None
    with pytest.raises(UsageError, match="no home folder") as caught:
        LabPaths.default()
    assert "CARTORIO_CACHE" in str(caught.value.remedy)
    monkeypatch.setenv("CARTORIO_CACHE", str(tmp_path))
    assert LabPaths.default().cache == tmp_path


def _unknown(user: int) -> None:
    raise KeyError(user)


def test_everything_of_a_lab_is_in_its_folder_and_apart(tmp_path: Path) -> None:
    paths = LabPaths(tmp_path / "lab", tmp_path / "cache")
    places = [paths.state, paths.kubeconfig, paths.logs, paths.pulumi_home, paths.backend, paths.release]
    assert {place.parent for place in places} == {paths.root}
    assert len(set(places)) == len(places)
