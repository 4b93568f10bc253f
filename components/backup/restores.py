"""A restore that is tried on a schedule: of a namespace's objects, into a room in which nothing can run.

The room has no traffic and a quota of no pods, no claims and no addresses: what is restored there is counted and
removed, never started. Volumes are not restored here, where each test would leave one behind: AWS Backup tries those,
and ends them itself (`cartorio:backup.restoreTest`). How it went is an Event of the CronJob and the way its Job ends,
which kube-state-metrics counts; `alerts.py` tells people.
"""

from __future__ import annotations

from pathlib import Path

import pulumi
from pulumi_kubernetes import batch, core, meta, rbac

from components.base import Args, Component, Text
from components.labels import labels
from components.sections.velero import RestoreCheck
from components.sources import Sources
from components.tenancy.room import Room, RoomArgs
from components.versions import PYTHON_IMAGE

ROOM = "restore-test"
NAME = "restore-test"
KINDS = (
    "v1/configmaps",
    "v1/secrets",
    "v1/services",
    "v1/serviceaccounts",
    "apps/v1/deployments",
    "apps/v1/statefulsets",
    "policy/v1/poddisruptionbudgets",
    "networking.k8s.io/v1/networkpolicies",
)
"""What is restored and removed again: `<group and version>/<plural>`."""
_SCRIPT = Path(__file__).parent / "trial.py"
_ACCOUNT, _SCRIPTS = "/var/run/secrets/kubernetes", "/scripts"
_USER = 65534
_SECONDS = 3600
_HISTORY = 5


class RestoreTestArgs(Args):
    """What is tried.

    Attributes:
        stack: the stack's name.
        settings: the section.
        sources: the mirrors.
        velero: the namespace of Velero.
        after: what the test waits for: Velero and its schedules.
    """

    stack: str
    settings: RestoreCheck
    sources: Sources
    velero: Text
    after: tuple[pulumi.Resource, ...] = ()


