"""Every version that the program itself pins; Python packages are in requirements.txt, tools in the toolchain."""

from __future__ import annotations

from typing import Final

from components.sources import ChartPin, EksPins, ImagePin, MongoDbPins

POD_SECURITY: Final = "v1.34"
"""Edition of the Pod Security Standards that namespaces enforce.

A cluster older than this judges by its own newest edition; a newer one keeps to this one until the pin moves, so that
an upgrade of the cluster never starts to refuse pods.
https://kubernetes.io/docs/concepts/security/pod-security-admission/
"""

# The digests of charts are those of their publishers' own indexes (https://helm.sh/docs/topics/chart_repository/), that
# of cert-manager's of several projects that pin it. A chart without one is held by `charts/vendor/lock.json`, which
# `cartorio charts vendor` writes (components.locked).

# Certificates, Vault and secrets. Versions as tagged in their repositories on GitHub; the CRDs of cert-manager and
# External Secrets are those of the Go modules of the same versions.
CERT_MANAGER: Final = ChartPin(
    "cert-manager",
    "v1.21.2",
    "https://charts.jetstack.io",
    "73a56e1728edd6c99f1f31082618c3259d279a76b7ebd3d4bdc5475c2442d34a",
)
CERT_MANAGER_IMAGES: Final = "quay.io/jetstack"
VAULT: Final = ChartPin("vault", "0.32.0", "https://helm.releases.hashicorp.com")
# The last line before 2.0, of which the binary asks for the capability IPC_LOCK that restricted pods cannot have
# (https://github.com/sapcc/helm-charts/pull/12170).
VAULT_IMAGE: Final = ImagePin(
    "docker.io/hashicorp/vault", "1.21.4", "sha256:4e33b126a59c0c333b76fb4e894722462659a6bec7c48c9ee8cea56fccfd2569"
)
AWS_CLI: Final = ImagePin(
    "public.ecr.aws/aws-cli/aws-cli",
    "2.31.30",
    "sha256:6c9314d8dd18bcfd11c509e00ea39016c4fb978e42e86df1e4dfd17038b10b78",
)
EXTERNAL_SECRETS: Final = ChartPin(
    "external-secrets",
    "1.3.2",
    "https://charts.external-secrets.io",
    "fdbf9d6d1a050a9b05548847b2462c0635f2584ecc456340ece47da9b95e8722",
)
EXTERNAL_SECRETS_IMAGE: Final = "ghcr.io/external-secrets/external-secrets"

# The cluster. Add-ons, per Kubernetes version, are what clusters of it were seen to run on in 2026; EKS refuses one
# that does not fit: `aws eks describe-addon-versions --kubernetes-version 1.36`. The CRDs of Karpenter are those of the
# Go module github.com/aws/karpenter-provider-aws of the same version.
BOTTLEROCKET: Final = "1.66.0-1ad6b4a4"
"""Release of the nodes' operating system and the commit it was built from, as managed node groups want it."""
EKS: Final = {
    "1.35": EksPins(
        kube_proxy="v1.35.3-eksbuild.17",
        coredns="v1.13.2-eksbuild.11",
        vpc_cni="v1.22.3-eksbuild.1",
        pod_identity_agent="v1.3.10-eksbuild.3",
        ebs_csi_driver="v1.63.1-eksbuild.1",
        snapshot_controller="v8.5.0-eksbuild.5",
    ),
    "1.36": EksPins(
        kube_proxy="v1.36.0-eksbuild.21",
        coredns="v1.14.3-eksbuild.16",
        vpc_cni="v1.22.4-eksbuild.3",
        pod_identity_agent="v1.3.10-eksbuild.3",
        ebs_csi_driver="v1.63.1-eksbuild.1",
        snapshot_controller="v8.5.0-eksbuild.5",
    ),
}
"""The add-ons of each Kubernetes version that a stack may have; the next one is added before a stack moves to it."""
KARPENTER: Final = ChartPin("karpenter", "1.14.3", "oci://public.ecr.aws/karpenter")
KARPENTER_CRD: Final = ChartPin("karpenter-crd", "1.14.3", "oci://public.ecr.aws/karpenter")
KARPENTER_IMAGE: Final = "public.ecr.aws/karpenter/controller"
CLUSTER_AUTOSCALER: Final = ChartPin(
    "cluster-autoscaler",
    "9.56.0",
    "https://kubernetes.github.io/autoscaler",
    "6386cf5fb78f4ef6a024360a1a04916d14b6f2936ce530a55a4341727e8af48d",
)
CLUSTER_AUTOSCALER_IMAGE: Final = "registry.k8s.io/autoscaling/cluster-autoscaler"

