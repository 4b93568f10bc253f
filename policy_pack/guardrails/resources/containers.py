"""Containers of a pod, of whatever role; what they are in is `guardrails.resources.pods`.

Source of the shapes: https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/ (API v1.36).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from guardrails.resources import reading
from guardrails.resources.reading import Unknown
from guardrails.resources.security import SecurityContext, security_context

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

LISTS: Final = ("initContainers", "containers", "ephemeralContainers")
"""Where a pod has its containers."""

_PROBES: Final = ("startupProbe", "livenessProbe", "readinessProbe")
_HOOKS: Final = ("postStart", "preStop")
# What a probe or a hook can ask of another host. A hook's tcpSocket does nothing, but can be written.
_CALLS: Final = ("httpGet", "tcpSocket")


class Role(StrEnum):
    """What a container is in its pod."""

    MAIN = "container"
    INIT = "init container"
    SIDECAR = "sidecar container"
    EPHEMERAL = "ephemeral container"


@dataclass(frozen=True, slots=True)
class Container:
    """A container. Absent properties are None, unknown ones `UNKNOWN`; amounts map `cpu` and the like to quantities.

    Args:
        role: what it is in its pod.
        name: its name, or its place when it has none that is known.
        path: its place in the object.
        image: its image's reference.
        requests: what the scheduler keeps for it.
        limits: what it may take at most.
        probes: whether each of the three probes is there.
        pre_stop: whether something is done before it is told to end.
        hosts: hosts, with their places, that its probes and hooks name instead of the pod itself.
        host_ports: ports of the node, with their places.
        security: its security context.
    """

    role: Role
    name: str
    path: str
    image: str | Unknown | None
    requests: Mapping[str, str | Unknown] | Unknown
    limits: Mapping[str, str | Unknown] | Unknown
    probes: Mapping[str, bool | Unknown]
    pre_stop: bool | Unknown
    hosts: tuple[tuple[str, str | Unknown], ...]
    host_ports: tuple[tuple[str, int | Unknown], ...]
    security: SecurityContext

    @property
    def title(self) -> str:
        """`container "api"`."""
        return f'{self.role} "{self.name}"'

    @property
    def serves(self) -> bool:
        """Whether it runs as long as its pod and does the pod's work."""
        return self.role is Role.MAIN


def container(key: str, raw: Mapping[str, Any], path: str) -> Container:
    """Read one container.

    Args:
        key: the list it is in, one of `LISTS`.
        raw: its properties.
        path: its place.

    Raises:
        MalformedError: a property has another type than the API allows.
    """
    amounts = reading.mapping(raw, "resources", path)
    hooks = reading.mapping(raw, "lifecycle", path)
    at = reading.join(path, "resources")
    probes = {probe: reading.mapping(raw, probe, path) for probe in _PROBES}
    return Container(
        role=_role(key, raw, path),
        name=name_of(raw, path),
        path=path,
        image=reading.text(raw, "image", path),
        requests=amounts if isinstance(amounts, Unknown) else reading.scalars(amounts, "requests", at),
        limits=amounts if isinstance(amounts, Unknown) else reading.scalars(amounts, "limits", at),
        probes={name: probe if isinstance(probe, Unknown) else bool(probe) for name, probe in probes.items()},
        pre_stop=hooks if isinstance(hooks, Unknown) else _present(hooks, "preStop", reading.join(path, "lifecycle")),
        hosts=tuple(_hosts(probes, hooks, path)),
        host_ports=tuple(_host_ports(raw, path)),
        security=security_context(raw, path),
    )


def name_of(raw: Mapping[str, Any], path: str) -> str:
    """The `name` of a container or a volume, or its place when it has none that is known."""
    name = reading.text(raw, "name", path)
    return name if isinstance(name, str) else path.rpartition(".")[2]


def _role(key: str, raw: Mapping[str, Any], path: str) -> Role:
    if key == "containers":
        return Role.MAIN
    if key == "ephemeralContainers":
        return Role.EPHEMERAL
    return Role.SIDECAR if reading.text(raw, "restartPolicy", path) == "Always" else Role.INIT


def _present(raw: Mapping[str, Any], key: str, path: str) -> bool | Unknown:
    value = reading.mapping(raw, key, path)
    return value if isinstance(value, Unknown) else bool(value)


def _hosts(
    probes: Mapping[str, Mapping[str, Any] | Unknown], hooks: Mapping[str, Any] | Unknown, path: str
) -> Iterator[tuple[str, str | Unknown]]:
    for name, probe in probes.items():
        if probe:
            yield from _asked(probe, reading.join(path, name))
    at = reading.join(path, "lifecycle")
    if isinstance(hooks, Unknown):
        yield at, hooks
    elif hooks:
        for name in _HOOKS:
            yield from _asked(reading.mapping(hooks, name, at), reading.join(at, name))


def _asked(handler: Mapping[str, Any] | Unknown, path: str) -> Iterator[tuple[str, str | Unknown]]:
    if isinstance(handler, Unknown):
        yield path, handler
        return
    for name in _CALLS:
        at = reading.join(path, name)
        call = reading.mapping(handler, name, path)
        if isinstance(call, Unknown):
            yield at, call
        elif host := reading.text(call, "host", at):
            yield reading.join(at, "host"), host


def _host_ports(raw: Mapping[str, Any], path: str) -> Iterator[tuple[str, int | Unknown]]:
    ports = reading.sequence(raw, "ports", path)
    at = reading.join(path, "ports")
    if isinstance(ports, Unknown):
        yield at, ports
        return
    for index, port in enumerate(ports):
        where = reading.join(at, index)
        if isinstance(port, Unknown):
            yield where, port
        elif number := reading.integer(reading.as_mapping(port, where), "hostPort", where):
            yield reading.join(where, "hostPort"), number
