"""Which values of a third-party chart say how many pods a controller has and how large they are; pure.

The program has a size for each controller, next to its other values; a stack's file may have another one
(`cartorio:sizes`). Where another section sizes something already, it alone does. Paths are those of the charts' own
values, of the versions in `components.versions`.
"""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - pydantic reads it, where arguments have sizes
from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_ONE: Final = "controller"


@dataclass(frozen=True)
class Place:
    """Where the values of a chart have it.

    Attributes:
        resources: path of what a pod asks for and may take.
        replicas: path of the number of pods; None: another section has it, or there is one.
    """

    resources: str
    replicas: str | None = None


@dataclass(frozen=True)
class Sized:
    """Another size than the program's own.

    Attributes:
        chart: the chart's name.
        part: which of its controllers; None: each of them.
        replicas: pods; None: as many as ever.
        resources: `{"requests": {...}, "limits": {...}}`; None: as large as ever.
    """

    chart: str
    part: str | None
    replicas: int | None
    resources: Mapping[str, Mapping[str, str]] | None


PLACES: Final[Mapping[str, Mapping[str, Place]]] = {
    "aws-load-balancer-controller": {_ONE: Place("resources", "replicaCount")},
    "cert-manager": {
        "cainjector": Place("cainjector/resources"),
        _ONE: Place("resources"),
        "webhook": Place("webhook/resources"),
    },
    "cluster-autoscaler": {_ONE: Place("resources", "replicaCount")},
    "external-secrets": {
        "cert-controller": Place("certController/resources"),
        _ONE: Place("resources"),
        "webhook": Place("webhook/resources"),
    },
    "flagger": {_ONE: Place("resources", "leaderElection/replicaCount")},
    "flux2": {
        "kustomize-controller": Place("kustomizeController/resources"),
        "notification-controller": Place("notificationController/resources"),
        "source-controller": Place("sourceController/resources"),
    },
    "grafana": {"sidecar": Place("sidecar/resources")},
    "karpenter": {_ONE: Place("controller/resources", "replicas")},
    "keda": {
        "metrics-server": Place("resources/metricServer", "metricsServer/replicaCount"),
        "operator": Place("resources/operator", "operator/replicaCount"),
        "webhooks": Place("resources/webhooks", "webhooks/replicaCount"),
    },
    "kube-prometheus-stack": {
        "alertmanager": Place("alertmanager/alertmanagerSpec/resources"),
        "kube-state-metrics": Place("kube-state-metrics/resources"),
        "operator": Place("prometheusOperator/resources"),
    },
    "loadtester": {_ONE: Place("resources")},
    "metrics-server": {_ONE: Place("resources", "replicas")},
    "policy-controller": {"webhook": Place("webhook/resources")},
    "psmdb-operator": {_ONE: Place("resources")},
}
"""By chart and controller."""


def sized(chart: str, values: Mapping[str, Any], sizes: Iterable[Sized]) -> dict[str, Any]:
    """The values of a chart, with the sizes of a stack's file in the place of the program's own."""
    result = dict(values)
    for size in sizes:
        if size.chart != chart:
            continue
        for part, place in PLACES[chart].items():
            if size.part not in {None, part}:
                continue
            if size.resources is not None:
                result = _put(result, place.resources, deepcopy(dict(size.resources)))
            if size.replicas is not None and place.replicas is not None:
                result = _put(result, place.replicas, size.replicas)
    return result


def _put(values: Mapping[str, Any], path: str, value: object) -> dict[str, Any]:
    """The values with another one at the path; those that were given stay as they are."""
    first, _, rest = path.partition("/")
    return {**values, first: _put(values.get(first, {}), rest, value) if rest else value}
