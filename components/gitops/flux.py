"""Flux: its controllers in their room, the source with whose signatures count, and the trees that are applied of it.

The private half of the deploy key and the tokens of notifications never pass through the program: External Secrets
delivers them from Secrets Manager, or people put them there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi
from pulumi_kubernetes import apiextensions, core, meta

from components import charts
from components.base import Args, Component, Text
from components.cluster.identity import CREDENTIALS, WorkloadIdentity, WorkloadIdentityArgs
from components.gitops import objects
from components.gitops.objects import DEPLOY_KEY, NAMESPACE, SIGNERS, SOURCE
from components.gitops.reconciler import Reconciler, ReconcilerArgs
from components.gitops.values import flux_values
from components.labels import labels
from components.policies import Statement
from components.sections.gitops import Gitops, Oci, OciAccess
from components.sections.secrets import SecretSource
from components.sources import Sources
from components.tenancy.room import Direction, Flow, Room, RoomArgs
from components.versions import FLUX

if TYPE_CHECKING:
    from components.providers import Account

_KUSTOMIZE = "kustomize.toolkit.fluxcd.io/v1"
_NOTIFICATION = "notification.toolkit.fluxcd.io/v1beta3"
_SECRETS = "external-secrets.io/v1"
_REFRESH = "15m"


class FluxArgs(Args):
    """What Flux needs.

    Attributes:
        stack: the stack's name.
        settings: the section.
        sources: the mirrors.
        cluster: the EKS cluster's name; None for a cluster without Pod Identity.
        after: what its pods wait for.
        secrets: what delivers secrets, and has to stand before they can be asked for.
        ground: what the trees are applied to: namespaces, the gate for images.
    """

    stack: str
    settings: Gitops
    sources: Sources
    cluster: Text | None = None
    after: tuple[pulumi.Resource, ...] = ()
    secrets: tuple[pulumi.Resource, ...] = ()
    ground: tuple[pulumi.Resource, ...] = ()


class Flux(Component):
    """The controllers, the source, the trees and who is told.

    Attributes:
        source: kind and name of the source, known once it is declared: `GitRepository/cartorio`.
    """

    TYPE = "cartorio:gitops:Flux"
    source: pulumi.Output[str]

    def __init__(self, name: str, args: FluxArgs, account: Account, opts: pulumi.ResourceOptions) -> None:
        super().__init__(name, opts)
        self._args = args
        self._labels = labels(args.stack, "gitops")
        room = self._room(name)
        controllers = self._controllers(name, room, account)
        reconciler = Reconciler(
            f"{name}-reconciler", ReconcilerArgs(stack=args.stack, namespace=room.namespace), self._child()
        )
        known = (*self._signers(name, room), *self._delivered(name, room))
        declared = objects.source(args.settings)
        source = self._object(
            f"{name}-source", declared.api_version, declared.kind, SOURCE, declared.spec, (controllers, *known)
        )
        trees: dict[str, pulumi.Resource] = {}
        for tree in args.settings.trees:
            before = [trees[needed] for needed in tree.depends_on]
            trees[tree.name] = self._object(
                f"{name}-{tree.name}",
                _KUSTOMIZE,
                "Kustomization",
                tree.name,
                objects.kustomization(tree, declared.kind, reconciler.account),
                (controllers, reconciler, source, *before, *args.ground),
            )
        self._notifications(name, declared.kind, (controllers, *known))
        self.source = pulumi.Output.concat(declared.kind, "/", SOURCE)
        self.register_outputs({"source": self.source})

    def _room(self, name: str) -> Room:
        oci = self._args.settings.oci
        return Room(
            f"{name}-room",
            RoomArgs(
                stack=self._args.stack,
                namespace=NAMESPACE,
                component="gitops",
                flows=(
                    # The repository or the registry, the API server, and whoever is told.
                    Flow(name="apis", direction=Direction.EGRESS, ports=(22, 443, 6443)),
                    *((CREDENTIALS,) if oci is not None and oci.access is OciAccess.AWS else ()),
                ),
            ),
            self._child(),
        )

    def _controllers(self, name: str, room: Room, account: Account) -> pulumi.Resource:
        args, before = self._args, list[pulumi.Resource]([room, *self._args.after])
        oci = args.settings.oci
        if oci is not None and oci.access is OciAccess.AWS:
            before.append(
                WorkloadIdentity(
                    f"{name}-registry",
                    WorkloadIdentityArgs(
                        stack=args.stack,
                        cluster=args.cluster,
                        namespace=NAMESPACE,
                        service_account="source-controller",
                        statements=_pulling(oci, account),
                    ),
                    account,
                    self._child(),
                )
            )
        return charts.install(
            f"{name}-release",
            FLUX,
            sources=args.sources,
            release="flux",
            namespace=room.namespace,
            values=flux_values(args.sources),
            opts=self._child(depends_on=before),
        )

    def _signers(self, name: str, room: Room) -> tuple[pulumi.Resource, ...]:
        keys = objects.public_keys(self._args.settings)
        if keys is None:
            return ()
        signers = core.v1.Secret(
            f"{name}-signers",
            # A Secret because Flux reads nothing else; public keys all the same.
            metadata=meta.v1.ObjectMetaArgs(name=SIGNERS, namespace=room.namespace, labels=self._labels),
            # Flux reads the files that end in .asc, .sshpub and .pub. Never empty: without an entry it cannot be told
            # from one that has lost its data, and would be made anew each time.
            string_data={"README": "Public keys of those whose signatures count.", **keys},
            opts=self._child(),
        )
        return (signers,)

    def _delivered(self, name: str, room: Room) -> tuple[pulumi.Resource, ...]:
        settings = self._args.settings
        asked: list[pulumi.Resource] = []
        git = settings.git
        if git is not None and git.deploy_key is not None and git.deploy_key.secret is not None:
            template = {"identity": "{{ .identity }}", "known_hosts": objects.known_hosts(git)}
            asked.append(self._deliver(name, room, DEPLOY_KEY, git.deploy_key.secret, "identity", template))
        for one in settings.notifications:
            if one.secret is not None:
                template = {"token": "{{ .token }}"}
                asked.append(self._deliver(name, room, objects.credentials(one), one.secret, "token", template))
        return tuple(asked)

    def _deliver(
        self, name: str, room: Room, target: str, secret: str, key: str, template: dict[str, str]
    ) -> pulumi.Resource:
        return apiextensions.CustomResource(
            f"{name}-{target}",
            api_version=_SECRETS,
            kind="ExternalSecret",
            metadata={"name": target, "namespace": room.namespace, "labels": self._labels},
            spec={
                "refreshInterval": _REFRESH,
                "secretStoreRef": {"kind": "ClusterSecretStore", "name": SecretSource.SECRETS_MANAGER.value},
                "target": {
                    "name": target,
                    "creationPolicy": "Owner",
                    "deletionPolicy": "Retain",
                    "template": {"engineVersion": "v2", "data": template},
                },
                "data": [{"secretKey": key, "remoteRef": {"key": f"cartorio/{self._args.stack}/{secret}"}}],
            },
            opts=self._child(depends_on=list(self._args.secrets)),
        )

    def _notifications(self, name: str, source_kind: str, before: tuple[pulumi.Resource, ...]) -> None:
        for one in self._args.settings.notifications:
            told = self._object(
                f"{name}-{one.name}", _NOTIFICATION, "Provider", one.name, objects.provider(one), before
            )
            self._object(
                f"{name}-{one.name}", _NOTIFICATION, "Alert", one.name, objects.alert(one, source_kind), (told,)
            )

    def _object(
        self,
        name: str,
        api_version: str,
        kind: str,
        called: str,
        spec: dict[str, object],
        before: tuple[pulumi.Resource, ...],
    ) -> apiextensions.CustomResource:
        return apiextensions.CustomResource(
            name,
            api_version=api_version,
            kind=kind,
            metadata={"name": called, "namespace": NAMESPACE, "labels": self._labels},
            spec=spec,
            opts=self._child(depends_on=list(before)),
        )


def _pulling(oci: Oci, account: Account) -> tuple[Statement, ...]:
    """What it takes to pull the one repository."""
    host, _, repository = oci.url.removeprefix("oci://").partition("/")
    owner, _, _, region, *_ = host.split(".")
    arn = pulumi.Output.concat("arn:", account.partition, f":ecr:{region}:{owner}:repository/{repository}")
    return (
        # It takes no resource: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerregistry.html
        Statement("Enter", ("ecr:GetAuthorizationToken",), ("*",)),
        Statement("Pull", ("ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"), (arn,)),
    )
