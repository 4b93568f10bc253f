"""Kubernetes: workloads, network, permissions, namespaces and what delivers them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tests.support.mutations import (
    Mutation,
    adding,
    chart_adding,
    chart_changing,
    chart_dropping,
    chart_removing,
    chart_setting,
    dropping,
    removing,
    setting,
)

if TYPE_CHECKING:
    from tests.support.mutations import Change

_SPEC: Final = "spec.template.spec"
_ZONE: Final = "topology.kubernetes.io/zone"
_CORE: Final = "kubernetes:core/v1"
_FLUX: Final = "toolkit.fluxcd.io/v1"
_GIT: Final = f"kubernetes:source.{_FLUX}:GitRepository"
_KUSTOMIZATION: Final = f"kubernetes:kustomize.{_FLUX}:Kustomization"
_CLUSTER_ROLE: Final = "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole"
_BINDING: Final = "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding"
_CLASS: Final = "kubernetes:storage.k8s.io/v1:StorageClass"
_RELEASE: Final = "kubernetes:helm.sh/v3:Release"


def _api(path: str, value: object) -> Change:
    return chart_setting("Deployment", "cartorio-api", path, value)


def _not_over_zones(manifest: dict[str, Any]) -> None:
    spec = manifest["spec"]["template"]["spec"]
    spec["topologySpreadConstraints"] = [
        one for one in spec["topologySpreadConstraints"] if one["topologyKey"] != _ZONE
    ]


def _service(name: str, **spec: object) -> Change:
    metadata = {"name": name, "namespace": "cartorio"}
    manifest = {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": {"ports": [{"port": 80}], **spec}}
    return chart_adding(manifest)


def _ingress(annotations: dict[str, str], **spec: object) -> Change:
    metadata = {"name": "second", "namespace": "cartorio", "annotations": annotations}
    return chart_adding(
        {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": metadata, "spec": {"rules": [], **spec}}
    )


def _more(verbs: list[str], resource: str, group: str = "") -> Change:
    """Another rule in the role of what applies Git's manifests."""
    rule = {"apiGroups": [group], "resources": [resource], "verbs": verbs}
    return setting(_CLUSTER_ROLE, "gitops-reconciler-role", "rules[0]", rule)


