"""Charts: each by its exact version, and none that breaks production on purpose."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from guardrails.model import Enforcement, Finding, Levels, Policy, Severity
from guardrails.resources.delivery import ChartUse
from guardrails.resources.kubernetes import KubernetesObject
from guardrails.resources.reading import Unknown
from guardrails.rules._containers import unknown
from guardrails.rules._objects import example
from guardrails.rules._sources import flux, ssdf

if TYPE_CHECKING:
    from guardrails.model import Context

# https://semver.org, with the `v` that many charts have before it.
_EXACT: Final = re.compile(r"v?\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?")
_CHAOS_GROUPS: Final = frozenset({"chaos-mesh.org", "litmuschaos.io"})
_CHAOS_CHARTS: Final = re.compile(
    r"(?:.*/)?(?:chaos-mesh|chaosblade|chaoskube|kubernetes-chaos|litmus(?:-[a-z-]+)?)(?:-[\d.]+\.tgz)?"
)


def _judge_version(use: ChartUse, _context: Context) -> tuple[Finding, ...]:
    if use.vendored or use.chart is None:  # without a chart there is nothing to install
        return ()
    if isinstance(use.version, Unknown):
        return (unknown(use.path, "which version of the chart is installed"),)
    if use.version is None or _EXACT.fullmatch(use.version) is None:
        said = f"{use.version!r} is a range" if use.version else "without a version it is the newest"
        return (Finding(use.path, f"the chart is whatever its repository has that day: {said}"),)
    return ()


def _judge_chaos(subject: KubernetesObject | ChartUse, _context: Context) -> tuple[Finding, ...]:
    if isinstance(subject, KubernetesObject):
        if subject.group in _CHAOS_GROUPS or subject.group.endswith(tuple(f".{group}" for group in _CHAOS_GROUPS)):
            return (Finding("kind", f"{subject.kind} of {subject.group} breaks things on purpose"),)
        return ()
    if isinstance(subject.chart, Unknown):
        return (unknown("chart", "which chart is installed"),)
    if subject.chart is not None and _CHAOS_CHARTS.fullmatch(subject.chart.rstrip("/")):
        return (Finding("chart", f"the chart {subject.chart} breaks things on purpose"),)
    return ()


_RELEASE: Final = """\
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmChart
metadata: {name: cert-manager, namespace: flux-system}
spec:
  interval: 1h
  chart: cert-manager
  version: v1.21.2
  sourceRef: {kind: HelmRepository, name: jetstack}
  verify: {provider: cosign, secretRef: {name: jetstack-key}}
"""
_SCHEDULE: Final = """\
apiVersion: batch/v1
kind: CronJob
metadata: {name: restore-test, namespace: velero}
spec: {schedule: '0 3 * * 1'}
"""
_CHAOS: Final = """\
apiVersion: chaos-mesh.org/v1alpha1
kind: PodChaos
metadata: {name: kill-api, namespace: cartorio}
spec: {action: pod-kill, mode: one, selector: {namespaces: [cartorio]}}
"""

POLICIES: Final = (
    Policy(
        id="delivery/chart-version",
        title="Every chart is installed by its exact version",
        severity=Severity.HIGH,
        rationale=(
            "A chart without a version, or with a range, is another one tomorrow: the same commit makes two clusters, "
            "and what was reviewed is not what is installed."
        ),
        resource_types=(ChartUse,),
        remediation="Name one version, as 1.21.2; those of the platform are in components/versions.py.",
        since="0.3.0",
        rule=_judge_version,
        controls=(flux("source-controller", "1.9.6", "v1/helmcharts", "Version"), ssdf("PS.2.1")),
        passing=example(_RELEASE),
        failing=example(_RELEASE.replace("version: v1.21.2", "version: '>=1.21.0'")),
    ),
    Policy(
        id="delivery/no-chaos",
        title="What breaks things on purpose is never in production",
        severity=Severity.HIGH,
        rationale=(
            "Experiments show before production what it stands. In production a forgotten schedule, or an intruder who "
            "finds the tool, is an outage; its controllers may do to nodes and networks what nothing else may."
        ),
        resource_types=(KubernetesObject, ChartUse),
        remediation="Run the experiment in staging, and take the tool out of production's stack.",
        since="0.3.0",
        rule=_judge_chaos,
        enforcement=Levels(Enforcement.DISABLED, Enforcement.DISABLED, Enforcement.MANDATORY),
        passing=example(_SCHEDULE),
        failing=example(_CHAOS),
    ),
)
