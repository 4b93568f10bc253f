"""How pods end: serving ones in their own time, jobs at some time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from guardrails.model import RELAXED_LOCALLY, Finding, OnUnknown, Policy, Severity
from guardrails.resources.pods import Pod
from guardrails.resources.reading import Unknown, join
from guardrails.resources.workloads import Periodic
from guardrails.rules._containers import PODS_KNOWN, spec, unknown, unseen
from guardrails.rules._objects import example
from guardrails.rules._sources import kubernetes_docs

if TYPE_CHECKING:
    from guardrails.model import Context

# Seconds. Endpoints, proxies and load balancers learn that a pod goes while it is already going.
_SHORTEST: Final = 10


def _judge_grace(pod: Pod, _context: Context) -> tuple[Finding, ...]:
    if pod.runs_to_completion or not pod.containers:
        return ()
    found, path = unseen(pod), join(pod.path, "terminationGracePeriodSeconds")
    if isinstance(pod.grace_seconds, Unknown):
        found.append(unknown(path, "how long the pod may take to end"))
    elif pod.grace_seconds is not None and pod.grace_seconds < _SHORTEST:
        found.append(Finding(path, f"the pod is killed {pod.grace_seconds} s after it is told to end"))
    return tuple(found)


def _judge_job(job: Periodic, _context: Context) -> tuple[Finding, ...]:
    path, found = f"{job.path}.activeDeadlineSeconds", []
    if isinstance(job.deadline, Unknown):
        found.append(unknown(path, "when a run is ended"))
    elif not job.deadline:
        found.append(Finding(path, "a run that hangs is never ended"))
    if job.kind == "CronJob":
        if isinstance(job.concurrency, Unknown):
            found.append(unknown("spec.concurrencyPolicy", "whether runs may overlap"))
        elif job.concurrency not in {"Forbid", "Replace"}:
            found.append(Finding("spec.concurrencyPolicy", "a run that takes long is joined by the next one"))
    return tuple(found)


_JOB: Final = """\
apiVersion: batch/v1
kind: CronJob
metadata: {name: close-books, namespace: cartorio}
spec:
  schedule: '0 3 * * *'
  concurrencyPolicy: Forbid
  jobTemplate: {spec: {activeDeadlineSeconds: 3600}}
"""

POLICIES: Final = (
    Policy(
        id="workload/graceful-shutdown",
        title=f"Serving pods have at least {_SHORTEST} seconds to end",
        severity=Severity.MEDIUM,
        rationale=(
            "A pod that is told to end still gets requests for some seconds, and has others in hand. Killed too early "
            "it drops both, at every update and whenever a node is drained."
        ),
        resource_types=(Pod,),
        remediation="Leave terminationGracePeriodSeconds at its default of 30, or set it to what draining takes.",
        since="0.3.0",
        rule=_judge_grace,
        controls=(
            kubernetes_docs("v1.36", "Pod Lifecycle: Termination of Pods", "concepts/workloads/pods/pod-lifecycle/"),
        ),
        enforcement=RELAXED_LOCALLY,
        on_unknown=OnUnknown.WAIT,
        passing=spec("terminationGracePeriodSeconds: 60"),
        failing=spec("terminationGracePeriodSeconds: 0"),
        yields_to=PODS_KNOWN,
    ),
    Policy(
        id="workload/job-bounds",
        title="Every job ends, and a job of a schedule before the next one begins",
        severity=Severity.MEDIUM,
        rationale=(
            "A job that hangs holds its locks, its memory and its database connections until somebody notices; one "
            "that runs twice at a time may do its work twice."
        ),
        resource_types=(Periodic,),
        remediation="Set activeDeadlineSeconds on the job, and concurrencyPolicy to Forbid or Replace on a CronJob.",
        since="0.3.0",
        rule=_judge_job,
        controls=(
            kubernetes_docs("v1.36", "Jobs", "concepts/workloads/controllers/job/"),
            kubernetes_docs("v1.36", "CronJob", "concepts/workloads/controllers/cron-jobs/"),
        ),
        enforcement=RELAXED_LOCALLY,
        on_unknown=OnUnknown.WAIT,
        passing=example(_JOB),
        failing=example(_JOB.replace("activeDeadlineSeconds: 3600", "backoffLimit: 2")),
    ),
)
