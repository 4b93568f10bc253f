"""What confines a container in the kernel stays: AppArmor, SELinux, the masks over /proc, kernel parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from guardrails.model import Example, Finding, Policy, Severity
from guardrails.resources.pods import Pod
from guardrails.resources.reading import Unknown
from guardrails.rules._containers import (
    PODS_KNOWN,
    over_containers,
    over_contexts,
    secured,
    spec,
    unknown,
    unseen,
    within,
)
from guardrails.rules._sources import nist_800_190, pod_security

if TYPE_CHECKING:
    from collections.abc import Iterator

    from guardrails.model import Context
    from guardrails.resources.containers import Container
    from guardrails.resources.security import SecurityContext

_PROFILES: Final = frozenset({"RuntimeDefault", "Localhost"})
_SELINUX_TYPES: Final = frozenset({"container_t", "container_init_t", "container_kvm_t", "container_engine_t"})
# Each is the pod's own (namespaced) and touches nothing outside it.
_SAFE_SYSCTLS: Final = frozenset(
    {
        "kernel.shm_rmid_forced",
        *(f"net.ipv4.{name}" for name in ("ip_local_port_range", "ip_local_reserved_ports")),
        *(f"net.ipv4.{name}" for name in ("ip_unprivileged_port_start", "ping_group_range")),
        *(f"net.ipv4.tcp_{name}" for name in ("fin_timeout", "rmem", "syncookies", "wmem")),
        *(f"net.ipv4.tcp_keepalive_{name}" for name in ("intvl", "probes", "time")),
    }
)


def _app_armor(context: SecurityContext, whose: str, path: str) -> Iterator[Finding]:
    place = within(context, path, "appArmorProfile.type")
    if isinstance(context.app_armor, Unknown):
        yield unknown(place, f"the AppArmor profile of {whose}")
    elif context.app_armor is not None and context.app_armor not in _PROFILES:
        yield Finding(place, f"the AppArmor profile of {whose} is {context.app_armor or 'none'}")


def _judge_app_armor(pod: Pod, _context: Context) -> tuple[Finding, ...]:
    found = list(over_contexts(pod, _app_armor))
    holder = pod.path.rpartition(".")[0]
    at = f"{holder}.metadata.annotations" if holder else "metadata.annotations"
    if isinstance(pod.app_armor, Unknown):
        found.append(unknown(at, "whether an annotation chooses an AppArmor profile"))
        return tuple(found)
    for key, profile in pod.app_armor:
        place = f'{at}["{key}"]'
        if isinstance(profile, Unknown):
            found.append(unknown(place, "an AppArmor profile"))
        elif profile not in {"", "runtime/default"} and not profile.startswith("localhost/"):
            found.append(Finding(place, f"the AppArmor profile of container {key.rpartition('/')[2]!r} is {profile!r}"))
    return tuple(found)


def _selinux(context: SecurityContext, whose: str, path: str) -> Iterator[Finding]:
    place = within(context, path, "seLinuxOptions")
    if isinstance(context.selinux, Unknown):
        yield unknown(place, f"the SELinux options of {whose}")
        return
    for field, value in (context.selinux or {}).items():
        if isinstance(value, Unknown):
            yield unknown(f"{place}.{field}", f"the SELinux {field} of {whose}")
        elif field != "type" or value not in _SELINUX_TYPES:
            yield Finding(f"{place}.{field}", f"{whose} sets the SELinux {field} {value!r}")


def _judge_selinux(pod: Pod, _context: Context) -> tuple[Finding, ...]:
    return over_contexts(pod, _selinux)


def _proc_mount(container: Container) -> Iterator[Finding]:
    place = within(container.security, f"{container.path}.securityContext", "procMount")
    mount = container.security.proc_mount
    if isinstance(mount, Unknown):
        yield unknown(place, f"how {container.title} sees /proc")
    elif mount is not None and mount != "Default":
        yield Finding(place, f"{container.title} sees /proc without its masks ({mount or 'an empty procMount'})")


def _judge_proc_mount(pod: Pod, _context: Context) -> tuple[Finding, ...]:
    return over_containers(pod, _proc_mount)


def _judge_proc_mount_of_host_users(pod: Pod, _context: Context) -> tuple[Finding, ...]:
    # Containers within containers need an unmasked /proc; in a user namespace it gives nothing away.
    return () if pod.host_users is False else over_containers(pod, _proc_mount)


def _sysctls(context: SecurityContext, whose: str, path: str) -> Iterator[Finding]:
    place = within(context, path, "sysctls")
    if isinstance(context.sysctls, Unknown):
        yield unknown(place, f"the kernel parameters of {whose}")
        return
    for index, name in enumerate(context.sysctls):
        if isinstance(name, Unknown):
            yield unknown(f"{place}[{index}].name", f"a kernel parameter of {whose}")
        elif name not in _SAFE_SYSCTLS:
            yield Finding(f"{place}[{index}].name", f"{whose} sets the kernel parameter {name!r}")


def _judge_sysctls(pod: Pod, _context: Context) -> tuple[Finding, ...]:
    at = f"{pod.path}.securityContext"
    return (*unseen(pod), *_sysctls(pod.security, "the pod", at))  # containers have none


_UNMASKED: Final = secured("procMount: Unmasked")

POLICIES: Final = (
    Policy(
        id="pss/baseline/app-armor-profile",
        title="No pod or container switches its AppArmor profile off",
        severity=Severity.HIGH,
        rationale="On nodes with AppArmor the runtime's own profile denies mounts, /proc writes and ptrace by default.",
        resource_types=(Pod,),
        remediation="Set appArmorProfile.type to RuntimeDefault or Localhost; take the old annotation away.",
        since="0.3.0",
        rule=_judge_app_armor,
        controls=(pod_security("baseline", "appArmorProfile"), nist_800_190("4.4")),
        passing=secured("appArmorProfile: {type: RuntimeDefault}"),
        failing=secured("appArmorProfile: {type: Unconfined}"),
        yields_to=PODS_KNOWN,
    ),
    Policy(
        id="pss/baseline/se-linux-options",
        title="No pod or container gets an SELinux user, role or type of its own",
        severity=Severity.HIGH,
        rationale="A type such as spc_t is unconfined, and another user or role may be; the level keeps pods apart.",
        resource_types=(Pod,),
        remediation="Leave user and role out of seLinuxOptions, and the type, or name one that containers may have.",
        since="0.3.0",
        rule=_judge_selinux,
        controls=(pod_security("baseline", "seLinuxOptions"), nist_800_190("4.4")),
        passing=secured("seLinuxOptions: {type: container_t}"),
        failing=secured("seLinuxOptions: {type: spc_t}"),
        yields_to=PODS_KNOWN,
    ),
    Policy(
        id="pss/baseline/proc-mount",
        title="The masks over /proc stay, unless the pod has a user namespace of its own",
        severity=Severity.HIGH,
        rationale="Under /proc the kernel shows keys and takes orders; the masks hide what no container needs.",
        resource_types=(Pod,),
        remediation="Leave securityContext.procMount out, or give the pod `hostUsers: false`.",
        since="0.3.0",
        rule=_judge_proc_mount_of_host_users,
        controls=(pod_security("baseline", "procMount", "procMount_baseline"), nist_800_190("4.4")),
        passing=secured("procMount: Default"),
        failing=_UNMASKED,
        yields_to=PODS_KNOWN,
    ),
    Policy(
        id="pss/baseline/sysctls",
        title="Only kernel parameters that are the pod's own are set",
        severity=Severity.HIGH,
        rationale="Most kernel parameters are the node's: one pod's setting would be every pod's, or a way out.",
        resource_types=(Pod,),
        remediation="Take the parameter out of securityContext.sysctls; what a node needs belongs in its node class.",
        since="0.3.0",
        rule=_judge_sysctls,
        controls=(pod_security("baseline", "sysctls"), nist_800_190("4.4")),
        passing=spec("securityContext: {sysctls: [{name: net.ipv4.tcp_syncookies, value: '1'}]}"),
        failing=spec("securityContext: {sysctls: [{name: kernel.msgmax, value: '65536'}]}"),
        yields_to=PODS_KNOWN,
    ),
    Policy(
        id="pss/restricted/proc-mount",
        title="The masks over /proc stay",
        severity=Severity.HIGH,
        rationale="In a user namespace an unmasked /proc is less dangerous, but only nested containers need it.",
        resource_types=(Pod,),
        remediation="Leave securityContext.procMount out.",
        since="0.3.0",
        rule=_judge_proc_mount,
        controls=(pod_security("restricted", "procMount_restricted"), nist_800_190("4.4")),
        passing=secured("procMount: Default"),
        failing=Example(_UNMASKED.text + "  hostUsers: false\n"),
        yields_to=("pod/known", "pss/baseline/proc-mount"),
    ),
)
