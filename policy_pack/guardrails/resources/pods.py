"""Pods, from every kind of object that makes some.

Source of the shapes: https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/ (API v1.36). Objects of
other groups (a canary controller's, a serving platform's) that hold a pod template are found by its form, and any text
called `image` in them counts as an image (a workflow's step, an operator's own field), so that none hides in a custom
resource.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar, Final

from guardrails.resources import reading
from guardrails.resources.base import Resource
from guardrails.resources.reading import Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

_TEMPLATES: Final[Mapping[tuple[str, str], tuple[str, ...]]] = {
    ("", "Pod"): ("spec",),
    ("", "PodTemplate"): ("template", "spec"),
    ("", "ReplicationController"): ("spec", "template", "spec"),
    ("apps", "Deployment"): ("spec", "template", "spec"),
    ("apps", "StatefulSet"): ("spec", "template", "spec"),
    ("apps", "DaemonSet"): ("spec", "template", "spec"),
    ("apps", "ReplicaSet"): ("spec", "template", "spec"),
    ("batch", "Job"): ("spec", "template", "spec"),
    ("batch", "CronJob"): ("spec", "jobTemplate", "spec", "template", "spec"),
}
# The groups of Kubernetes 1.36 itself, in which no other kind than the above makes pods. One that merely ends in
# .k8s.io can be anybody's.
_BUILT_IN: Final = frozenset({"", "apps", "autoscaling", "batch", "policy"}) | {
    f"{name}.k8s.io"
    for name in (
        *("admissionregistration", "apiextensions", "apiregistration", "authentication", "authorization"),
        *("certificates", "coordination", "discovery", "events", "flowcontrol.apiserver", "internal.apiserver"),
        *("networking", "node", "rbac.authorization", "resource", "scheduling", "storage", "storagemigration"),
    )
}
_CONTAINER_LISTS: Final = ("initContainers", "containers", "ephemeralContainers")
_SEARCH_DEPTH: Final = 24
_SEARCH_NODES: Final = 20_000


class Role(StrEnum):
    """What a container is in its pod."""

    MAIN = "container"
    INIT = "init container"
    SIDECAR = "sidecar container"
    EPHEMERAL = "ephemeral container"


@dataclass(frozen=True, slots=True)
class Container:
    """A container. Absent properties are None, unknown ones `UNKNOWN`; amounts map `cpu` and the like to quantities."""

    role: Role
    name: str
    path: str
    image: str | Unknown | None
    requests: Mapping[str, str | Unknown] | Unknown
    limits: Mapping[str, str | Unknown] | Unknown
    probes: Mapping[str, bool | Unknown]
    privileged: bool | Unknown | None
    allow_privilege_escalation: bool | Unknown | None

    @property
    def title(self) -> str:
        """`container "api"`."""
        return f'{self.role} "{self.name}"'


@dataclass(frozen=True, slots=True)
class ImageUse:
    """An image that a pod pulls: a container's or a volume's."""

    path: str
    user: str
    reference: str | Unknown | None


@dataclass(frozen=True, slots=True)
class Pod(Resource):
    """A pod or the template of pods.

    Args:
        kind: the object that makes it, as `Deployment`.
        runs_to_completion: it ends by itself: a job's pod, or one that is not restarted after success.
        windows: `spec.os.name` is windows, where Linux settings do not exist.
        containers: all of them: init, sidecar, main, ephemeral.
        images: every image it pulls, image volumes included.
        hidden: paths under which containers or volumes are not known yet.
    """

    label: ClassVar[str] = "pods (Pod, Deployment, StatefulSet, DaemonSet, ReplicaSet, Job, CronJob, templates)"

    kind: str
    runs_to_completion: bool
    windows: bool
    containers: tuple[Container, ...]
    images: tuple[ImageUse, ...]
    hidden: tuple[str, ...]


def find_pods(resource: Resource, group: str, kind: str, manifest: Mapping[str, Any]) -> Iterator[Pod]:
    """The pods that an object makes.

    Args:
        resource: the object, for its address and title.
        group: its API group, empty for the core.
        kind: its kind.
        manifest: its properties.

    Raises:
        MalformedError: a property has another type than the API allows.
    """
    keys = _TEMPLATES.get((group, kind))
    if keys is not None:
        yield _pod_at(resource, kind, manifest, keys)
    elif not is_built_in(group):
        yield from _Search(resource, kind).under(manifest, "", _SEARCH_DEPTH)


def is_built_in(group: str) -> bool:
    """Whether the API group is one of Kubernetes' own."""
    return group in _BUILT_IN


def _pod_at(resource: Resource, kind: str, manifest: Mapping[str, Any], keys: tuple[str, ...]) -> Pod:
    spec, path = manifest, ""
    for key in keys:
        inner = reading.mapping(spec, key, path)
        path = reading.join(path, key)
        if isinstance(inner, Unknown):
            return _pod(resource, kind, reading.NOTHING, path, hidden=(path,))
        spec = inner
    return _pod(resource, kind, spec, path)