MUTATIONS: Final = (
    # workloads
    Mutation(
        "workload/service-account",
        "the API runs as the namespace's default account",
        chart_setting("Deployment", "cartorio-api", f"{_SPEC}.serviceAccountName", "default"),
    ),
    Mutation(
        "workload/service-account-token",
        "the API gets a token without asking",
        chart_removing("Deployment", "cartorio-api", f"{_SPEC}.automountServiceAccountToken"),
    ),
    Mutation(
        "workload/account-token",
        "Vault's account hands its token to everybody",
        removing(f"{_CORE}:ServiceAccount", "vault-configure-account", "automountServiceAccountToken"),
    ),
    Mutation(
        "workload/read-only-root",
        "the API writes into its image",
        _api(f"{_SPEC}.containers[0].securityContext.readOnlyRootFilesystem", value=False),
    ),
    Mutation(
        "workload/topology-spread",
        "all pods of the API may be in one zone",
        chart_changing("Deployment", "cartorio-api", _not_over_zones),
    ),
    Mutation(
        "workload/priority",
        "the workers have no priority",
        chart_removing("Deployment", "cartorio-workers", f"{_SPEC}.priorityClassName"),
    ),
    Mutation(
        "workload/graceful-shutdown",
        "the API is killed at once",
        _api(f"{_SPEC}.terminationGracePeriodSeconds", 0),
    ),
    Mutation(
        "workload/job-bounds",
        "a snapshot may hang for ever",
        removing("kubernetes:batch/v1:CronJob", "vault-snapshot", "spec.jobTemplate.spec.activeDeadlineSeconds"),
    ),
    Mutation("workload/rolling-update", "a release is a pause", _api("spec.strategy", {"type": "Recreate"})),
    Mutation("workload/replicas", "there is one API", _api("spec.replicas", 1)),
    Mutation(
        "workload/autoscaler-bounds",
        "at night there is one API",
        chart_setting("HorizontalPodAutoscaler", "cartorio-api", "spec.minReplicas", 1),
    ),
    Mutation(
        "workload/autoscaled",
        "the autoscaler scales another Deployment",
        chart_setting("HorizontalPodAutoscaler", "cartorio-api", "spec.scaleTargetRef.name", "cartorio"),
    ),
    Mutation(
        "workload/disruption-budget",
        "the budget selects other pods",
        chart_setting(
            "PodDisruptionBudget",
            "cartorio-workers",
            'spec.selector.matchLabels["app.kubernetes.io/component"]',
            "worker",
        ),
    ),
    Mutation(
        "workload/disruption-budget", "there is no budget", chart_dropping("PodDisruptionBudget", "cartorio-workers")
    ),
    Mutation(
        "workload/budget-leaves-room",
        "no node with an API on it can be drained",
        chart_setting("PodDisruptionBudget", "cartorio-api", "spec.maxUnavailable", 0),
    ),
    # network
    Mutation("network/no-node-port", "a port on every node", _service("second", type="NodePort")),
    Mutation("network/no-public-load-balancer", "a second way in", _service("second", type="LoadBalancer")),
    Mutation("network/no-external-ips", "the traffic of others", _service("second", externalIPs=["203.0.113.7"])),
    Mutation("network/ingress-tls", "a host without a certificate", _ingress({}, rules=[{"host": "www.example"}])),
    Mutation(
        "network/gateway-tls",
        "a listener in clear text",
        chart_adding(
            {
                "apiVersion": "gateway.networking.k8s.io/v1",
                "kind": "Gateway",
                "metadata": {"name": "second", "namespace": "cartorio"},
                "spec": {"listeners": [{"name": "http", "protocol": "HTTP", "port": 80}]},
            }
        ),
    ),
    Mutation(
        "network/tls-version",
        "TLS 1.0",
        _ingress({"alb.ingress.kubernetes.io/ssl-policy": "ELBSecurityPolicy-2016-08"}),
    ),
    Mutation(
        "network/default-deny",
        "Vault's room is open",
        dropping("kubernetes:networking.k8s.io/v1:NetworkPolicy", "vault-room-deny"),
    ),
    Mutation(
        "network/no-open-policy",
        "the API is open to everybody",
        chart_setting("NetworkPolicy", "cartorio-api", "spec.ingress[0]", {}),
    ),
    Mutation(
        "network/no-open-policy",
        "what applies Git's manifests reaches everything",
        setting("kubernetes:networking.k8s.io/v1:NetworkPolicy", "gitops-room-apis", "spec.egress[0]", {}),
    ),
    Mutation(
        "network/ingress-firewall",
        "a second way in, past the edge's firewall",
        _ingress({"alb.ingress.kubernetes.io/scheme": "internet-facing"}),
    ),
    # storage
    Mutation(
        "storage/encryption", "databases in clear text", removing(_CLASS, "storage-class", "parameters.encrypted")
    ),
    Mutation(
        "storage/retention", "data go with their claim", setting(_CLASS, "storage-class", "reclaimPolicy", "Delete")
    ),
    # namespaces
    Mutation(
        "namespace/quota", "keda may fill the cluster", dropping(f"{_CORE}:ResourceQuota", "scaling-keda-room-quota")
    ),
    Mutation("namespace/limits", "a container may take a node", dropping(f"{_CORE}:LimitRange", "vault-room-limits")),
    Mutation(
        "namespace/pod-security",
        "a namespace that takes any pod",
        removing(
            f"{_CORE}:Namespace", "velero-room-namespace", 'metadata.labels["pod-security.kubernetes.io/enforce"]'
        ),
    ),
    # permissions
    Mutation(
        "rbac/no-cluster-admin",
        "the reconciler may do everything",
        setting(_BINDING, "gitops-reconciler-binding", "roleRef.name", "cluster-admin"),
    ),
    Mutation(
        "rbac/no-everybody",
        "everybody is the reconciler",
        setting(
            _BINDING, "gitops-reconciler-binding", "subjects[0]", {"kind": "Group", "name": "system:authenticated"}
        ),
    ),
    Mutation("rbac/no-wildcards", "all verbs on all resources", _more(["*"], "*")),
    Mutation("rbac/no-escalation", "it binds what it has not", _more(["bind"], "roles", "rbac.authorization.k8s.io")),
    Mutation("rbac/no-secret-listing", "it reads every secret", _more(["list"], "secrets")),
    Mutation("rbac/no-exec", "it gets into pods", _more(["create"], "pods/exec")),
    Mutation("rbac/no-workload-creation", "it makes pods", _more(["create"], "pods")),
    Mutation("rbac/no-node-proxy", "it reaches the kubelets", _more(["get"], "nodes/proxy")),
    Mutation("rbac/no-token-minting", "it makes tokens", _more(["create"], "serviceaccounts/token")),
    Mutation(
        "rbac/no-certificate-approval",
        "it approves certificates",
        _more(["update"], "certificatesigningrequests/approval", "certificates.k8s.io"),
    ),
    Mutation(
        "rbac/no-webhook-control",
        "it rewrites what is written",
        _more(["patch"], "mutatingwebhookconfigurations", "admissionregistration.k8s.io"),
    ),
    Mutation("rbac/no-persistent-volumes", "it makes volumes", _more(["create"], "persistentvolumes")),
    # delivery
    Mutation("delivery/source-verified", "anybody may have pushed", removing(_GIT, "gitops-source", "spec.verify")),
    Mutation(
        "delivery/known-source",
        "a source that somebody made by hand",
        setting(_KUSTOMIZATION, "gitops-guardrails", "spec.sourceRef.name", "mine"),
    ),
    Mutation("delivery/encrypted-source", "Git without TLS", setting(_GIT, "gitops-source", "spec.url", "git://x/y")),
    Mutation(
        "delivery/fixed-reference",
        "whatever was pushed last",
        adding(
            f"kubernetes:source.{_FLUX}:OCIRepository",
            "artifact",
            {
                "apiVersion": f"source.{_FLUX}",
                "kind": "OCIRepository",
                "metadata": {"name": "artifact", "namespace": "flux-system"},
                "spec": {
                    "interval": "5m",
                    "url": "oci://registry.cartorio.internal/cartorio/manifests",
                    "ref": {"tag": "latest"},
                    "verify": {"provider": "cosign", "secretRef": {"name": "key"}},
                },
            },
        ),
    ),
    Mutation("delivery/interval", "once a day", setting(_KUSTOMIZATION, "gitops-guardrails", "spec.interval", "24h")),
    Mutation(
        "delivery/prune", "leftovers stay", setting(_KUSTOMIZATION, "gitops-guardrails", "spec.prune", value=False)
    ),
    Mutation(
        "delivery/not-suspended",
        "forgotten after an incident",
        setting(_KUSTOMIZATION, "gitops-guardrails", "spec.suspend", value=True),
    ),
    Mutation(
        "delivery/chart-version",
        "the newest Vault of the day",
        removing(_RELEASE, "vault-release", "version"),
    ),
    Mutation(
        "delivery/no-chaos",
        "pods are killed in production",
        chart_adding(
            {
                "apiVersion": "chaos-mesh.org/v1alpha1",
                "kind": "PodChaos",
                "metadata": {"name": "kill", "namespace": "cartorio"},
                "spec": {"action": "pod-kill", "mode": "one"},
            }
        ),
    ),
)
