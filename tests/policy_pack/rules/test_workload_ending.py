from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from guardrails.resources.reading import UNKNOWN

if TYPE_CHECKING:
    from tests.support.policies import Ask

GRACE, JOBS = "workload/graceful-shutdown", "workload/job-bounds"


def _deployment(seconds: object) -> dict[str, Any]:
    spec = {"containers": [{"name": "x"}], "terminationGracePeriodSeconds": seconds}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "x"},
        "spec": {"template": {"spec": spec}},
    }


@pytest.mark.parametrize(("seconds", "findings"), [(None, 0), (30, 0), (10, 0), (9, 1), (0, 1), (UNKNOWN, 1)])
def test_serving_pods_have_time_to_end(ask: Ask, seconds: object, findings: int) -> None:
    assert len(ask(GRACE, _deployment(seconds))) == findings


def test_a_job_may_end_at_once(ask: Ask) -> None:
    assert ask(GRACE, {**_deployment(0), "apiVersion": "batch/v1", "kind": "Job"}) == ()


def _cron(deadline: object, concurrency: object) -> dict[str, Any]:
    spec = {"concurrencyPolicy": concurrency, "jobTemplate": {"spec": {"activeDeadlineSeconds": deadline}}}
    return {"apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": "x"}, "spec": spec}


@pytest.mark.parametrize(
    ("deadline", "concurrency", "paths"),
    [
        (60, "Forbid", []),
        (60, "Replace", []),
        (None, "Forbid", ["spec.jobTemplate.spec.activeDeadlineSeconds"]),
        (0, "Forbid", ["spec.jobTemplate.spec.activeDeadlineSeconds"]),
        (60, None, ["spec.concurrencyPolicy"]),
        (60, "Allow", ["spec.concurrencyPolicy"]),
        (UNKNOWN, UNKNOWN, ["spec.jobTemplate.spec.activeDeadlineSeconds", "spec.concurrencyPolicy"]),
    ],
)
def test_a_job_ends_and_does_not_meet_itself(ask: Ask, deadline: object, concurrency: object, paths: list[str]) -> None:
    assert [finding.path for finding in ask(JOBS, _cron(deadline, concurrency))] == paths


def test_a_single_job_ends_too(ask: Ask) -> None:
    job = {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "x"}, "spec": {}}
    assert [finding.path for finding in ask(JOBS, job)] == ["spec.activeDeadlineSeconds"]
