from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from guardrails.model import Profile
from guardrails.resources.helm import RELEASE_TYPE
from guardrails.resources.reading import UNKNOWN

if TYPE_CHECKING:
    from tests.support.policies import Ask, Declare, MakeExaminer

VERSION, CHAOS = "delivery/chart-version", "delivery/no-chaos"
REPOSITORY = {"repo": "https://charts.example"}


def _rules(
    examiner: MakeExaminer, declare: Declare, profile: Profile = Profile.PRODUCAO, **release: object
) -> set[str]:
    declared = declare(release, RELEASE_TYPE)
    return {violation.rule for violation in examiner(profile).examine(declared).violations}


@pytest.mark.parametrize("version", ["1.21.2", "v1.21.2", "3.0.0-rc.1", "0.1.0+build.5"])
def test_an_exact_version_passes(examiner: MakeExaminer, declare: Declare, version: str) -> None:
    assert VERSION not in _rules(examiner, declare, chart="c", version=version, repositoryOpts=REPOSITORY)


@pytest.mark.parametrize("version", [None, "", "latest", "*", "1.x", "~1.2.0", ">=1.0.0", "1.2", UNKNOWN])
@pytest.mark.parametrize(
    "chart", [{"chart": "c", "repositoryOpts": REPOSITORY}, {"chart": "oci://registry.example/c"}, {"chart": UNKNOWN}]
)
def test_a_version_that_moves_is_found(
    examiner: MakeExaminer, declare: Declare, version: object, chart: dict[str, Any]
) -> None:
    assert VERSION in _rules(examiner, declare, **chart, version=version)


def test_a_chart_of_the_project_is_as_it_was_committed(examiner: MakeExaminer, declare: Declare) -> None:
    assert VERSION not in _rules(examiner, declare, chart="./charts/cartorio")


@pytest.mark.parametrize("chart", ["chaos-mesh", "oci://registry.example/charts/chaos-mesh", "litmus-core", "litmus"])
def test_a_chart_that_breaks_things_is_not_for_production(examiner: MakeExaminer, declare: Declare, chart: str) -> None:
    release: dict[str, Any] = {"chart": chart, "version": "1.0.0", "repositoryOpts": REPOSITORY}
    assert CHAOS in _rules(examiner, declare, **release)
    assert CHAOS not in _rules(examiner, declare, Profile.STAGING, **release)


@pytest.mark.parametrize("chart", ["cert-manager", "chaos-mesh-dashboard-for-nobody", "./charts/cartorio"])
def test_other_charts_are(examiner: MakeExaminer, declare: Declare, chart: str) -> None:
    assert CHAOS not in _rules(examiner, declare, chart=chart, version="1.0.0")


@pytest.mark.parametrize(
    ("group", "findings"), [("chaos-mesh.org", 1), ("litmuschaos.io", 1), ("x.chaos-mesh.org", 1), ("mesh.org", 0)]
)
def test_an_experiment_is_not_for_production(ask: Ask, group: str, findings: int) -> None:
    manifest = {"apiVersion": f"{group}/v1alpha1", "kind": "PodChaos", "metadata": {"name": "x"}}
    assert len(ask(CHAOS, manifest)) == findings


def test_a_chart_that_is_not_known_is_found_as_unknown(examiner: MakeExaminer, declare: Declare) -> None:
    assert {CHAOS, VERSION} <= _rules(examiner, declare, chart=UNKNOWN, version=UNKNOWN)
