"""Where charts and images come from: their pins, and the mirrors that stand in for their sources."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from components.sizing import Sized  # noqa: TC001 - pydantic reads it, where arguments have sources

OCI: Final = "oci://"
VENDORED: Final = "charts/vendor"
"""Folder of the project for third-party charts."""


@dataclass(frozen=True)
class ChartPin:
    """A third-party chart.

    Attributes:
        name: its name in the source.
        version: exactly this one, as the chart says it (with or without a `v`).
        source: `https://...` of a chart repository, or `oci://...` of the folder that has the chart.
        digest: SHA-256 of the chart's archive, in hexadecimal digits; None where nobody who can be believed has
            published it, so that the first `cartorio charts vendor` decides and `components.locked` holds it to that.
    """

    name: str
    version: str
    source: str
    digest: str | None = None

    @property
    def archive(self) -> str:
        """Name of the file that it is in, once vendored."""
        return f"{self.name}-{self.version}.tgz"


@dataclass(frozen=True)
class ImagePin:
    """A third-party image.

    Attributes:
        repository: registry and repository, without a tag.
        tag: for the reader; the digest decides.
        digest: `sha256:` and 64 hexadecimal digits.
    """

    repository: str
    tag: str
    digest: str


@dataclass(frozen=True)
class EksPins:
    """The versions of EKS's add-ons that go with one version of Kubernetes."""

    kube_proxy: str
    coredns: str
    vpc_cni: str
    pod_identity_agent: str
    ebs_csi_driver: str
    snapshot_controller: str


@dataclass(frozen=True)
class MongoDbPins:
    """The images of one release of Percona's operator for MongoDB, for one architecture."""

    operator: ImagePin
    server: ImagePin
    backup: ImagePin


@dataclass(frozen=True)
class Chart:
    """How Helm finds a chart: `reference` in `repository`, or by itself where that is None."""

    reference: str
    repository: str | None


@dataclass(frozen=True)
class Mirrored:
    """A source, or the beginning of several, and what stands in for it."""

    source: str
    mirror: str


@dataclass(frozen=True)
class Sources:
    """The mirrors of a stack; the longest source that fits wins.

    Attributes:
        mirrors: by source: of charts with their scheme (`https://charts.example.org`), of images without (`quay.io`).
        charts: stands in for every chart source that `mirrors` does not name; None: the sources themselves.
        vendored: the archives in the project (`components.vendored`), which win over every source.
        sizes: of controllers that charts bring, where they are not the program's own.
    """

    mirrors: tuple[Mirrored, ...] = ()
    charts: str | None = None
    vendored: frozenset[str] = frozenset()
    sizes: tuple[Sized, ...] = ()

    def chart(self, pin: ChartPin) -> Chart:
        """Where to get a chart."""
        if pin.archive in self.vendored:
            return Chart(f"./{VENDORED}/{pin.archive}", None)
        return self.remote(pin)

    def remote(self, pin: ChartPin) -> Chart:
        """Where a chart is outside of the project."""
        source = self._mirrored(pin.source)
        if source is None:
            source = self.charts or pin.source
        if source.startswith(OCI):
            return Chart(f"{source.rstrip('/')}/{pin.name}", None)
        return Chart(pin.name, source)

    def image(self, pin: ImagePin) -> str:
        """The full reference of an image, by digest."""
        return f"{self.repository(pin.repository)}:{pin.tag}@{pin.digest}"

    def repository(self, name: str) -> str:
        """Where to get a repository of images, for charts that put the reference together themselves."""
        return self._mirrored(name) or name

    def _mirrored(self, source: str) -> str | None:
        fitting = [
            entry
            for entry in self.mirrors
            if source == entry.source or source.startswith(f"{entry.source.rstrip('/')}/")
        ]
        if not fitting:
            return None
        best = max(fitting, key=lambda entry: len(entry.source))
        return best.mirror.rstrip("/") + source.removeprefix(best.source.rstrip("/"))
