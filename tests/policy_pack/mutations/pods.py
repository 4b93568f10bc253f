"""Pods: what the Pod Security Standards keep them from, each on the API of production."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from guardrails.resources.reading import UNKNOWN
from tests.support.mutations import Mutation, chart_changing, chart_setting, together

if TYPE_CHECKING:
    from tests.support.mutations import Change

_SPEC: Final = "spec.template.spec"
_CONTAINER: Final = f"{_SPEC}.containers[0]"
_SECURITY: Final = f"{_CONTAINER}.securityContext"


def _set(path: str, value: object) -> Change:
    return chart_setting("Deployment", "cartorio-api", path, value)


def _without_profile(manifest: dict[str, Any]) -> None:
    spec = manifest["spec"]["template"]["spec"]
    for holder in (spec, *spec["containers"]):
        del holder["securityContext"]["seccompProfile"]


MUTATIONS: Final = (
    Mutation("pod/known", "the containers come out of another resource", _set(f"{_SPEC}.containers", UNKNOWN)),
    Mutation("pod/known", "so does a security context", _set(_SECURITY, UNKNOWN)),
    Mutation(
        "pss/baseline/windows-host-process",
        "the container is a process of the node",
        _set(f"{_SECURITY}.windowsOptions.hostProcess", value=True),
    ),
    Mutation("pss/baseline/capabilities", "SYS_ADMIN is added", _set(f"{_SECURITY}.capabilities.add", ["SYS_ADMIN"])),
    Mutation(
        "pss/restricted/capabilities",
        "it keeps what the runtime gives",
        _set(f"{_SECURITY}.capabilities.drop", ["NET_RAW"]),
    ),
    Mutation("pss/baseline/host-namespaces", "the node's network", _set(f"{_SPEC}.hostNetwork", value=True)),
    Mutation("pss/baseline/host-ports", "a port of the node", _set(f"{_CONTAINER}.ports[0].hostPort", 8080)),
    Mutation(
        "pss/baseline/host-probes-and-host-lifecycle",
        "a probe that asks the node's metadata",
        _set(f"{_CONTAINER}.livenessProbe.httpGet.host", "169.254.169.254"),
    ),
    Mutation(
        "pss/baseline/host-path-volumes",
        "the node's files",
        _set(f"{_SPEC}.volumes[0]", {"name": "tmp", "hostPath": {"path": "/"}}),
    ),
    Mutation(
        "pss/restricted/volumes",
        "a network file system",
        _set(f"{_SPEC}.volumes[0]", {"name": "tmp", "nfs": {"server": "files.internal", "path": "/"}}),
    ),
    Mutation("pss/restricted/run-as-non-root", "it may be root", _set(f"{_SECURITY}.runAsNonRoot", value=False)),
    Mutation("pss/restricted/run-as-user", "it is told to be root", _set(f"{_SPEC}.securityContext.runAsUser", 0)),
    Mutation(
        "pss/baseline/seccomp-profile",
        "the filter is switched off",
        _set(f"{_SECURITY}.seccompProfile", {"type": "Unconfined"}),
    ),
    Mutation(
        "pss/restricted/seccomp-profile",
        "nobody speaks of a filter",
        chart_changing("Deployment", "cartorio-api", _without_profile),
    ),
    Mutation(
        "pss/baseline/app-armor-profile",
        "AppArmor is switched off",
        _set(f"{_SECURITY}.appArmorProfile", {"type": "Unconfined"}),
    ),
    Mutation(
        "pss/baseline/app-armor-profile",
        "AppArmor is switched off as it was before there was a field",
        _set('spec.template.metadata.annotations["container.apparmor.security.beta.kubernetes.io/api"]', "unconfined"),
    ),
    Mutation(
        "pss/baseline/se-linux-options",
        "an unconfined SELinux type",
        _set(f"{_SECURITY}.seLinuxOptions", {"type": "spc_t"}),
    ),
    Mutation("pss/baseline/proc-mount", "an unmasked /proc", _set(f"{_SECURITY}.procMount", "Unmasked")),
    Mutation(
        "pss/restricted/proc-mount",
        "an unmasked /proc in a user namespace",
        together(_set(f"{_SECURITY}.procMount", "Unmasked"), _set(f"{_SPEC}.hostUsers", value=False)),
    ),
    Mutation(
        "pss/baseline/sysctls",
        "a kernel parameter of the node",
        _set(f"{_SPEC}.securityContext.sysctls", [{"name": "kernel.msgmax", "value": "65536"}]),
    ),
)
