from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pulumi
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from components import settings as module
from components.errors import SettingsError
from components.sections.data import LockMode
from components.sections.platform import Profile
from tests.support.bad_stack_files import API, BAD, Bad
from tests.support.plan import run, values
from tests.support.stackfiles import Project, put, stack_files

if TYPE_CHECKING:
    from pathlib import Path


def _refused(project: Project) -> SettingsError:
    with pytest.raises(SettingsError) as caught:
        project.settings()
    return caught.value


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.name)
def test_a_bad_stack_file_names_every_mistake_with_its_path_and_line(project: Project, bad: Bad) -> None:
    for path, value in bad.changes.items():
        put(project.config, path, value)
    project.release, project.secrets = bad.release, bad.secrets
    error = _refused(project)
    said = {problem.path or problem.file: problem for problem in error.problems}
    assert set(said) == set(bad.expected), str(error)
    text = (project.folder / "Pulumi.local.yaml").read_text(encoding="utf-8").splitlines()
    for path, piece in bad.expected.items():
        problem = said[path]
        assert piece in problem.message, problem
        if problem.line:
            assert _plausible(path, text[problem.line - 1]), f"{problem} but the line is {text[problem.line - 1]!r}"
    assert "Traceback" not in str(error)
    assert "pydantic" not in str(error)


def _plausible(path: str, line: str) -> bool:
    """Whether a line can be the one of a path: it has one of the path's keys, or is an item of a list."""
    return line.lstrip().startswith("-") or any(f"{key}:" in line for key in re.split(r"\.|\[\d+\]", path) if key)


def test_the_local_stack(project: Project) -> None:
    settings_ = project.settings({"KUBECONFIG": "/somewhere/kubeconfig"})
    assert settings_.stack == "local"
    assert settings_.configuration.profile is Profile.LOCAL
    assert settings_.configuration.data.evidence.lock_mode is LockMode.GOVERNANCE
    assert settings_.configuration.keys.rotation_period_days == 365
    assert settings_.kubeconfig == "/somewhere/kubeconfig"
    assert settings_.chart.path == "./charts/cartorio"
    assert len(settings_.chart.checksum) == 64


def test_the_settings_are_frozen_to_the_bottom(project: Project) -> None:
    configuration = project.settings().configuration
    with pytest.raises(ValueError, match="frozen"):
        configuration.workload.api.replicas.max = 99  # type: ignore[misc]
    hash(configuration)  # every container in it is immutable


@pytest.mark.parametrize("file", stack_files(), ids=lambda file: file.name)
def test_every_stack_file_of_the_repository_is_valid(file: Path, tmp_path: Path) -> None:
    stack = file.name.split(".")[1]
    settings_ = Project(tmp_path, stack).settings()
    assert settings_.configuration.profile == stack


def test_the_kubeconfig_of_the_settings_wins(project: Project) -> None:
    put(project.config, "cartorio:cluster/kubeconfig", "own/kubeconfig")
    assert project.settings({"KUBECONFIG": "/somewhere"}).kubeconfig == "own/kubeconfig"


def test_a_missing_chart_is_a_problem_like_any_other(project: Project) -> None:
    (project.folder / "charts/cartorio/Chart.yaml").unlink()
    assert "Helm chart" in str(_refused(project))


def test_without_the_stack_file_there_are_no_lines(project: Project) -> None:
    put(project.config, f"{API}/replicas/min", 1)
    project.write()
    (project.folder / "Pulumi.local.yaml").unlink()
    with pytest.raises(SettingsError) as caught:
        module.parse(values(project.config), secrets=frozenset(), stack="local", root=project.folder, environment={})
    assert [str(problem).split("  ")[0] for problem in caught.value.problems] == ["Pulumi.local.yaml"]


def test_load_reads_what_the_engine_hands_over(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.write()
    (project.folder / "Pulumi.yaml").write_text("name: cartorio\n", encoding="utf-8")
    monkeypatch.chdir(project.folder)

    def program() -> module.Settings:
        pulumi.runtime.set_all_config(values(project.config), [])
        return module.load()

    _, loaded = run(program, stack="local")
    assert loaded.configuration == project.settings().configuration


def test_load_sees_which_keys_are_encrypted(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.write()
    monkeypatch.chdir(project.folder)

    def program() -> str:
        pulumi.runtime.set_all_config(values(project.config), ["cartorio:aws"])
        with pytest.raises(SettingsError) as caught:
            module.load()
        return str(caught.value)

    assert "must not be encrypted" in run(program, stack="local")[1]


def test_what_is_encrypted_is_never_shown(project: Project) -> None:
    put(project.config, "cartorio:audit/retentionDays", "hunter2")
    project.secrets = frozenset({"cartorio:audit"})
    error = _refused(project)
    assert [problem.path for problem in error.problems] == ["cartorio:audit"]
    assert "hunter2" not in str(error)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999"])
def test_numbers_that_are_none_are_refused(project: Project, number: str) -> None:
    project.config["cartorio:audit"] = f'{{"retentionDays": {number}}}'
    assert [problem.path for problem in _refused(project).problems] == ["cartorio:audit"]


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["name", "api", "quota", "x"]), inner),
    max_leaves=6,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(area=st.sampled_from(sorted(module._FIELDS)), value=_JSON)
def test_whatever_stands_in_an_area_ends_in_settings_or_in_problems(project: Project, area: str, value: object) -> None:
    good = project.config
    project.config = {**good, f"cartorio:{area}": value}
    try:
        outcome: object = project.settings()
    except SettingsError as error:
        outcome = error.problems
    project.config = good
    assert outcome
