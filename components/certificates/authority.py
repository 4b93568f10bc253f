"""cert-manager and the platform's own authority: a root that signs one issuing authority, which signs everything else.

The root's key signs nothing but the issuing authority, so that this one can be replaced while clients, who trust the
root, notice nothing. https://cert-manager.io/docs/configuration/ca/
"""

from __future__ import annotations

import pulumi
from pulumi_kubernetes import apiextensions

from components import charts
from components.base import Args, Component
from components.certificates.values import WEBHOOK_PORT, cert_manager_values
from components.labels import labels
from components.sections.certificates import Certificates
from components.sources import Sources
from components.tenancy.room import APIS, Direction, Flow, Room, RoomArgs
from components.versions import CERT_MANAGER, CERT_MANAGER_IMAGES

NAMESPACE = "cert-manager"
API_VERSION = "cert-manager.io/v1"
_HOURS = 24


class AuthorityArgs(Args):
    """What issues certificates, and from where it comes.

    Attributes:
        stack: the stack's name.
        settings: of the certificates.
        sources: the mirrors.
        after: what the controller's pods wait for.
    """

    stack: str
    settings: Certificates
    sources: Sources
    after: tuple[pulumi.Resource, ...] = ()


class Authority(Component):
    """cert-manager in its room, the root and the issuing authority.

    Attributes:
        issuer: name of the ClusterIssuer, known once it exists.
    """

    TYPE = "cartorio:certificates:Authority"
    issuer: pulumi.Output[str]

    def __init__(self, name: str, args: AuthorityArgs, opts: pulumi.ResourceOptions) -> None:
        super().__init__(name, opts)
        self._stack = args.stack
        self._controller = self._install(name, args)
        own = self._issuer(name, "self-signed", {"selfSigned": {}}, ())
        root = self._authority(name, "root", "cartorio-self-signed", args.settings.root_days, own)
        by_root = self._issuer(name, "root-issuer", {"ca": {"secretName": "cartorio-root"}}, (root,))
        issuing = self._authority(name, "issuing", "cartorio-root-issuer", args.settings.issuing_days, by_root)
        issuer = self._issuer(name, "internal", {"ca": {"secretName": "cartorio-issuing"}}, (issuing,))
        # Whoever uses the name waits for the issuer.
        self.issuer = pulumi.Output.all("cartorio-internal", issuer.urn).apply(_first)
        self.register_outputs({"issuer": self.issuer})

    def _install(self, name: str, args: AuthorityArgs) -> pulumi.Resource:
        room = Room(
            f"{name}-room",
            RoomArgs(
                stack=args.stack,
                namespace=NAMESPACE,
                component="certificates",
                flows=(
                    APIS,
                    # The API server is outside of every namespace.
                    Flow(name="webhook", direction=Direction.INGRESS, ports=(WEBHOOK_PORT,)),
                ),
            ),
            self._child(),
        )
        return charts.install(
            f"{name}-cert-manager",
            CERT_MANAGER,
            sources=args.sources,
            release="cert-manager",
            namespace=room.namespace,
            values=cert_manager_values(args.settings.replicas, args.sources.repository(CERT_MANAGER_IMAGES)),
            opts=self._child(depends_on=[room, *args.after]),
        )

    def _issuer(
        self, name: str, role: str, spec: dict[str, object], after: tuple[pulumi.Resource, ...]
    ) -> apiextensions.CustomResource:
        return apiextensions.CustomResource(
            f"{name}-{role}",
            api_version=API_VERSION,
            kind="ClusterIssuer",
            metadata={"name": f"cartorio-{role}", "labels": labels(self._stack, "certificates")},
            spec=spec,
            opts=self._child(depends_on=[self._controller, *after]),
        )

    def _authority(
        self, name: str, role: str, issuer: str, days: int, after: pulumi.Resource
    ) -> apiextensions.CustomResource:
        return apiextensions.CustomResource(
            f"{name}-{role}",
            api_version=API_VERSION,
            kind="Certificate",
            metadata={
                "name": f"cartorio-{role}",
                "namespace": NAMESPACE,
                "labels": labels(self._stack, "certificates"),
            },
            spec={
                "isCA": True,
                "commonName": f"cartorio {self._stack} {role}"[:64],
                "secretName": f"cartorio-{role}",
                "duration": f"{days * _HOURS}h",
                # The root keeps its key when it is renewed: what trusts it goes on trusting it.
                "privateKey": {
                    "algorithm": "ECDSA",
                    "size": 384,
                    "rotationPolicy": "Never" if role == "root" else "Always",
                },
                "usages": ["cert sign", "crl sign"],
                "issuerRef": {"name": issuer, "kind": "ClusterIssuer", "group": "cert-manager.io"},
            },
            opts=self._child(depends_on=[self._controller, after]),
        )


def _first(values: list[str]) -> str:
    return values[0]