class _Search:
    """Looks for pods, and for images by themselves, anywhere in one custom resource."""

    def __init__(self, resource: Resource, kind: str) -> None:
        self._resource = resource
        self._kind = kind
        self._budget = _SEARCH_NODES
        self._reported: set[str] = set()

    def under(self, value: object, path: str, depth: int) -> Iterator[Pod]:
        """What is found in a value, a pod before what is inside it."""
        self._budget -= 1
        if depth == 0 or self._budget <= 0:
            raise reading.MalformedError(path, "an object small enough to search for images", value)
        if isinstance(value, Mapping):
            yield from self._in_object(value, path)
            members = [(reading.join(path, str(key)), member) for key, member in value.items()]
        elif isinstance(value, (list, tuple)):
            members = [(reading.join(path, index), member) for index, member in enumerate(value)]
        else:
            return
        for place, member in members:
            if isinstance(member, (Mapping, list, tuple)):
                yield from self.under(member, place, depth - 1)

    def _in_object(self, value: Mapping[Any, Any], path: str) -> Iterator[Pod]:
        if _looks_like_pod(value):
            pod = _pod(self._resource, self._kind, reading.as_mapping(value, path), path)
            self._reported.update(image.path for image in pod.images)
            yield pod
        image, place = value.get("image"), reading.join(path, "image")
        if isinstance(image, (str, Unknown)) and place not in self._reported:
            alone = _pod(self._resource, self._kind, reading.NOTHING, path)
            yield replace(alone, images=(ImageUse(place, "this object", image),))


def _looks_like_pod(value: Mapping[Any, Any]) -> bool:
    for key in _CONTAINER_LISTS:
        members = value.get(key)
        if isinstance(members, Unknown):
            return True
        if isinstance(members, (list, tuple)) and any(
            isinstance(member, Unknown) or (isinstance(member, Mapping) and "image" in member) for member in members
        ):
            return True
    volumes = value.get("volumes")
    return isinstance(volumes, (list, tuple)) and any(
        isinstance(volume, Mapping) and isinstance(volume.get("image"), Mapping) for volume in volumes
    )


def _pod(resource: Resource, kind: str, spec: Mapping[str, Any], path: str, hidden: tuple[str, ...] = ()) -> Pod:
    containers: list[Container] = []
    unseen = list(hidden)
    for key in _CONTAINER_LISTS:
        members = reading.sequence(spec, key, path)
        at = reading.join(path, key)
        if isinstance(members, Unknown):
            unseen.append(at)
            continue
        for index, member in enumerate(members):
            where = reading.join(at, index)
            if isinstance(member, Unknown):
                unseen.append(where)
            else:
                containers.append(_container(key, reading.as_mapping(member, where), where))
    images = [ImageUse(reading.join(c.path, "image"), c.title, c.image) for c in containers]
    images += _image_volumes(spec, path, unseen)
    restart = reading.text(spec, "restartPolicy", path)
    system = reading.mapping(spec, "os", path)
    return Pod(
        address=resource.address,
        identity=resource.identity,
        title=resource.title,
        kind=kind,
        runs_to_completion=kind in {"Job", "CronJob"} or (kind == "Pod" and restart in {"Never", "OnFailure"}),
        windows=not isinstance(system, Unknown) and reading.text(system, "name", reading.join(path, "os")) == "windows",
        containers=tuple(containers),
        images=tuple(images),
        hidden=tuple(unseen),
    )


def _image_volumes(spec: Mapping[str, Any], path: str, unseen: list[str]) -> Iterator[ImageUse]:
    volumes = reading.sequence(spec, "volumes", path)
    at = reading.join(path, "volumes")
    if isinstance(volumes, Unknown):
        unseen.append(at)
        return
    for index, member in enumerate(volumes):
        where = reading.join(at, index)
        if isinstance(member, Unknown):
            unseen.append(where)
            continue
        volume = reading.as_mapping(member, where)
        if volume.get("image") is None:
            continue
        source = reading.mapping(volume, "image", where)
        if isinstance(source, Unknown):
            unseen.append(reading.join(where, "image"))
            continue
        reference = reading.text(source, "reference", reading.join(where, "image"))
        yield ImageUse(f"{where}.image.reference", f'image volume "{_name(volume, where)}"', reference)


def _container(key: str, raw: Mapping[str, Any], path: str) -> Container:
    amounts = reading.mapping(raw, "resources", path)
    security = reading.mapping(raw, "securityContext", path)
    return Container(
        role=_role(key, raw, path),
        name=_name(raw, path),
        path=path,
        image=reading.text(raw, "image", path),
        requests=amounts
        if isinstance(amounts, Unknown)
        else reading.scalars(amounts, "requests", reading.join(path, "resources")),
        limits=amounts
        if isinstance(amounts, Unknown)
        else reading.scalars(amounts, "limits", reading.join(path, "resources")),
        probes={probe: _present(raw, probe, path) for probe in ("startupProbe", "livenessProbe", "readinessProbe")},
        privileged=_security_flag(security, "privileged", path),
        allow_privilege_escalation=_security_flag(security, "allowPrivilegeEscalation", path),
    )


def _role(key: str, raw: Mapping[str, Any], path: str) -> Role:
    if key == "containers":
        return Role.MAIN
    if key == "ephemeralContainers":
        return Role.EPHEMERAL
    return Role.SIDECAR if reading.text(raw, "restartPolicy", path) == "Always" else Role.INIT


def _name(raw: Mapping[str, Any], path: str) -> str:
    name = reading.text(raw, "name", path)
    return name if isinstance(name, str) else path.rpartition(".")[2]


def _present(raw: Mapping[str, Any], key: str, path: str) -> bool | Unknown:
    value = reading.mapping(raw, key, path)
    return value if isinstance(value, Unknown) else bool(value)


def _security_flag(security: Mapping[str, Any] | Unknown, key: str, path: str) -> bool | Unknown | None:
    if isinstance(security, Unknown):
        return security
    return reading.flag(security, key, reading.join(path, "securityContext"))