class RestoreTest(Component):
    """The room, the CronJob and the little that it may do.

    Attributes:
        namespace: of the room.
    """

    TYPE = "cartorio:backup:RestoreTest"
    namespace: pulumi.Output[str]

    def __init__(self, name: str, args: RestoreTestArgs, opts: pulumi.ResourceOptions) -> None:
        super().__init__(name, opts)
        self._args = args
        self._labels = labels(args.stack, "backup")
        self.namespace = self._empty_room(name)
        account = core.v1.ServiceAccount(
            f"{name}-account",
            metadata=self._metadata(args.velero),
            automount_service_account_token=False,
            opts=self._child(),
        )
        allowed = [self._allow(name, "restore", args.velero, _RESTORES), self._allow(name, "clean", ROOM, _cleaning())]
        script = core.v1.ConfigMap(
            f"{name}-script",
            metadata=self._metadata(args.velero),
            data={_SCRIPT.name: _SCRIPT.read_text(encoding="utf-8")},
            opts=self._child(),
        )
        batch.v1.CronJob(
            f"{name}-job",
            metadata=self._metadata(args.velero),
            spec=batch.v1.CronJobSpecArgs(
                schedule=args.settings.schedule,
                time_zone="Etc/UTC",
                concurrency_policy="Forbid",
                starting_deadline_seconds=3600,
                successful_jobs_history_limit=_HISTORY,
                failed_jobs_history_limit=_HISTORY,
                job_template=batch.v1.JobTemplateSpecArgs(
                    spec=batch.v1.JobSpecArgs(
                        # A test that needs a second try has failed.
                        backoff_limit=0,
                        active_deadline_seconds=_SECONDS,
                        template=core.v1.PodTemplateSpecArgs(
                            metadata=meta.v1.ObjectMetaArgs(labels=self._labels), spec=self._pod()
                        ),
                    )
                ),
            ),
            opts=self._child(depends_on=[account, *allowed, script, *args.after]),
        )
        self.register_outputs({"namespace": self.namespace})

    def _metadata(self, namespace: Text, name: str = NAME) -> meta.v1.ObjectMetaArgs:
        return meta.v1.ObjectMetaArgs(name=name, namespace=namespace, labels=self._labels)

    def _empty_room(self, name: str) -> pulumi.Output[str]:
        room = Room(
            f"{name}-room",
            RoomArgs(stack=self._args.stack, namespace=ROOM, component="backup", own_traffic=False),
            self._child(),
        )
        core.v1.ResourceQuota(
            f"{name}-nothing-runs",
            metadata=self._metadata(room.namespace, "nothing-runs"),
            spec=core.v1.ResourceQuotaSpecArgs(
                hard={
                    "pods": "0",
                    "persistentvolumeclaims": "0",
                    "services.loadbalancers": "0",
                    "services.nodeports": "0",
                }
            ),
            opts=self._child(),
        )
        return room.namespace

    def _allow(
        self, name: str, role: str, namespace: Text, rules: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...]
    ) -> pulumi.Resource:
        where = self.namespace if namespace == ROOM else namespace
        made = rbac.v1.Role(
            f"{name}-{role}",
            metadata=self._metadata(where),
            rules=[
                rbac.v1.PolicyRuleArgs(api_groups=[group], resources=list(resources), verbs=list(verbs))
                for group, resources, verbs in rules
            ],
            opts=self._child(),
        )
        return rbac.v1.RoleBinding(
            f"{name}-{role}-binding",
            metadata=self._metadata(where),
            role_ref=rbac.v1.RoleRefArgs(api_group="rbac.authorization.k8s.io", kind="Role", name=NAME),
            subjects=[rbac.v1.SubjectArgs(kind="ServiceAccount", name=NAME, namespace=self._args.velero)],
            opts=self._child(depends_on=[made]),
        )

    def _pod(self) -> core.v1.PodSpecArgs:
        settings = self._args.settings
        told = {
            "velero": self._args.velero,
            "job": NAME,
            "schedule": settings.of,
            "namespace": settings.namespace,
            "room": ROOM,
            "kinds": list(KINDS),
            "within_hours": settings.within_hours,
        }
        token = core.v1.ServiceAccountTokenProjectionArgs(expiration_seconds=_SECONDS, path="token")
        authority = core.v1.ConfigMapProjectionArgs(
            name="kube-root-ca.crt", items=[core.v1.KeyToPathArgs(key="ca.crt", path="ca.crt")]
        )
        return core.v1.PodSpecArgs(
            service_account_name=NAME,
            automount_service_account_token=False,
            restart_policy="Never",
            security_context=core.v1.PodSecurityContextArgs(
                run_as_non_root=True,
                run_as_user=_USER,
                run_as_group=_USER,
                fs_group=_USER,
                seccomp_profile=core.v1.SeccompProfileArgs(type="RuntimeDefault"),
            ),
            containers=[
                core.v1.ContainerArgs(
                    name="restore-test",
                    image=self._args.sources.image(PYTHON_IMAGE),
                    command=["python3", "-I", f"{_SCRIPTS}/{_SCRIPT.name}"],
                    args=[pulumi.Output.json_dumps(told)],
                    volume_mounts=[
                        core.v1.VolumeMountArgs(name="account", mount_path=_ACCOUNT, read_only=True),
                        core.v1.VolumeMountArgs(name="scripts", mount_path=_SCRIPTS, read_only=True),
                    ],
                    resources=core.v1.ResourceRequirementsArgs(
                        requests={"cpu": "50m", "memory": "64Mi"}, limits={"cpu": "250m", "memory": "128Mi"}
                    ),
                    security_context=core.v1.SecurityContextArgs(
                        allow_privilege_escalation=False,
                        read_only_root_filesystem=True,
                        capabilities=core.v1.CapabilitiesArgs(drop=["ALL"]),
                    ),
                )
            ],
            volumes=[
                core.v1.VolumeArgs(
                    name="account",
                    projected=core.v1.ProjectedVolumeSourceArgs(
                        sources=[
                            core.v1.VolumeProjectionArgs(service_account_token=token),
                            core.v1.VolumeProjectionArgs(config_map=authority),
                        ]
                    ),
                ),
                core.v1.VolumeArgs(name="scripts", config_map=core.v1.ConfigMapVolumeSourceArgs(name=NAME)),
            ],
        )


# Where Velero is: ask it, and say how it went.
_RESTORES = (
    ("velero.io", ("backups",), ("list",)),
    ("velero.io", ("restores",), ("create", "get")),
    ("", ("events",), ("create",)),
)


def _cleaning() -> tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...]:
    """In the room: remove what was restored, not read it."""
    by_group: dict[str, list[str]] = {}
    for kind in KINDS:
        *api, plural = kind.split("/")
        by_group.setdefault(api[0] if len(api) > 1 else "", []).append(plural)
    return tuple((group, tuple(plurals), ("deletecollection",)) for group, plurals in by_group.items())
