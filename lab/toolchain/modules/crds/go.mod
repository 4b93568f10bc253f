module cartorio/toolchain/crds

// Nothing here is compiled: each module is fetched for its custom resource definitions (lab/toolchain/crds.py), by
// itself, so that what they require need not agree. `go mod tidy` would empty the list; add a line and its two sums by
// hand: `go mod download -json MODULE@VERSION` tells them (Sum, GoModSum).

go 1.26.6

require (
	github.com/aws/karpenter-provider-aws v1.14.1
	github.com/cert-manager/cert-manager v1.21.2
	github.com/external-secrets/external-secrets v1.3.2
	github.com/fluxcd/flagger v1.44.0
	github.com/fluxcd/helm-controller v1.4.0
	github.com/fluxcd/kustomize-controller v1.9.6
	github.com/fluxcd/notification-controller v1.6.0
	github.com/fluxcd/source-controller v1.9.6
	github.com/kedacore/keda/v2 v2.20.2
	github.com/kubernetes-csi/external-snapshotter/client/v8 v8.7.0
	github.com/kubernetes-sigs/aws-load-balancer-controller v0.0.0-20260423195125-93ff3b5fdaad
	github.com/open-telemetry/opentelemetry-operator v0.140.0
	github.com/percona/percona-server-mongodb-operator v1.22.0
	github.com/prometheus-operator/prometheus-operator v0.85.0
	github.com/sigstore/policy-controller v0.13.1
	github.com/vmware-tanzu/velero v1.18.3
	sigs.k8s.io/gateway-api v1.6.0
)
