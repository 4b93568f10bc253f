"""Volumes hold what is the pod's own, or what the cluster's storage gives it; never the node's files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from guardrails.model import Finding, Policy, Severity
from guardrails.resources.pods import Pod
from guardrails.rules._containers import PODS_KNOWN, spec, unseen
from guardrails.rules._sources import nist_800_190, pod_security

if TYPE_CHECKING:
    from guardrails.model import Context

_ALLOWED: Final = frozenset(
    {
        *("configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "image"),
        *("persistentVolumeClaim", "projected", "secret"),
    }
)


# A source that is there but not known yet counts as one: leaving it out is what would make it none.
def _judge_host_path(pod: Pod, _context: Context) -> tuple[Finding, ...]:
    found = unseen(pod)
    found += [
        Finding(f"{volume.path}.hostPath", f'volume "{volume.name}" is a path of the node')
        for volume in pod.volumes
        if "hostPath" in volume.sources
    ]
    return tuple(found)


def _judge_sources(pod: Pod, _context: Context) -> tuple[Finding, ...]:
    found = unseen(pod)
    found += [
        Finding(f"{volume.path}.{source}", f'volume "{volume.name}" is of the kind {source}')
        for volume in pod.volumes
        for source in volume.sources
        if source not in _ALLOWED
    ]
    return tuple(found)


POLICIES: Final = (
    Policy(
        id="pss/baseline/host-path-volumes",
        title="No pod mounts a path of its node",
        severity=Severity.CRITICAL,
        rationale=(
            "The node's files hold the kubelet's credentials, the container runtime's socket and the secrets of "
            "every pod on it: whoever mounts them owns the node."
        ),
        resource_types=(Pod,),
        remediation="Use an emptyDir for scratch space, a persistentVolumeClaim for what must last.",
        since="0.3.0",
        rule=_judge_host_path,
        controls=(pod_security("baseline", "hostPathVolumes"), nist_800_190("4.4")),
        passing=spec("volumes: [{name: tmp, emptyDir: {}}]"),
        failing=spec("volumes: [{name: tmp, hostPath: {path: /var/run}}]"),
        yields_to=PODS_KNOWN,
    ),
    Policy(
        id="pss/restricted/volumes",
        title="Every volume is of a kind that the cluster provides",
        severity=Severity.HIGH,
        rationale=(
            "A pod that names a network file system or a disk itself gets past storage classes, their encryption and "
            "the access that a claim was granted."
        ),
        resource_types=(Pod,),
        remediation="Use configMap, csi, downwardAPI, emptyDir, ephemeral, image, persistentVolumeClaim, projected or "
        "secret; other storage belongs behind a persistentVolumeClaim.",
        since="0.3.0",
        rule=_judge_sources,
        controls=(pod_security("restricted", "restrictedVolumes"), nist_800_190("4.4")),
        passing=spec("volumes: [{name: deeds, persistentVolumeClaim: {claimName: deeds}}]"),
        failing=spec("volumes: [{name: deeds, nfs: {server: files.internal, path: /deeds}}]"),
        yields_to=("pod/known", "pss/baseline/host-path-volumes"),
    ),
)
