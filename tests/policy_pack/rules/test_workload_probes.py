from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from guardrails.resources.reading import UNKNOWN

if TYPE_CHECKING:
    from tests.support.policies import Ask

PROBES = ("startupProbe", "livenessProbe", "readinessProbe")
PROBE = {"httpGet": {"path": "/", "port": 8080}}


def _deployment(container: dict[str, Any], place: str = "containers") -> dict[str, Any]:
    spec = {"template": {"spec": {place: [{"name": "api", **container}]}}}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "spec": spec}


def test_all_three_pass(ask: Ask) -> None:
    assert ask("workload/probes", _deployment(dict.fromkeys(PROBES, PROBE))) == ()


@pytest.mark.parametrize("missing", PROBES)
@pytest.mark.parametrize("value", [None, {}])
def test_each_one_is_missed(ask: Ask, missing: str, value: object) -> None:
    (finding,) = ask("workload/probes", _deployment({**dict.fromkeys(PROBES, PROBE), missing: value}))
    assert finding.path == f"spec.template.spec.containers[0].{missing}"


def test_containers_that_do_not_serve_need_none(ask: Ask) -> None:
    assert ask("workload/probes", _deployment({}, "initContainers")) == ()
    assert ask("workload/probes", _deployment({}, "ephemeralContainers")) == ()
    job = {"apiVersion": "batch/v1", "kind": "Job", "spec": {"template": {"spec": {"containers": [{"name": "x"}]}}}}
    assert ask("workload/probes", job) == ()


def test_what_is_not_known_is_found_as_unknown(ask: Ask) -> None:
    (finding,) = ask("workload/probes", _deployment({**dict.fromkeys(PROBES, PROBE), "livenessProbe": UNKNOWN}))
    assert finding.unknown
