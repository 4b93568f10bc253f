"""Every version that the program itself pins; Python packages are in requirements.txt, tools in the toolchain."""

from __future__ import annotations

from typing import Final

from components.sources import ChartPin, ImagePin

POD_SECURITY: Final = "v1.34"
"""Edition of the Pod Security Standards that namespaces enforce.

A cluster older than this judges by its own newest edition; a newer one keeps to this one until the pin moves, so that
an upgrade of the cluster never starts to refuse pods.
https://kubernetes.io/docs/concepts/security/pod-security-admission/
"""

# Certificates, Vault and secrets. Versions as tagged in their repositories on GitHub; the CRDs of cert-manager and
# External Secrets are those of the Go modules of the same versions.
CERT_MANAGER: Final = ChartPin("cert-manager", "v1.21.2", "https://charts.jetstack.io")
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
EXTERNAL_SECRETS: Final = ChartPin("external-secrets", "1.3.2", "https://charts.external-secrets.io")
EXTERNAL_SECRETS_IMAGE: Final = "ghcr.io/external-secrets/external-secrets"
