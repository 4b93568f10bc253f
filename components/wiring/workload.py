"""The application, and what scales it and lets new versions of it in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi

from components.wiring.edge import callers
from components.workload.application import Application, ApplicationArgs
from components.workload.controllers import Controllers, ControllersArgs, wanted

if TYPE_CHECKING:
    from components.base import Text
    from components.cluster.handle import ClusterHandle
    from components.observability.handle import MonitoringHandle
    from components.site import Site


@dataclass(frozen=True)
class WorkloadOutputs:
    """What people need to know of the application.

    Attributes:
        release: version that runs.
        endpoint: where the API is, inside the cluster.
        drift: what of it was set by hand since it was released.
    """

    release: pulumi.Output[str]
    endpoint: pulumi.Output[str]
    drift: pulumi.Output[list[str]]


def build(
    site: Site,
    cluster: ClusterHandle,
    namespace: Text,
    monitoring: MonitoringHandle | None,
    after: tuple[pulumi.Resource, ...],
) -> WorkloadOutputs | None:
    """Register the controllers and, once something is released, the application.

    Args:
        site: the stack.
        cluster: where it runs.
        namespace: of the application, known once it exists.
        monitoring: where Prometheus is; None without one.
        after: what has to stand before anything of the application runs.
    """
    settings, release = site.configuration.workload, site.settings.release
    first = after
    if wanted(settings):
        args = ControllersArgs(
            stack=site.stack,
            settings=settings,
            namespace=settings.namespace,
            sources=site.sources,
            monitoring=monitoring,
            after=cluster.ready,
        )
        first += Controllers("scaling", args, cluster.options).ready
    if release.images is None:
        return None
    application = Application(
        "workload",
        ApplicationArgs(
            stack=site.stack,
            settings=settings,
            release=release,
            images=release.images,
            chart=site.settings.chart,
            namespace=namespace,
            monitoring=monitoring,
            balancers=callers(site.configuration),
            after=(*first, *cluster.ready),
        ),
        pulumi.ResourceOptions(providers=[cluster.provider, site.random]),
    )
    return WorkloadOutputs(release=application.version, endpoint=application.endpoint, drift=application.drift)