# The edge. Chart and controller have one version; the CRD is the one of its repository as a Go module.
LOAD_BALANCER_CONTROLLER: Final = ChartPin(
    "aws-load-balancer-controller",
    "3.2.2",
    "https://aws.github.io/eks-charts",
    "173d70dc6ed1caa8d20b1ffc4b393d8cb15147dcbff9853c9c2dbca0f9a07193",
)
LOAD_BALANCER_CONTROLLER_IMAGE: Final = "public.ecr.aws/eks/aws-load-balancer-controller"

# What scales the application and lets new versions of it in. Versions as in the charts' repositories on GitHub; the
# CRDs are those of the Go modules github.com/kedacore/keda/v2 and github.com/fluxcd/flagger of the same versions.
METRICS_SERVER: Final = ChartPin(
    "metrics-server",
    "3.13.1",
    "https://kubernetes-sigs.github.io/metrics-server",
    "084e6edb680cf4e2acc30bd496568c53fdf663cbacf6e17876b25785c35b7a13",
)
METRICS_SERVER_IMAGE: Final = "registry.k8s.io/metrics-server/metrics-server"
KEDA: Final = ChartPin(
    "keda",
    "2.20.2",
    "https://kedacore.github.io/charts",
    "db60b1fa60f0565fefa4ce2f87e855b6a8854363ee82962fbe28a12a70d64c4c",
)
KEDA_IMAGE_REGISTRY: Final = "ghcr.io/kedacore"
FLAGGER: Final = ChartPin(
    "flagger", "1.44.0", "https://flagger.app", "bd3279b7436721beaaaaabcf1c347b8cc8f85b258fb239861e3383f49a8f02e5"
)
FLAGGER_IMAGE: Final = "ghcr.io/fluxcd/flagger"
LOAD_TESTER_CHART: Final = ChartPin(
    "loadtester", "0.38.0", "https://flagger.app", "27d1031943a73e155a3ff55511ec0eddb7640914ae5761df1cae344645dc8d11"
)
LOAD_TESTER_IMAGE: Final = "ghcr.io/fluxcd/flagger-loadtester"

# Metrics, logs, traces and alerts. Versions as in the charts' repositories on GitHub.
PROMETHEUS_STACK: Final = ChartPin(
    "kube-prometheus-stack",
    "88.5.3",
    "https://prometheus-community.github.io/helm-charts",
    "3bff576f57c88f9fcac3286cc6e0d22ddaf7d7e1829c14a09257359f02ca64c9",
)
LOKI_CHART: Final = ChartPin(
    "loki",
    "18.11.0",
    "https://grafana-community.github.io/helm-charts",
    "d4d99424d197e1460878093c9fced02346669ab0698a0dca7c575ab76fff7aeb",
)
TEMPO_CHART: Final = ChartPin(
    "tempo",
    "2.2.4",
    "https://grafana-community.github.io/helm-charts",
    "5f3f4b29c4487b9c27715c18bc6c7b0889712b14075d97705f9b151a51725f68",
)
GRAFANA_CHART: Final = ChartPin(
    "grafana",
    "12.11.1",
    "https://grafana-community.github.io/helm-charts",
    "5dddbb4efe49f502a50264592637f4d2b99db50a0a800abde2f8cba3f8da0a74",
)
OTEL_COLLECTOR: Final = ChartPin(
    "opentelemetry-collector",
    "0.170.0",
    "https://open-telemetry.github.io/opentelemetry-helm-charts",
    "ed140b332233075c7fd15eaebba571fdf100926f08c0a5a274c7b32895315137",
)

