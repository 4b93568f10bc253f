"""Pods stay out of their node's namespaces, ports and network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from guardrails.model import Example, Finding, Policy, Severity
from guardrails.resources.pods import Pod
from guardrails.resources.reading import Unknown, join
from guardrails.rules._containers import IMAGE, POD, PODS_KNOWN, over_containers, spec, unknown, unseen
from guardrails.rules._sources import cis_eks_check, nist_800_190, pod_security

if TYPE_CHECKING:
    from collections.abc import Iterator

    from guardrails.model import Context
    from guardrails.resources.containers import Container

_SHARED: Final = {"hostNetwork": "network", "hostPID": "processes", "hostIPC": "interprocess communication"}


def _judge_namespaces(pod: Pod, _context: Context) -> tuple[Finding, ...]:
    found = unseen(pod)
    for setting, what in _SHARED.items():
        shared, path = pod.host[setting], join(pod.path, setting)
        if isinstance(shared, Unknown):
            found.append(unknown(path, f"whether the pod shares its node's {what}"))
        elif shared:
            found.append(Finding(path, f"the pod shares its node's {what}"))
    return tuple(found)


def _ports(container: Container) -> Iterator[Finding]:
    for path, port in container.host_ports:
        if isinstance(port, Unknown):
            yield unknown(path, f"whether {container.title} takes a port of its node")
        else:
            yield Finding(path, f"{container.title} takes port {port} of its node")


def _hosts(container: Container) -> Iterator[Finding]:
    for path, host in container.hosts:
        if isinstance(host, Unknown):
            yield unknown(path, f"which host a probe or hook of {container.title} asks")
        else:
            yield Finding(path, f"a probe or hook of {container.title} asks the host {host!r} instead of its pod")


def _judge_ports(pod: Pod, _context: Context) -> tuple[Finding, ...]:
    return over_containers(pod, _ports)


def _judge_hosts(pod: Pod, _context: Context) -> tuple[Finding, ...]:
    return over_containers(pod, _hosts)


def _container(settings: str) -> Example:
    return Example(POD.format(container=f"{{name: api, image: '{IMAGE}', {settings}}}"))


POLICIES: Final = (
    Policy(
        id="pss/baseline/host-namespaces",
        title="No pod shares its node's network, processes or interprocess communication",
        severity=Severity.CRITICAL,
        rationale=(
            "In the node's network a pod is past every network policy and reaches the node's credentials; among its "
            "processes it reads their memory and environment."
        ),
        resource_types=(Pod,),
        remediation="Leave hostNetwork, hostPID and hostIPC out, or set them to false.",
        since="0.3.0",
        rule=_judge_namespaces,
        controls=(
            pod_security("baseline", "hostNamespaces"),
            cis_eks_check("4.2.2"),
            cis_eks_check("4.2.3"),
            cis_eks_check("4.2.4"),
            nist_800_190("4.4"),
        ),
        passing=spec("hostNetwork: false"),
        failing=spec("hostNetwork: true"),
        yields_to=PODS_KNOWN,
    ),
    Policy(
        id="pss/baseline/host-ports",
        title="No container takes a port of its node",
        severity=Severity.HIGH,
        rationale=(
            "A port of the node is a way in past services, ingress, firewall and network policies, and two pods that "
            "want the same one cannot share a node."
        ),
        resource_types=(Pod,),
        remediation="Leave hostPort out; a Service reaches the pod by its containerPort.",
        since="0.3.0",
        rule=_judge_ports,
        controls=(pod_security("baseline", "hostPorts"), nist_800_190("4.3")),
        passing=_container("ports: [{containerPort: 8080}]"),
        failing=_container("ports: [{containerPort: 8080, hostPort: 8080}]"),
        yields_to=PODS_KNOWN,
    ),
    Policy(
        id="pss/baseline/host-probes-and-host-lifecycle",
        title="Probes and hooks ask the pod itself, no other host",
        severity=Severity.MEDIUM,
        rationale=(
            "The kubelet makes these requests from the node's network. A probe that names a host makes it ask on the "
            "author's behalf what no pod may reach."
        ),
        resource_types=(Pod,),
        remediation="Leave `host` out of httpGet and tcpSocket; a name for the Host header belongs in httpHeaders.",
        since="0.3.0",
        rule=_judge_hosts,
        controls=(pod_security("baseline", "hostProbesAndHostLifecycle", "hostProbesAndhostLifecycle"),),
        passing=_container("livenessProbe: {httpGet: {path: /livez, port: 8080}}"),
        failing=_container("livenessProbe: {httpGet: {host: 169.254.169.254, path: /latest, port: 80}}"),
        yields_to=PODS_KNOWN,
    ),
)
