"""The pod that takes a backup of Neo4j: restricted, without a token of the cluster, a certificate its only way in.

The command: https://neo4j.com/docs/operations-manual/5/backup-restore/online-backup/. Full backups only: the bucket
ends each when it has been kept for long enough, and a differential one is worth nothing without the full one before it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi
from pulumi_kubernetes import core

from components.databases.graph import TLS_SECRET, USER
from components.sections.databases import NEO4J

if TYPE_CHECKING:
    from collections.abc import Sequence

_BACKUP = "neo4j-backup"
_READ_ONLY_TO_GROUP = 0o440


def backup_pod(
    *,
    image: str,
    members: Sequence[str],
    bucket: pulumi.Input[str],
    region: str,
    service_account: str,
    scratch: str,
    architecture: str,
) -> core.v1.PodSpecArgs:
    """The pod.

    Args:
        image: full reference, by digest.
        members: hosts and backup ports; the first that answers is asked.
        bucket: where the backups go, below `neo4j/`.
        region: of the bucket.
        service_account: whose role writes there.
        scratch: how much room a backup may take before it is uploaded.
        architecture: of the node.
    """
    container = core.v1.ContainerArgs(
        name="backup",
        image=image,
        command=["neo4j-admin", "database", "backup"],
        args=[
            f"--from={','.join(members)}",
            pulumi.Output.concat("--to-path=s3://", bucket, f"/{NEO4J}/"),
            "--type=FULL",
            "--compress=true",
            "--include-metadata=all",
            "--temp-path=/scratch",
            "--additional-config=/configuration/backup.conf",
            "*",
        ],
        env=[core.v1.EnvVarArgs(name="AWS_REGION", value=region), core.v1.EnvVarArgs(name="HOME", value="/tmp")],  # noqa: S108
        volume_mounts=[
            core.v1.VolumeMountArgs(name="configuration", mount_path="/configuration", read_only=True),
            core.v1.VolumeMountArgs(name="certificates", mount_path="/certificates", read_only=True),
            core.v1.VolumeMountArgs(name="scratch", mount_path="/scratch"),
            core.v1.VolumeMountArgs(name="tmp", mount_path="/tmp"),  # noqa: S108 - in the container
        ],
        resources=core.v1.ResourceRequirementsArgs(
            requests={"cpu": "250m", "memory": "1Gi"}, limits={"cpu": "2", "memory": "2Gi"}
        ),
        security_context=core.v1.SecurityContextArgs(
            allow_privilege_escalation=False,
            read_only_root_filesystem=True,
            capabilities=core.v1.CapabilitiesArgs(drop=["ALL"]),
        ),
    )
    files = {"tls.key": "private.key", "tls.crt": "public.crt", "ca.crt": "trusted/ca.crt"}
    return core.v1.PodSpecArgs(
        service_account_name=service_account,
        automount_service_account_token=False,
        restart_policy="Never",
        node_selector={"kubernetes.io/arch": architecture},
        security_context=core.v1.PodSecurityContextArgs(
            run_as_non_root=True,
            run_as_user=USER,
            run_as_group=USER,
            fs_group=USER,
            seccomp_profile=core.v1.SeccompProfileArgs(type="RuntimeDefault"),
        ),
        containers=[container],
        volumes=[
            core.v1.VolumeArgs(name="configuration", config_map=core.v1.ConfigMapVolumeSourceArgs(name=_BACKUP)),
            core.v1.VolumeArgs(
                name="certificates",
                secret=core.v1.SecretVolumeSourceArgs(
                    secret_name=TLS_SECRET,
                    default_mode=_READ_ONLY_TO_GROUP,
                    items=[core.v1.KeyToPathArgs(key=key, path=path) for key, path in files.items()],
                ),
            ),
            core.v1.VolumeArgs(name="scratch", empty_dir=core.v1.EmptyDirVolumeSourceArgs(size_limit=scratch)),
            core.v1.VolumeArgs(name="tmp", empty_dir=core.v1.EmptyDirVolumeSourceArgs(size_limit="64Mi")),
        ],
    )