# Databases. The operator's chart as in its repository on GitHub; its CRDs are those of the Go module
# github.com/percona/percona-server-mongodb-operator of the same version. Which images go with it, and their digests,
# one for each architecture, Percona publishes:
# https://github.com/Percona-Lab/percona-version-service/blob/main/sources/operator.1.22.0.psmdb-operator.json
MONGODB_OPERATOR: Final = ChartPin(
    "psmdb-operator",
    "1.22.0",
    "https://percona.github.io/percona-helm-charts",
    "8dde49710080a58437e59ca2f33ceb19a9c5d536ef672ed202649b19cfb6d18f",
)
_PERCONA: Final = "docker.io/percona/percona"
MONGODB: Final = {
    "amd64": MongoDbPins(
        operator=ImagePin(
            f"{_PERCONA}-server-mongodb-operator",
            "1.22.0",
            "sha256:d4384b3853dc5026cc33de1dfd68ac11aaf5d54f4e84b115e05d7d473f4c6188",
        ),
        server=ImagePin(
            f"{_PERCONA}-server-mongodb",
            "8.0.17-6",
            "sha256:ae6380469f6b73d3517ec4eae7b2f12ff6310dc2deae8e52fe514276c45e9440",
        ),
        backup=ImagePin(
            f"{_PERCONA}-backup-mongodb",
            "2.12.0",
            "sha256:6d56b787c2dc532c9c19cc607a2bc1855a722cdaa52024ea38d4de4aae777f8a",
        ),
    ),
    "arm64": MongoDbPins(
        operator=ImagePin(
            f"{_PERCONA}-server-mongodb-operator",
            "1.22.0",
            "sha256:be97aad4c0642bc4e2e5c7c31b4d123d9f6135070682b8fbd6024c7620315e72",
        ),
        server=ImagePin(
            f"{_PERCONA}-server-mongodb",
            "8.0.17-6",
            "sha256:f1170f8bf68d051816cd4d956ca1f6ee9885c6cf0e1e5db5dc00a137af3603ee",
        ),
        backup=ImagePin(
            f"{_PERCONA}-backup-mongodb",
            "2.12.0",
            "sha256:e2177fa6fef0e47ee8392ca7044a6781150ccf7297383239f813558323aa0a8e",
        ),
    ),
}
# The line with long support. Image: https://github.com/docker-library/repo-info/tree/master/repos/neo4j/remote
NEO4J: Final = ChartPin("neo4j", "5.26.30", "https://helm.neo4j.com/neo4j")
NEO4J_IMAGE: Final = ImagePin(
    "docker.io/library/neo4j",
    "5.26.30-enterprise",
    "sha256:091bddccef2aa074033c1cff08791a8b6bcb8f2ffd1f2925c3c2524c61cc4ed7",
)

# Runs the test of restores. Image: https://github.com/docker-library/repo-info/tree/master/repos/python/remote
PYTHON_IMAGE: Final = ImagePin(
    "docker.io/library/python",
    "3.13-slim-trixie",
    "sha256:9662417aace5ae7b8e2609cce472b72a8958e134ba372808abe9cc1a0c0125e6",
)

# Backups of the cluster. The CRDs are those of the Go module github.com/vmware-tanzu/velero of the same line; the
# plugin is the one that its README names for it.
VELERO: Final = ChartPin(
    "velero",
    "12.1.0",
    "https://vmware-tanzu.github.io/helm-charts",
    "cd23589ad1b2d25cdd3220f6866b3f6f4c5683c4c09494e76a14700b33f81f83",
)
VELERO_IMAGE: Final = ImagePin(
    "docker.io/velero/velero", "v1.18.2", "sha256:37396519f399536e5f01427d723565ae69294ec3fb5625cf1c87c09eaa9de16b"
)
VELERO_AWS_IMAGE: Final = ImagePin(
    "docker.io/velero/velero-plugin-for-aws",
    "v1.14.2",
    "sha256:0751144c1c8e52d52c48717fbd13ad5a3061e612ae4d7ad744a946cd5b139d1a",
)

# What judges signatures in the cluster. Version as in the chart's repository on GitHub, which pins its image by digest;
# the CRDs are those of the Go module github.com/sigstore/policy-controller of the version that the lab runs.
POLICY_CONTROLLER: Final = ChartPin(
    "policy-controller",
    "0.10.5",
    "https://sigstore.github.io/helm-charts",
    "d1c243d566ef11c7e206cc9f6a1187f9e4291325d011d8fc432f50632296336c",
)
POLICY_CONTROLLER_IMAGE: Final = "ghcr.io/sigstore/policy-controller/policy-controller"
KUBECTL_IMAGE: Final = "cgr.dev/chainguard/kubectl"

# Flux. The chart brings the CRDs and what holds the controllers; the controllers are those of the lab
# (lab/toolchain/modules/flux), by digest, which the chart takes in the place of a tag.
FLUX: Final = ChartPin("flux2", "2.19.0", "https://fluxcd-community.github.io/helm-charts")
FLUX_SOURCE_CONTROLLER: Final = ImagePin(
    "ghcr.io/fluxcd/source-controller",
    "v1.9.6",
    "sha256:6a6693172589f8ff26123a231d5fa6ceb194a6efb4dc647cdf057c959f76a2e3",
)
FLUX_KUSTOMIZE_CONTROLLER: Final = ImagePin(
    "ghcr.io/fluxcd/kustomize-controller",
    "v1.9.6",
    "sha256:2ebeaa341da77d52b6abbbba5efcee0450d47f8b42f0e6f33b08f9020262d606",
)
FLUX_NOTIFICATION_CONTROLLER: Final = ImagePin(
    "ghcr.io/fluxcd/notification-controller",
    "v1.9.4",
    "sha256:840f318265ee26f0d2c48a158bf7896b22aa4e998e320a18646309f0e40b15da",
)
FLUX_CLI: Final = ImagePin(
    "ghcr.io/fluxcd/flux-cli", "v2.9.6", "sha256:b1ac18156f227af9a524b842a96f2c20986c7a779ef721df3ba4e4540f449d76"
)
