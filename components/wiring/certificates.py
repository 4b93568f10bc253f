"""Certificates: the authority of the traffic inside the cluster."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from components.certificates.authority import Authority, AuthorityArgs

if TYPE_CHECKING:
    import pulumi

    from components.cluster.handle import ClusterHandle
    from components.site import Site


@dataclass(frozen=True)
class CertificatesOutputs:
    """What other areas need: the name of the ClusterIssuer, known once it exists."""

    issuer: pulumi.Output[str]


def build(site: Site, cluster: ClusterHandle) -> CertificatesOutputs | None:
    """Register cert-manager and the authority, where the stack's file has the section."""
    settings = site.configuration.certificates
    if settings is None:
        return None
    authority = Authority(
        "certificates",
        AuthorityArgs(stack=site.stack, settings=settings, sources=site.sources, after=cluster.ready),
        cluster.options,
    )
    return CertificatesOutputs(issuer=authority.issuer)
