"""Third-party charts as Helm releases: one way for all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pulumi_kubernetes import helm

from components.sizing import sized

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pulumi

    from components.base import Text
    from components.sources import ChartPin, Sources

_HISTORY = 5


def install(  # noqa: PLR0913 - all keywords, each of the one release
    name: str,
    pin: ChartPin,
    *,
    sources: Sources,
    release: str,
    namespace: Text,
    values: Mapping[str, Any],
    opts: pulumi.ResourceOptions,
    timeout_seconds: int = 600,
) -> helm.v3.Release:
    """Register the release of a pinned chart: all of it or, when something of it does not become ready, nothing.

    Args:
        name: of the resource.
        pin: the chart.
        sources: the stack's mirrors, and the sizes that it has for controllers.
        release: its name in the cluster.
        namespace: where; it exists already.
        values: the chart's values.
        opts: the calling component's `self._child(...)`.
        timeout_seconds: how long everything may take to become ready.
    """
    chart = sources.chart(pin)
    return helm.v3.Release(
        name,
        name=release,
        namespace=namespace,
        chart=chart.reference,
        version=pin.version,
        repository_opts=helm.v3.RepositoryOptsArgs(repo=chart.repository) if chart.repository else None,
        values=sized(pin.name, values, sources.sizes),
        atomic=True,
        cleanup_on_fail=True,
        create_namespace=False,
        max_history=_HISTORY,
        timeout=timeout_seconds,
        opts=opts,
    )
