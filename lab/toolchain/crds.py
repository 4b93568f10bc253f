"""Where the lab has the custom resource definitions of third-party controllers from, as data.

They are read from the controllers' own Go modules, pinned in `modules/crds/go.mod`. One row here and one line there
(with its two sums) add a controller. `lab.charts.definitions` applies them in a rehearsal.
"""

from __future__ import annotations

from dataclasses import dataclass

from lab.toolchain.catalogue import Data, ModuleFile

_GROUP = "crds"


@dataclass(frozen=True)
class CrdSource:
    """The definitions of one controller.

    Attributes:
        name: of the controller; its item in the catalogue is `crds-<name>`.
        module: Go module that holds them.
        files: glob inside the module; what is no definition among them is passed over.
        charts: charts that bring them, any one of which: they are installed when it is stood in for, because its own
            would come in each other's way. None: no chart brings them, they are always installed.
    """

    name: str
    module: str
    files: str
    charts: tuple[str, ...] = ()

    @property
    def item(self) -> Data:
        """What the toolchain has of it: a folder."""
        return Data(f"crds-{self.name}", _GROUP, self.module, (ModuleFile(self.module, self.files, "."),))


CRDS = (
    CrdSource(
        "aws-load-balancer-controller",
        # Under its own path (sigs.k8s.io) there are only releases of 1.x: a commit of the main line, of April 2026.
        "github.com/kubernetes-sigs/aws-load-balancer-controller",
        "config/crd/bases/*.yaml",
        ("aws-load-balancer-controller",),
    ),
    CrdSource("cert-manager", "github.com/cert-manager/cert-manager", "deploy/crds/*.yaml", ("cert-manager",)),
    CrdSource(
        "external-secrets",
        "github.com/external-secrets/external-secrets",
        "config/crds/bases/*.yaml",
        ("external-secrets",),
    ),
    # EKS's add-on brings them (snapshot-controller), of which the lab's AWS makes the record only.
    CrdSource("external-snapshotter", "github.com/kubernetes-csi/external-snapshotter/client/v8", "config/crd/*.yaml"),
    CrdSource("flagger", "github.com/fluxcd/flagger", "artifacts/flagger/crd*.yaml", ("flagger",)),
    CrdSource("flux-helm", "github.com/fluxcd/helm-controller", "config/crd/bases/*.yaml", ("flux2",)),
    CrdSource("flux-kustomize", "github.com/fluxcd/kustomize-controller", "config/crd/bases/*.yaml", ("flux2",)),
    CrdSource("flux-notification", "github.com/fluxcd/notification-controller", "config/crd/bases/*.yaml", ("flux2",)),
    CrdSource("flux-source", "github.com/fluxcd/source-controller", "config/crd/bases/*.yaml", ("flux2",)),
    CrdSource("gateway-api", "sigs.k8s.io/gateway-api", "config/crd/standard/*.yaml"),
    # Of the releases up to 1.14.3, the last one that Go 1.26.6 loads.
    CrdSource(
        "karpenter", "github.com/aws/karpenter-provider-aws", "pkg/apis/crds/*.yaml", ("karpenter", "karpenter-crd")
    ),
    CrdSource("keda", "github.com/kedacore/keda/v2", "config/crd/bases/*.yaml", ("keda",)),
    CrdSource(
        "opentelemetry-operator",
        "github.com/open-telemetry/opentelemetry-operator",
        "config/crd/bases/*.yaml",
        ("opentelemetry-operator",),
    ),
    CrdSource(
        "percona-server-mongodb-operator",
        "github.com/percona/percona-server-mongodb-operator",
        "config/crd/bases/*.yaml",
        ("psmdb-operator",),
    ),
    CrdSource(
        "policy-controller", "github.com/sigstore/policy-controller", "config/300-*.yaml", ("policy-controller",)
    ),
    CrdSource(
        "prometheus-operator",
        "github.com/prometheus-operator/prometheus-operator",
        "example/prometheus-operator-crd/*.yaml",
        ("kube-prometheus-stack", "prometheus-operator-crds"),
    ),
    CrdSource("velero", "github.com/vmware-tanzu/velero", "config/crd/v1/bases/*.yaml", ("velero",)),
)
