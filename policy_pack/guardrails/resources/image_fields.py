"""Which fields of which custom resources name images, for the controllers that are known. Data, each with its source.

One row a field. `required` says that the controller runs an image of its own choice where the field is missing:
nobody has judged that one, so that the missing field is an image without a name. A text called `image` needs no row
(`pods`) but where it is required.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Parts:
    """The keys of a reference in parts, of each the first that is there.

    Args:
        name: the repository.
        tag: its tag; it may hold a digest too (`1.2@sha256:...`).
        digest: `sha256:...`, or its hexadecimal digits alone.
        registry: stands before the name, where it is a part of its own.
    """

    name: tuple[str, ...]
    tag: tuple[str, ...] = ()
    digest: tuple[str, ...] = ()
    registry: tuple[str, ...] = ("registry",)


@dataclass(frozen=True, slots=True)
class Field:
    """A field that names an image.

    Args:
        holder: where the object is that has it: names, with `[]` for every member of a list.
        key: the field with the whole reference; empty: there is none.
        user: who runs the image, for messages.
        parts: the fields with its parts, where the whole is not given.
        required: the controller chooses an image itself where none is given, unless its part is not `enabled`.
    """

    holder: tuple[str, ...]
    key: str
    user: str
    parts: Parts | None = None
    required: bool = False


# Of prometheus-operator's API v1: `baseImage`, `tag` and `sha` are deprecated and still obeyed; without any of it the
# operator's own defaults run. https://prometheus-operator.dev/docs/api-reference/api/
_PROMETHEUS_PARTS: Final = Parts(name=("baseImage",), tag=("tag", "version"), digest=("sha",), registry=())


def _prometheus(user: str) -> tuple[Field, ...]:
    return (Field(("spec",), "image", user, _PROMETHEUS_PARTS, required=True),)


# https://docs.percona.com/percona-operator-for-mongodb/operator.html: the operator's own image initialises where
# `initImage` is not given, and nothing is run for backup or monitoring where their sections are not there.
_PERCONA_SETS: Final = (
    *((("spec", "replsets[]"), *((("spec", "replsets[]", part)) for part in ("arbiter", "hidden", "nonvoting")))),
    *(("spec", "sharding", "configsvrReplSet", *more) for more in ((), ("arbiter",), ("hidden",), ("nonvoting",))),
    ("spec", "sharding", "mongos"),
)
_PERCONA: Final = (
    Field(("spec",), "image", "the MongoDB server", required=True),
    Field(("spec",), "initImage", "the init container"),
    Field(("spec", "backup"), "image", "the backup agent", required=True),
    Field(("spec", "pmm"), "image", "the monitoring client", required=True),
    Field(("spec", "logcollector"), "image", "the log collector", required=True),
    *(Field((*path, "sidecarVolumes[]", "image"), "reference", "a sidecar's volume") for path in _PERCONA_SETS),
)

# https://bank-vaults.dev/docs/operator/ (API vault.banzaicloud.com/v1alpha1)
_BANK_VAULTS: Final = (
    Field(("spec",), "image", "Vault", required=True),
    Field(("spec",), "bankVaultsImage", "the unsealer and configurer", required=True),
    Field(("spec",), "statsdImage", "the metrics exporter"),
    Field(("spec",), "fluentdImage", "the audit log shipper"),
)

# https://github.com/neo4j-partners/neo4j-kubernetes-operator (API neo4j.neo4j.com/v1alpha1)
_NEO4J: Final = (
    Field(("spec", "image"), "", "Neo4j", Parts(name=("repo", "repository"), tag=("tag",), digest=("digest",))),
)

# https://fluxcd.io/flux/components/kustomize/kustomizations/#images and .../helm/helmreleases/#post-renderers: an
# override without `newName` keeps the name it overrides.
_KUSTOMIZE: Final = Parts(name=("newName", "name"), tag=("newTag",), digest=("digest",), registry=())

_MONITORING: Final = "monitoring.coreos.com"

FIELDS: Final[Mapping[tuple[str, str], tuple[Field, ...]]] = MappingProxyType(
    {
        (_MONITORING, "Prometheus"): (
            *_prometheus("Prometheus"),
            Field(("spec", "thanos"), "image", "Thanos' sidecar", _PROMETHEUS_PARTS, required=True),
        ),
        (_MONITORING, "PrometheusAgent"): _prometheus("the Prometheus agent"),
        (_MONITORING, "Alertmanager"): _prometheus("Alertmanager"),
        (_MONITORING, "ThanosRuler"): _prometheus("Thanos' ruler"),
        ("psmdb.percona.com", "PerconaServerMongoDB"): _PERCONA,
        ("vault.banzaicloud.com", "Vault"): _BANK_VAULTS,
        ("neo4j.neo4j.com", "Neo4jEnterpriseCluster"): _NEO4J,
        ("neo4j.neo4j.com", "Neo4jEnterpriseStandalone"): _NEO4J,
        ("kustomize.toolkit.fluxcd.io", "Kustomization"): (
            Field(("spec", "images[]"), "", "what is applied from Git", _KUSTOMIZE),
        ),
        ("helm.toolkit.fluxcd.io", "HelmRelease"): (
            Field(("spec", "postRenderers[]", "kustomize", "images[]"), "", "the rendered chart", _KUSTOMIZE),
        ),
    }
)
