"""The pods of Vault's jobs: restricted, with nothing writable but memory, and a token for Vault of a few minutes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulumi_kubernetes import core, meta

from components.vault.files import AUDIENCE
from components.vault.values import API_PORT, CONTAINER_SECURITY_CONTEXT, POD_SECURITY_CONTEXT, SCRIPTS, TLS_SECRET

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from components.base import Text

CONFIGURATION = "vault-configuration"
CUSTODIANS = "vault-custodians"
ACTIVE = f"https://vault-active.vault.svc:{API_PORT}"
FIRST = f"https://vault-0.vault-internal:{API_PORT}"
_TOKEN_SECONDS = 600
_POSIX = frozenset({"init.sh", "configure.sh", "snapshot.sh"})  # Vault's image has no bash
_MOUNTS = {
    "tls": "/vault/tls",
    "scripts": "/scripts",
    "configuration": "/configuration",
    "custodians": "/custodians",
    "token": "/var/run/secrets/vault",
    "handover": "/handover",
    "tmp": "/tmp",  # noqa: S108 - in the container
}


def container(
    name: str, script: str, *, image: str, mounts: Sequence[str], environment: Mapping[str, Text]
) -> core.v1.ContainerArgs:
    """One step of a job: a committed script in an image.

    Args:
        name: of the container.
        script: its file name.
        image: full reference, by digest.
        mounts: of the volumes of `pod`, besides the scripts and a temporary folder.
        environment: what the script is told, besides where things are.
    """
    told: dict[str, Text] = {
        "SCRIPTS": _MOUNTS["scripts"],
        "CONFIGURATION": _MOUNTS["configuration"],
        "CUSTODIANS": _MOUNTS["custodians"],
        "HANDOVER": _MOUNTS["handover"],
        "VAULT_CACERT": f"{_MOUNTS['tls']}/ca.crt",
        # Neither image's tools find their own home writable.
        "HOME": _MOUNTS["tmp"],
        **environment,
    }
    return core.v1.ContainerArgs(
        name=name,
        image=image,
        command=["/bin/sh" if script in _POSIX else "/bin/bash", f"{_MOUNTS['scripts']}/{script}"],
        env=[core.v1.EnvVarArgs(name=key, value=value) for key, value in told.items()],
        volume_mounts=[
            core.v1.VolumeMountArgs(
                name=mount,
                mount_path=_MOUNTS.get(mount, f"/var/run/secrets/databases/{mount.removeprefix('database-')}"),
                read_only=mount not in {"handover", "tmp"},
            )
            for mount in ("scripts", "tmp", *mounts)
        ],
        resources=core.v1.ResourceRequirementsArgs(
            requests={"cpu": "50m", "memory": "128Mi"}, limits={"cpu": "500m", "memory": "256Mi"}
        ),
        security_context=core.v1.SecurityContextArgs(
            allow_privilege_escalation=CONTAINER_SECURITY_CONTEXT["allowPrivilegeEscalation"],
            read_only_root_filesystem=CONTAINER_SECURITY_CONTEXT["readOnlyRootFilesystem"],
            capabilities=core.v1.CapabilitiesArgs(drop=CONTAINER_SECURITY_CONTEXT["capabilities"]["drop"]),
        ),
    )


def pod(
    *,
    service_account: str,
    before: Sequence[core.v1.ContainerArgs],
    last: core.v1.ContainerArgs,
    databases: Mapping[str, str] | None = None,
    scratch: str = "64Mi",
) -> core.v1.PodSpecArgs:
    """A pod that runs its containers one after the other.

    Args:
        service_account: as which it logs in.
        before: run in order, each to its end.
        last: runs then.
        databases: Secrets with administrators' credentials, by database; they may be missing.
        scratch: how much memory the steps may hand over.
    """
    projected = core.v1.ServiceAccountTokenProjectionArgs(
        audience=AUDIENCE, expiration_seconds=_TOKEN_SECONDS, path="token"
    )
    memory = core.v1.EmptyDirVolumeSourceArgs(medium="Memory", size_limit=scratch)
    volumes = [
        core.v1.VolumeArgs(
            name="tls",
            # The authority's certificate only, not the servers' key.
            secret=core.v1.SecretVolumeSourceArgs(
                secret_name=TLS_SECRET, items=[core.v1.KeyToPathArgs(key="ca.crt", path="ca.crt")]
            ),
        ),
        core.v1.VolumeArgs(name="scripts", config_map=core.v1.ConfigMapVolumeSourceArgs(name=SCRIPTS)),
        core.v1.VolumeArgs(name="configuration", config_map=core.v1.ConfigMapVolumeSourceArgs(name=CONFIGURATION)),
        core.v1.VolumeArgs(
            name="custodians", config_map=core.v1.ConfigMapVolumeSourceArgs(name=CUSTODIANS, optional=True)
        ),
        core.v1.VolumeArgs(
            name="token",
            projected=core.v1.ProjectedVolumeSourceArgs(
                sources=[core.v1.VolumeProjectionArgs(service_account_token=projected)]
            ),
        ),
        core.v1.VolumeArgs(name="handover", empty_dir=memory),
        core.v1.VolumeArgs(name="tmp", empty_dir=memory),
        *(
            core.v1.VolumeArgs(
                name=f"database-{name}", secret=core.v1.SecretVolumeSourceArgs(secret_name=secret, optional=True)
            )
            for name, secret in (databases or {}).items()
        ),
    ]
    return core.v1.PodSpecArgs(
        service_account_name=service_account,
        automount_service_account_token=False,
        restart_policy="OnFailure",
        security_context=core.v1.PodSecurityContextArgs(
            run_as_non_root=POD_SECURITY_CONTEXT["runAsNonRoot"],
            run_as_user=POD_SECURITY_CONTEXT["runAsUser"],
            run_as_group=POD_SECURITY_CONTEXT["runAsGroup"],
            fs_group=POD_SECURITY_CONTEXT["fsGroup"],
            seccomp_profile=core.v1.SeccompProfileArgs(type="RuntimeDefault"),
        ),
        init_containers=list(before),
        containers=[last],
        volumes=volumes,
    )


def template(labels: Mapping[str, str], spec: core.v1.PodSpecArgs) -> core.v1.PodTemplateSpecArgs:
    """The template of `spec`."""
    return core.v1.PodTemplateSpecArgs(metadata=meta.v1.ObjectMetaArgs(labels=dict(labels)), spec=spec)
