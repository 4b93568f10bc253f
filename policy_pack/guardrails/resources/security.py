"""What a `securityContext` says: a pod's own and a container's, which are read alike.

Source of the fields: https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/ (API v1.36). An
absent field is None, and so is one below an absent object; one below an object that is not known yet is `UNKNOWN`. A
profile that is there without a type (`seccompProfile: {}`) says the empty text, as Kubernetes reads it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from guardrails.resources import reading
from guardrails.resources.reading import UNKNOWN, Unknown

if TYPE_CHECKING:
    from collections.abc import Mapping

# `level` is free: it keeps pods apart, and frees none.
_SELINUX: Final = ("type", "user", "role")


@dataclass(frozen=True, slots=True)
class SecurityContext:
    """A pod's or a container's security context.

    Args:
        unknown: nothing of it is known yet; every field is `UNKNOWN` then.
        added: capabilities beyond the container runtime's own.
        dropped: capabilities taken away.
        selinux: what its SELinux options set of `type`, `user` and `role`; None without options.
        sysctls: names of kernel parameters (a pod's only).
    """

    unknown: bool = False
    privileged: bool | Unknown | None = None
    allow_privilege_escalation: bool | Unknown | None = None
    read_only_root: bool | Unknown | None = None
    run_as_non_root: bool | Unknown | None = None
    run_as_user: int | Unknown | None = None
    proc_mount: str | Unknown | None = None
    seccomp: str | Unknown | None = None
    app_armor: str | Unknown | None = None
    host_process: bool | Unknown | None = None
    added: tuple[str | Unknown, ...] | Unknown = ()
    dropped: tuple[str | Unknown, ...] | Unknown = ()
    selinux: Mapping[str, str | Unknown] | Unknown | None = None
    sysctls: tuple[str | Unknown, ...] | Unknown = ()


_SILENT: Final = SecurityContext()
_UNKNOWN: Final = SecurityContext(
    unknown=True,
    privileged=UNKNOWN,
    allow_privilege_escalation=UNKNOWN,
    read_only_root=UNKNOWN,
    run_as_non_root=UNKNOWN,
    run_as_user=UNKNOWN,
    proc_mount=UNKNOWN,
    seccomp=UNKNOWN,
    app_armor=UNKNOWN,
    host_process=UNKNOWN,
    added=UNKNOWN,
    dropped=UNKNOWN,
    selinux=UNKNOWN,
    sysctls=UNKNOWN,
)


def security_context(owner: Mapping[str, Any], path: str) -> SecurityContext:
    """The `securityContext` of a pod's spec or of a container.

    Args:
        owner: raw properties of what has it.
        path: where that is.

    Raises:
        MalformedError: a property has another type than the API allows.
    """
    raw = reading.mapping(owner, "securityContext", path)
    if isinstance(raw, Unknown):
        return _UNKNOWN
    if not raw:
        return _SILENT
    at = reading.join(path, "securityContext")
    capabilities = reading.mapping(raw, "capabilities", at)
    windows = reading.mapping(raw, "windowsOptions", at)
    return SecurityContext(
        privileged=reading.flag(raw, "privileged", at),
        allow_privilege_escalation=reading.flag(raw, "allowPrivilegeEscalation", at),
        read_only_root=reading.flag(raw, "readOnlyRootFilesystem", at),
        run_as_non_root=reading.flag(raw, "runAsNonRoot", at),
        run_as_user=reading.integer(raw, "runAsUser", at),
        proc_mount=reading.text(raw, "procMount", at),
        seccomp=_profile(raw, "seccompProfile", at),
        app_armor=_profile(raw, "appArmorProfile", at),
        host_process=windows
        if isinstance(windows, Unknown)
        else reading.flag(windows, "hostProcess", reading.join(at, "windowsOptions")),
        added=_capabilities(capabilities, "add", at),
        dropped=_capabilities(capabilities, "drop", at),
        selinux=_selinux(raw, at),
        sysctls=_sysctls(raw, at),
    )


def _profile(raw: Mapping[str, Any], key: str, path: str) -> str | Unknown | None:
    if raw.get(key) is None:
        return None
    profile = reading.mapping(raw, key, path)
    if isinstance(profile, Unknown):
        return profile
    kind = reading.text(profile, "type", reading.join(path, key))
    return "" if kind is None else kind


def _capabilities(raw: Mapping[str, Any] | Unknown, key: str, path: str) -> tuple[str | Unknown, ...] | Unknown:
    return raw if isinstance(raw, Unknown) else reading.texts(raw, key, reading.join(path, "capabilities"))


def _selinux(raw: Mapping[str, Any], path: str) -> Mapping[str, str | Unknown] | Unknown | None:
    if raw.get("seLinuxOptions") is None:
        return None
    options = reading.mapping(raw, "seLinuxOptions", path)
    if isinstance(options, Unknown):
        return options
    at = reading.join(path, "seLinuxOptions")
    said = {field: reading.text(options, field, at) for field in _SELINUX}
    return {field: value for field, value in said.items() if value}


def _sysctls(raw: Mapping[str, Any], path: str) -> tuple[str | Unknown, ...] | Unknown:
    members = reading.sequence(raw, "sysctls", path)
    if isinstance(members, Unknown):
        return members
    at = reading.join(path, "sysctls")
    names: list[str | Unknown] = []
    for index, member in enumerate(members):
        where = reading.join(at, index)
        if isinstance(member, Unknown):
            names.append(member)
        else:
            names.append(reading.text(reading.as_mapping(member, where), "name", where) or "")
    return tuple(names)
