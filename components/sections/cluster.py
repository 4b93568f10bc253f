"""The section about the Kubernetes cluster."""

from __future__ import annotations

from components.sections.base import Section
from components.values import DnsLabel, FilePath, Word


class Cluster(Section):
    """The Kubernetes cluster that the stack deploys to."""

    identifier: DnsLabel
    """Names the cluster in the state: changing it replaces everything in the cluster; a new kubeconfig does not."""
    kubeconfig: FilePath | None = None
    """Path of the kubeconfig; without it, the environment variable KUBECONFIG names it."""
    context: Word | None = None
    """Context in the kubeconfig; without it, its current one."""
