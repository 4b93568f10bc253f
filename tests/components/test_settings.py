from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pulumi
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from components import settings as module
from components.errors import SettingsError
from components.sections.data import LockMode
from components.sections.platform import Profile
from tests.support.plan import run, values
from tests.support.stackfiles import DIGEST, RELEASE, Project, put, stack_files

if TYPE_CHECKING:
    from pathlib import Path

API = "cartorio:workload/api"
NAMESPACE = "cartorio:tenancy/namespaces/0"


@dataclass(frozen=True)
class Bad:
    """A change to a good stack file, and what has to be said about it: paths with a piece of the message."""

    name: str
    changes: dict[str, Any]
    expected: dict[str, str]
    release: object = field(default_factory=lambda: RELEASE)
    secrets: frozenset[str] = frozenset()


BAD = [
    Bad("unknown area", {"cartorio:worklaod": {}}, {"cartorio:worklaod": "did you mean 'workload'?"}),
    Bad("missing area", {"cartorio:audit": None}, {"cartorio:audit": "is required"}),
    Bad("missing profile", {"cartorio:profile": None}, {"cartorio:profile": "is required"}),
    Bad("unknown profile", {"cartorio:profile": "prod"}, {"cartorio:profile": "'local', 'staging' or 'producao'"}),
    Bad("an area that is a text", {"cartorio:aws": "sa-east-1"}, {"cartorio:aws": "must be a mapping"}),
    Bad("an area that is a list", {"cartorio:aws": []}, {"cartorio:aws": "must be an object"}),
    Bad("protect is not yes or no", {"cartorio:protect": "maybe"}, {"cartorio:protect": "true or false"}),
    Bad("protect is a number", {"cartorio:protect": 1}, {"cartorio:protect": "valid boolean"}),
    Bad("unknown setting", {f"{API}/replica": 3}, {"cartorio:workload.api.replica": "did you mean 'replicas'?"}),
    Bad("snake case", {f"{API}/drain_seconds": 3}, {"cartorio:workload.api.drain_seconds": "'drainSeconds'"}),
    Bad("missing setting", {f"{API}/replicas/max": None}, {"cartorio:workload.api.replicas.max": "is required"}),
    Bad(
        "text for a number",
        {f"{API}/replicas/min": "2"},
        {"cartorio:workload.api.replicas.min": "valid integer; it is '2'"},
    ),
    Bad(
        "one replica", {f"{API}/replicas/min": 1}, {"cartorio:workload.api.replicas.min": "greater than or equal to 2"}
    ),
    Bad(
        "max below min",
        {f"{API}/replicas": {"min": 4, "max": 3}},
        {"cartorio:workload.api.replicas.max": "at least min (4)"},
    ),
    Bad(
        "limits below requests",
        {f"{API}/resources/limits/memory": "1Mi"},
        {"cartorio:workload.api.resources.limits": "memory is 1Mi here and 64Mi there"},
    ),
    Bad(
        "decimal memory",
        {f"{API}/resources/limits/memory": "64M"},
        {"cartorio:workload.api.resources.limits.memory": "binary"},
    ),
    Bad(
        "number for CPU",
        {f"{API}/resources/limits/cpu": 1},
        {"cartorio:workload.api.resources.limits.cpu": "valid string"},
    ),
    Bad(
        "grace shorter than drain",
        {f"{API}/drainSeconds": 60},
        {"cartorio:workload.api.terminationGracePeriodSeconds": "at least drainSeconds (60)"},
    ),
    Bad("variable twice", {f"{API}/env": [{"name": "A", "value": ""}] * 2}, {"cartorio:workload.api.env": "'A' twice"}),
    Bad(
        "workload elsewhere",
        {"cartorio:workload/namespace": "other"},
        {"cartorio:workload.namespace": "one of tenancy.namespaces"},
    ),
    Bad("workload above its quota", {f"{NAMESPACE}/quota/pods": 9}, {"cartorio:workload": "pods reaches 10 of 9"}),
    Bad(
        "workload above its memory",
        {f"{NAMESPACE}/quota/requests/memory": "512Mi"},
        {"cartorio:workload": "requests.memory (bytes) reaches 671088640 of 536870912"},
    ),
    Bad(
        "the whole internet",
        {"cartorio:workload/datastores": [{"name": "x", "cidr": "0.0.0.0/0", "ports": [1]}]},
        {"cartorio:workload.datastores[0].cidr": "whole internet"},
    ),
    Bad(
        "host bits",
        {"cartorio:workload/datastores": [{"name": "x", "cidr": "10.0.0.1/8", "ports": [0]}]},
        {"cartorio:workload.datastores[0].cidr": "host bits", "cartorio:workload.datastores[0].ports[0]": "equal to 1"},
    ),
    Bad("no namespaces", {"cartorio:tenancy/namespaces": []}, {"cartorio:tenancy.namespaces": "at least 1 of them"}),
    Bad(
        "kube-system", {f"{NAMESPACE}/name": "kube-system"}, {"cartorio:tenancy.namespaces[0].name": "Kubernetes keeps"}
    ),
    Bad("bad namespace", {f"{NAMESPACE}/name": "Cartorio"}, {"cartorio:tenancy.namespaces[0].name": "DNS label"}),
    Bad(
        "quota limits below requests",
        {f"{NAMESPACE}/quota/limits/cpu": "1"},
        {"cartorio:tenancy.namespaces[0].quota.limits": "cpu is 1 here and 4 there"},
    ),
    Bad(
        "default above maximum",
        {f"{NAMESPACE}/containerLimits/maximum/cpu": "100m"},
        {"cartorio:tenancy.namespaces[0].containerLimits.maximum": "at least defaultLimit"},
    ),
    Bad("region", {"cartorio:aws/region": "brazil"}, {"cartorio:aws.region": "sa-east-1"}),
    Bad("account as a number", {"cartorio:aws/accounts": [123456789012]}, {"cartorio:aws.accounts[0]": "valid string"}),
    Bad(
        "wildcard principal",
        {"cartorio:keys/administrators": ["arn:aws:iam::123456789012:role/*"]},
        {"cartorio:keys.administrators[0]": "without wildcards"},
    ),
    Bad(
        "administrator who uses",
        {
            "cartorio:keys/administrators": ["arn:aws:iam::123456789012:role/a"],
            "cartorio:keys/users": [{"purpose": "envelope", "principals": ["arn:aws:iam::123456789012:role/a"]}],
        },
        {"cartorio:keys.users": "the two roles are apart"},
    ),
    Bad(
        "unknown purpose",
        {"cartorio:keys/users": [{"purpose": "x", "principals": []}]},
        {
            "cartorio:keys.users[0].purpose": "'release-signing' or 'pulumi-secrets'",
            "cartorio:keys.users[0].principals": "at least 1",
        },
    ),
    Bad(
        "deletion window",
        {"cartorio:keys/deletionWindowDays": 6},
        {"cartorio:keys.deletionWindowDays": "equal to 7; it is 6"},
    ),
    Bad(
        "registry with a scheme",
        {"cartorio:supply/registries": ["https://registry.cartorio.internal/cartorio"]},
        {"cartorio:supply.registries[0]": "no scheme"},
    ),
    Bad(
        "registry twice",
        {"cartorio:supply/registries": ["registry.cartorio.internal/cartorio"] * 2},
        {"cartorio:supply.registries": "twice"},
    ),
    Bad(
        "retention that AWS does not have",
        {"cartorio:audit/retentionDays": 2},
        {"cartorio:audit.retentionDays": "1, 3, 5"},
    ),
    Bad(
        "versions removed while locked",
        {"cartorio:data/evidence/lockDays": 30},
        {"cartorio:data.evidence.noncurrentDays": "at least lockDays (30)"},
    ),
    Bad(
        "protected and destroyable",
        {"cartorio:protect": True},
        {"cartorio:data.evidence.forceDestroy": "must be false"},
    ),
    Bad(
        "default providers",
        {"pulumi:disable-default-providers": None},
        {"pulumi:disable-default-providers": 'must be ["*"]'},
    ),
    Bad("an encrypted setting", {}, {"cartorio:aws": "must not be encrypted"}, secrets=frozenset({"cartorio:aws"})),
    Bad("release outside the project", {"cartorio:release": "../release.json"}, {"cartorio:release": "inside it"}),
    Bad("no release file", {}, {".lab/release.json": "does not exist"}, release=None),
    Bad("broken release file", {}, {".lab/release.json": "can be trusted"}, release="{"),
    Bad(
        "an image without a digest",
        {},
        {"images.api": "by digest"},
        release={**RELEASE, "images": {**RELEASE["images"], "api": "registry.cartorio.internal/cartorio/api:1"}},
    ),
    Bad(
        "an image from elsewhere",
        {},
        {"images.workers": "one of cartorio:supply.registries"},
        release={
            **RELEASE,
            "images": {**RELEASE["images"], "workers": f"registry.cartorio.internal/cartorio-x/w@sha256:{DIGEST}"},
        },
    ),
    Bad(
        "everything at once",
        {
            "cartorio:audit/retentionDays": 2,
            "cartorio:extra": "x",
            f"{API}/replicas/min": 1,
            "cartorio:workload/workers/replicas": {"min": 9, "max": 2},
            "cartorio:release": "nowhere.json",
            "pulumi:disable-default-providers": [],
        },
        {
            "pulumi:disable-default-providers": "must be",
            "cartorio:audit.retentionDays": "1, 3, 5",
            "cartorio:extra": "is not a setting",
            "cartorio:workload.api.replicas.min": "equal to 2",
            "cartorio:workload.workers.replicas.max": "at least min (9)",
            "nowhere.json": "does not exist",
        },
        release=None,
    ),
]


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
