"""Pods, from every kind of object that makes some.

Source of the shapes: https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/ (API v1.36). Objects of
other groups (a canary controller's, a serving platform's) that hold a pod template are found by its form, and any text
called `image` in them counts as an image (a workflow's step, an operator's own field), so that none hides in a custom
resource.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Final

from guardrails.resources import containers, reading
from guardrails.resources.base import Resource
from guardrails.resources.reading import Unknown
from guardrails.resources.security import SecurityContext, security_context

if TYPE_CHECKING:
    from collections.abc import Iterator

    from guardrails.resources.containers import Container

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
_APP_ARMOR: Final = "container.apparmor.security.beta.kubernetes.io/"
_SEARCH_DEPTH: Final = 24
_SEARCH_NODES: Final = 20_000


@dataclass(frozen=True, slots=True)
class ImageUse:
    """An image that a pod pulls: a container's or a volume's."""

    path: str
    user: str
    reference: str | Unknown | None


@dataclass(frozen=True, slots=True)
class Volume:
    """A volume of a pod: its place, its name, and what it is made from, as `emptyDir` (by default) or `hostPath`."""

    path: str
    name: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pod(Resource):
    """A pod or the template of pods. Absent properties are None, unknown ones `UNKNOWN`.

    Args:
        kind: the object that makes it, as `Deployment`.
        path: where its spec is in that object, as `spec.template.spec`.
        runs_to_completion: it ends by itself: a job's pod, or one that is not restarted after success.
        windows: `spec.os.name` is windows, where Linux settings do not exist.
        containers: all of them: init, sidecar, main, ephemeral.
        images: every image it pulls, image volumes included.
        hidden: paths under which containers or volumes are not known yet.
        volumes: those that are known.
        security: the security context of the whole pod.
        host: which of the node's namespaces it shares, by property: `hostNetwork`, `hostPID`, `hostIPC`.
        host_users: whether root in it is root on the node; False puts it into a user namespace.
        labels: what selectors see.
        app_armor: annotations that choose a container's AppArmor profile, from before there was a field for it.
        service_account: whose identity it has.
        mounts_token: whether it gets a token of that identity.
        priority_class: its importance.
        grace_seconds: how long it may take to end.
        spread: topology keys that it is spread over, by constraint or by anti-affinity.
    """

    label: ClassVar[str] = "pods (Pod, Deployment, StatefulSet, DaemonSet, ReplicaSet, Job, CronJob, templates)"

    kind: str
    path: str
    runs_to_completion: bool
    windows: bool
    containers: tuple[Container, ...]
    images: tuple[ImageUse, ...]
    hidden: tuple[str, ...]
    volumes: tuple[Volume, ...]
    security: SecurityContext
    host: Mapping[str, bool | Unknown | None]
    host_users: bool | Unknown | None
    labels: Mapping[str, Any] | Unknown
    app_armor: tuple[tuple[str, str | Unknown], ...] | Unknown
    service_account: str | Unknown | None
    mounts_token: bool | Unknown | None
    priority_class: str | Unknown | None
    grace_seconds: int | Unknown | None
    spread: tuple[str | Unknown, ...] | Unknown


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
    spec, holder, path = manifest, manifest, ""
    for key in keys:
        inner = reading.mapping(spec, key, path)
        path = reading.join(path, key)
        if isinstance(inner, Unknown):
            return _pod(resource, kind, reading.NOTHING, path, hidden=(path,))
        holder, spec = spec, inner
    return _pod(resource, kind, spec, path, holder)


class _Search:
    """Looks for pods, and for images by themselves, anywhere in one custom resource."""

    def __init__(self, resource: Resource, kind: str) -> None:
        self._resource = resource
        self._kind = kind
        self._budget = _SEARCH_NODES
        self._reported: set[str] = set()

    def under(self, value: object, path: str, depth: int, holder: Mapping[Any, Any] = reading.NOTHING) -> Iterator[Pod]:
        """What is found in a value, a pod before what is inside it; `holder` is the object whose `spec` it is."""
        self._budget -= 1
        if depth == 0 or self._budget <= 0:
            raise reading.MalformedError(path, "an object small enough to search for images", value)
        if isinstance(value, Mapping):
            yield from self._in_object(value, path, holder)
            members = [(reading.join(path, str(key)), key, member) for key, member in value.items()]
        elif isinstance(value, (list, tuple)):
            members = [(reading.join(path, index), "", member) for index, member in enumerate(value)]
        else:
            return
        for place, key, member in members:
            if isinstance(member, (Mapping, list, tuple)):
                inside = value if key == "spec" and isinstance(value, Mapping) else reading.NOTHING
                yield from self.under(member, place, depth - 1, inside)

    def _in_object(self, value: Mapping[Any, Any], path: str, holder: Mapping[Any, Any]) -> Iterator[Pod]:
        if _looks_like_pod(value):
            pod = _pod(self._resource, self._kind, reading.as_mapping(value, path), path, holder)
            self._reported.update(image.path for image in pod.images)
            yield pod
        image, place = value.get("image"), reading.join(path, "image")
        if isinstance(image, (str, Unknown)) and place not in self._reported:
            alone = _pod(self._resource, self._kind, reading.NOTHING, path)
            yield replace(alone, images=(ImageUse(place, "this object", image),))


def _looks_like_pod(value: Mapping[Any, Any]) -> bool:
    for key in containers.LISTS:
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


def _pod(
    resource: Resource,
    kind: str,
    spec: Mapping[str, Any],
    path: str,
    holder: Mapping[str, Any] = reading.NOTHING,
    hidden: tuple[str, ...] = (),
) -> Pod:
    unseen = list(hidden)
    found = tuple(_containers(spec, path, unseen))
    volumes: list[Volume] = []
    images = [ImageUse(reading.join(c.path, "image"), c.title, c.image) for c in found]
    for raw, where in _members(spec, "volumes", path, unseen):
        volumes.append(_volume(raw, where))
        images += _image_volume(raw, where, unseen)
    restart = reading.text(spec, "restartPolicy", path)
    system = reading.mapping(spec, "os", path)
    at = reading.join(path.rpartition(".")[0], "metadata")
    metadata = reading.mapping(holder, "metadata", path.rpartition(".")[0])
    return Pod(
        address=resource.address,
        identity=resource.identity,
        title=resource.title,
        kind=kind,
        path=path,
        runs_to_completion=kind in {"Job", "CronJob"} or (kind == "Pod" and restart in {"Never", "OnFailure"}),
        windows=not isinstance(system, Unknown) and reading.text(system, "name", reading.join(path, "os")) == "windows",
        containers=found,
        images=tuple(images),
        hidden=tuple(unseen),
        volumes=tuple(volumes),
        security=security_context(spec, path),
        host={key: reading.flag(spec, key, path) for key in ("hostNetwork", "hostPID", "hostIPC")},
        host_users=reading.flag(spec, "hostUsers", path),
        labels=metadata if isinstance(metadata, Unknown) else reading.mapping(metadata, "labels", at),
        app_armor=metadata if isinstance(metadata, Unknown) else _app_armor(metadata, at),
        service_account=reading.text(spec, "serviceAccountName", path) or reading.text(spec, "serviceAccount", path),
        mounts_token=reading.flag(spec, "automountServiceAccountToken", path),
        priority_class=reading.text(spec, "priorityClassName", path),
        grace_seconds=reading.integer(spec, "terminationGracePeriodSeconds", path),
        spread=_spread(spec, path),
    )


def _members(raw: Mapping[str, Any], key: str, path: str, unseen: list[str]) -> Iterator[tuple[Mapping[str, Any], str]]:
    """The objects of a list with their places; what is not known yet is remembered as unseen."""
    members = reading.sequence(raw, key, path)
    at = reading.join(path, key)
    if isinstance(members, Unknown):
        unseen.append(at)
        return
    for index, member in enumerate(members):
        where = reading.join(at, index)
        if isinstance(member, Unknown):
            unseen.append(where)
        else:
            yield reading.as_mapping(member, where), where


def _containers(spec: Mapping[str, Any], path: str, unseen: list[str]) -> Iterator[Container]:
    for key in containers.LISTS:
        for raw, where in _members(spec, key, path, unseen):
            yield containers.container(key, raw, where)


def _volume(raw: Mapping[str, Any], path: str) -> Volume:
    # One that names no source is an emptyDir: https://kubernetes.io/docs/concepts/storage/volumes/
    sources = tuple(key for key, value in raw.items() if value is not None and key != "name")
    return Volume(path, containers.name_of(raw, path), sources or ("emptyDir",))


def _image_volume(raw: Mapping[str, Any], path: str, unseen: list[str]) -> Iterator[ImageUse]:
    if raw.get("image") is None:
        return
    source = reading.mapping(raw, "image", path)
    if isinstance(source, Unknown):
        unseen.append(reading.join(path, "image"))
        return
    reference = reading.text(source, "reference", reading.join(path, "image"))
    yield ImageUse(f"{path}.image.reference", f'image volume "{containers.name_of(raw, path)}"', reference)


def _app_armor(metadata: Mapping[str, Any], path: str) -> tuple[tuple[str, str | Unknown], ...] | Unknown:
    annotations = reading.mapping(metadata, "annotations", path)
    if isinstance(annotations, Unknown):
        return annotations
    at = reading.join(path, "annotations")
    chosen = ((key, reading.text(annotations, key, at)) for key in annotations if key.startswith(_APP_ARMOR))
    return tuple((key, value) for key, value in chosen if value is not None)


def _spread(spec: Mapping[str, Any], path: str) -> tuple[str | Unknown, ...] | Unknown:
    affinity = reading.mapping(spec, "affinity", path)
    at = reading.join(path, "affinity")
    anti = affinity if isinstance(affinity, Unknown) else reading.mapping(affinity, "podAntiAffinity", at)
    if isinstance(anti, Unknown):
        return anti
    at = reading.join(at, "podAntiAffinity")
    unseen: list[str] = []
    terms = [*_members(spec, "topologySpreadConstraints", path, unseen)]
    terms += _members(anti, "requiredDuringSchedulingIgnoredDuringExecution", at, unseen)
    for raw, where in _members(anti, "preferredDuringSchedulingIgnoredDuringExecution", at, unseen):
        term = reading.mapping(raw, "podAffinityTerm", where)
        if isinstance(term, Unknown):
            return term
        terms.append((term, reading.join(where, "podAffinityTerm")))
    if unseen:
        return reading.UNKNOWN
    return tuple(reading.text(term, "topologyKey", where) or "" for term, where in terms)
