"""One version replaces another without a moment in which nobody answers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from guardrails.model import RELAXED_LOCALLY, Finding, OnUnknown, Policy, Severity
from guardrails.resources.reading import Unknown
from guardrails.resources.workloads import Workload
from guardrails.rules._containers import unknown
from guardrails.rules._objects import example
from guardrails.rules._sources import kubernetes_docs

if TYPE_CHECKING:
    from guardrails.model import Context
    from guardrails.resources.workloads import Amount

_PERCENT: Final = re.compile(r"(\d{1,3})%")
_MOST_PERCENT: Final = 25  # Kubernetes' default, which is none of up to three pods


def _judge(workload: Workload, _context: Context) -> tuple[Finding, ...]:
    at = "spec.strategy" if workload.kind == "Deployment" else "spec.updateStrategy"
    if isinstance(workload.strategy, Unknown):
        return (unknown(f"{at}.type", "how one version replaces another"),)
    if workload.kind == "StatefulSet":
        if workload.strategy == "OnDelete":
            return (Finding(f"{at}.type", "a new version runs only when somebody deletes pods by hand"),)
        return ()
    if workload.strategy == "Recreate":
        return (Finding(f"{at}.type", "all pods end before the first of the new version starts"),)
    found = []
    missing, more = workload.max_unavailable, workload.max_surge
    if isinstance(missing, Unknown) or isinstance(more, Unknown):
        found.append(unknown(f"{at}.rollingUpdate", "how many pods may be missing during an update"))
    elif not _few(missing):
        found.append(
            Finding(f"{at}.rollingUpdate.maxUnavailable", f"{missing} of the pods may be missing during an update")
        )
    return tuple(found)


def _few(amount: Amount) -> bool:
    if amount is None or amount == 0:
        return True
    percent = _PERCENT.fullmatch(amount) if isinstance(amount, str) else None
    return percent is not None and int(percent[1]) <= _MOST_PERCENT


_ROLLING: Final = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: api, namespace: cartorio}
spec:
  strategy: {type: RollingUpdate, rollingUpdate: {maxUnavailable: 0, maxSurge: 1}}
"""

POLICIES: Final = (
    Policy(
        id="workload/rolling-update",
        title="Updates replace pods one after the other, and take none before its successor is ready",
        severity=Severity.MEDIUM,
        rationale=(
            "A release must not be a pause: a notary's counter waits for no deployment. With Recreate there is a "
            "moment without any pod, and with a large maxUnavailable one with too few."
        ),
        resource_types=(Workload,),
        remediation=(
            "Use RollingUpdate with maxUnavailable 0 and maxSurge 1 or more; for a StatefulSet, RollingUpdate. What "
            "cannot run twice is no Deployment."
        ),
        since="0.3.0",
        rule=_judge,
        controls=(kubernetes_docs("v1.36", "Deployments", "concepts/workloads/controllers/deployment/"),),
        enforcement=RELAXED_LOCALLY,
        on_unknown=OnUnknown.WAIT,
        passing=example(_ROLLING),
        failing=example(_ROLLING.replace("maxUnavailable: 0", "maxUnavailable: 50%")),
    ),
)
