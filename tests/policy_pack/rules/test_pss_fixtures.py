"""The rules under `pss/` give Kubernetes' own verdict on every pod of its own fixtures.

They are data of the module `k8s.io/pod-security-admission`, in the release that the lab's API server is of:
`test/testdata/<level>/<version>/{pass,fail}/<check><number>.yaml`.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import pytest
import yaml

from guardrails.catalogue import CATALOGUE
from guardrails.model import Context, Profile
from guardrails.resources.base import Malformed
from guardrails.resources.kubernetes import parse_object
from guardrails.resources.pods import Pod
from lab.paths import LabPaths
from lab.report import Quiet
from lab.toolchain import ensure, pins
from tests.support.policies import NOW

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from guardrails.model import Policy

LEVELS: Final = ("baseline", "restricted")
ITEM: Final = "pod-security-fixtures"
# A check of the restricted level that stands in for one of the baseline: `OverrideCheckIDs` in the module's sources.
OVERRIDES: Final = {
    "capabilities_baseline": "capabilities_restricted",
    "hostPathVolumes": "restrictedVolumes",
    "procMount": "procMount_restricted",
    "seccompProfile_baseline": "seccompProfile_restricted",
}
# Fixtures that break a second check as well, by what is in them. (The module's own test asks for the first one only.)
ALSO: Final = {
    # The API takes a process of the node only in the node's network.
    ("baseline", "windowshostprocess0"): {"hostNamespaces"},
    ("baseline", "windowshostprocess1"): {"hostNamespaces"},
    ("restricted", "windowshostprocess0"): {"hostNamespaces"},
    ("restricted", "windowshostprocess1"): {"hostNamespaces"},
    # It does not take a privileged container that may not gain privileges.
    ("restricted", "privileged0"): {"allowPrivilegeEscalation"},
    ("restricted", "privileged1"): {"allowPrivilegeEscalation"},
    # A container without any security context.
    ("restricted", "allowprivilegeescalation3"): {"capabilities_restricted"},
}
CONTEXT: Final = Context(Profile.PRODUCAO, NOW)


@pytest.fixture(scope="module")
def held() -> Path:
    """The folder of fixtures, with the sources of the checks beside them."""
    return ensure([ITEM], LabPaths.default(), Quiet()).path(ITEM)


@cache
def _rules() -> dict[str, Policy]:
    """Our rules by the name of the check that each one stands for, which its first control has."""
    return {policy.controls[0].ref.partition(": ")[2]: policy for policy in CATALOGUE if policy.id.startswith("pss/")}


def _refused_by(level: str, manifest: dict[str, Any]) -> set[str]:
    """The checks that refuse a pod at a level, as an API server would ask them: those of the baseline as well."""
    (pod,) = [each for each in parse_object(manifest, address="a") if isinstance(each, Pod)]
    asked = {check: policy for check, policy in _rules().items() if level == "restricted" or "/baseline/" in policy.id}
    if level == "restricted":
        asked = {check: policy for check, policy in asked.items() if check not in OVERRIDES}
    return {check for check, policy in asked.items() if policy.rule(pod, CONTEXT)}


def _cases(held: Path, level: str, verdict: str) -> Iterator[tuple[str, dict[str, Any]]]:
    files = sorted((held / level / verdict).iterdir())
    assert len(files) > 10
    for file in files:
        yield file.stem, yaml.load(file.read_bytes(), yaml.CSafeLoader)


def _templated(pod: dict[str, Any]) -> dict[str, Any]:
    """The same pod, from a CronJob."""
    template = {"metadata": {"annotations": pod["metadata"].get("annotations")}, "spec": pod["spec"]}
    job = {"spec": {"template": template}}
    return {"apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": "x"}, "spec": {"jobTemplate": job}}


def test_the_fixtures_are_the_newest_that_the_module_has(held: Path) -> None:
    (newest,) = re.findall(r"newestMinorVersionToTest += (\d+)", (held / "run.go").read_text("utf-8"))
    assert f"v1.{newest}" == pins._PODS_VERSION


def test_every_check_has_a_rule_of_its_level_and_overrides_what_it_does_in_kubernetes(held: Path) -> None:
    files = [file for file in (held / "policy").glob("check_*.go") if not file.stem.endswith("_test")]
    sources = {file: file.read_text("utf-8") for file in files}
    names = {name: check for text in sources.values() for name, check in re.findall(r'(\w+) +CheckID = "(\w+)"', text)}
    levels: dict[str, str] = {}
    overridden: dict[str, str] = {}
    for file, text in sources.items():
        (written,) = re.findall(r"\bID:\s+(.+),\n", text)
        check = names.get(written, written.strip('"'))
        levels[check] = re.findall(r"Level:\s+api\.Level(\w+),", text)[0].lower()
        overridden |= {
            names.get(other, other.strip('"')): check
            for other in re.findall(r"OverrideCheckIDs:\s+\[\]CheckID\{(.+?)\}", text)
        }
        assert _rules()[check].controls[0].source_url.endswith(f"/v0.36.3/policy/{file.name}")
    assert {check: policy.id.split("/")[1] for check, policy in _rules().items()} == levels
    assert overridden == OVERRIDES


@pytest.mark.parametrize("level", LEVELS)
def test_what_passes_there_passes_here(held: Path, level: str) -> None:
    refused = {name: found for name, pod in _cases(held, level, "pass") if (found := _refused_by(level, pod))}
    assert refused == {}


@pytest.mark.parametrize("level", LEVELS)
def test_what_is_refused_there_is_refused_here_by_the_same_check(held: Path, level: str) -> None:
    wrong = {}
    for name, pod in _cases(held, level, "fail"):
        # A fixture is named after its check, in small letters, with its number.
        (check,) = [check for check in _rules() if check.lower() == name.rstrip("0123456789")]
        asked = OVERRIDES.get(check, check) if level == "restricted" else check
        expected = {asked} | ALSO.get((level, name), set())
        if (found := _refused_by(level, pod)) != expected:
            wrong[name] = (found, expected)
    assert wrong == {}


@pytest.mark.parametrize("level", LEVELS)
def test_a_template_is_judged_like_its_pod(held: Path, level: str) -> None:
    for verdict in ("pass", "fail"):
        for name, pod in _cases(held, level, verdict):
            assert _refused_by(level, _templated(pod)) == _refused_by(level, pod), name


def test_every_fixture_can_be_read(held: Path) -> None:
    for level in LEVELS:
        for verdict in ("pass", "fail"):
            for name, pod in _cases(held, level, verdict):
                assert not [each for each in parse_object(pod, address="a") if isinstance(each, Malformed)], name
