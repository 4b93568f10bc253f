"""Stack files that are wrong: each as a change to a good one, and what has to be said about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.support.edge import EDGE
from tests.support.stackfiles import DIGEST, RELEASE

API = "cartorio:workload/api"
NAMESPACE = "cartorio:tenancy/namespaces/0"
TRAIL = {"lockMode": "GOVERNANCE", "lockDays": 30}
ELSEWHERE = "arn:aws:secretsmanager:us-east-1:123456789012:secret:ecr-pullthroughcache/ghcr-a1b2c3"


@dataclass(frozen=True)
class Bad:
    """A change to a good stack file, and what has to be said about it: paths with a piece of the message."""

    name: str
    changes: dict[str, Any]
    expected: dict[str, str]
    release: object = field(default_factory=lambda: RELEASE)
    secrets: frozenset[str] = frozenset()


BAD = [
    Bad("unknown area", {"cartorio:worklaod": {}}, {"cartorio:worklaod": "did you mean 'workload'?"}),
    Bad("missing area", {"cartorio:audit": None}, {"cartorio:audit": "is required"}),
    Bad("missing profile", {"cartorio:profile": None}, {"cartorio:profile": "is required"}),
    Bad("unknown profile", {"cartorio:profile": "prod"}, {"cartorio:profile": "'local', 'staging' or 'producao'"}),
    Bad("an area that is a text", {"cartorio:aws": "sa-east-1"}, {"cartorio:aws": "must be a mapping"}),
    Bad("an area that is a list", {"cartorio:aws": []}, {"cartorio:aws": "must be an object"}),
    Bad("protect is not yes or no", {"cartorio:protect": "maybe"}, {"cartorio:protect": "true or false"}),
    Bad("protect is a number", {"cartorio:protect": 1}, {"cartorio:protect": "valid boolean"}),
    Bad("unknown setting", {f"{API}/replica": 3}, {"cartorio:workload.api.replica": "did you mean 'replicas'?"}),
    Bad("snake case", {f"{API}/drain_seconds": 3}, {"cartorio:workload.api.drain_seconds": "'drainSeconds'"}),
    Bad("missing setting", {f"{API}/replicas/max": None}, {"cartorio:workload.api.replicas.max": "is required"}),
    Bad(
        "text for a number",
        {f"{API}/replicas/min": "2"},
        {"cartorio:workload.api.replicas.min": "valid integer; it is '2'"},
    ),
    Bad(
        "one replica", {f"{API}/replicas/min": 1}, {"cartorio:workload.api.replicas.min": "greater than or equal to 2"}
    ),
    Bad(
        "max below min",
        {f"{API}/replicas": {"min": 4, "max": 3}},
        {"cartorio:workload.api.replicas.max": "at least min (4)"},
    ),
    Bad(
        "limits below requests",
        {f"{API}/resources/limits/memory": "1Mi"},
        {"cartorio:workload.api.resources.limits": "memory is 1Mi here and 64Mi there"},
    ),
    Bad(
        "decimal memory",
        {f"{API}/resources/limits/memory": "64M"},
        {"cartorio:workload.api.resources.limits.memory": "binary"},
    ),
    Bad(
        "number for CPU",
        {f"{API}/resources/limits/cpu": 1},
        {"cartorio:workload.api.resources.limits.cpu": "valid string"},
    ),
    Bad(
        "grace shorter than drain",
        {f"{API}/drainSeconds": 60},
        {"cartorio:workload.api.terminationGracePeriodSeconds": "at least drainSeconds (60)"},
    ),
    Bad("variable twice", {f"{API}/env": [{"name": "A", "value": ""}] * 2}, {"cartorio:workload.api.env": "'A' twice"}),
    Bad(
        "workload elsewhere",
        {"cartorio:workload/namespace": "other"},
        {"cartorio:workload.namespace": "one of tenancy.namespaces"},
    ),
    Bad("workload above its quota", {f"{NAMESPACE}/quota/pods": 9}, {"cartorio:workload": "pods reaches 10 of 9"}),
    Bad(
        "workload above its memory",
        {f"{NAMESPACE}/quota/requests/memory": "512Mi"},
        {"cartorio:workload": "requests.memory (bytes) reaches 671088640 of 536870912"},
    ),
    Bad(
        "the whole internet",
        {"cartorio:workload/datastores": [{"name": "x", "cidr": "0.0.0.0/0", "ports": [1]}]},
        {"cartorio:workload.datastores[0].cidr": "whole internet"},
    ),
    Bad(
        "host bits",
        {"cartorio:workload/datastores": [{"name": "x", "cidr": "10.0.0.1/8", "ports": [0]}]},
        {"cartorio:workload.datastores[0].cidr": "host bits", "cartorio:workload.datastores[0].ports[0]": "equal to 1"},
    ),
    Bad("no namespaces", {"cartorio:tenancy/namespaces": []}, {"cartorio:tenancy.namespaces": "at least 1 of them"}),
    Bad(
        "kube-system", {f"{NAMESPACE}/name": "kube-system"}, {"cartorio:tenancy.namespaces[0].name": "Kubernetes keeps"}
    ),
    Bad("bad namespace", {f"{NAMESPACE}/name": "Cartorio"}, {"cartorio:tenancy.namespaces[0].name": "DNS label"}),
    Bad(
        "quota limits below requests",
        {f"{NAMESPACE}/quota/limits/cpu": "1"},
        {"cartorio:tenancy.namespaces[0].quota.limits": "cpu is 1 here and 4 there"},
    ),
    Bad(
        "default above maximum",
        {f"{NAMESPACE}/containerLimits/maximum/cpu": "100m"},
        {"cartorio:tenancy.namespaces[0].containerLimits.maximum": "at least defaultLimit"},
    ),
    Bad("region", {"cartorio:aws/region": "brazil"}, {"cartorio:aws.region": "sa-east-1"}),
    Bad("account as a number", {"cartorio:aws/accounts": [123456789012]}, {"cartorio:aws.accounts[0]": "valid string"}),
    Bad(
        "wildcard principal",
        {"cartorio:keys/administrators": ["arn:aws:iam::123456789012:role/*"]},
        {"cartorio:keys.administrators[0]": "without wildcards"},
    ),
    Bad(
        "administrator who uses",
        {
            "cartorio:keys/administrators": ["arn:aws:iam::123456789012:role/a"],
            "cartorio:keys/users": [{"purpose": "envelope", "principals": ["arn:aws:iam::123456789012:role/a"]}],
        },
        {"cartorio:keys.users": "the two roles are apart"},
    ),
    Bad(
        "unknown purpose",
        {"cartorio:keys/users": [{"purpose": "x", "principals": []}]},
        {
            "cartorio:keys.users[0].purpose": "'release-signing' or 'pulumi-secrets'",
            "cartorio:keys.users[0].principals": "at least 1",
        },
    ),
    Bad(
        "deletion window",
        {"cartorio:keys/deletionWindowDays": 6},
        {"cartorio:keys.deletionWindowDays": "equal to 7; it is 6"},
    ),
    Bad(
        "registry with a scheme",
        {"cartorio:supply/registries": ["https://registry.cartorio.internal/cartorio"]},
        {"cartorio:supply.registries[0]": "no scheme"},
    ),
    Bad(
        "registry twice",
        {"cartorio:supply/registries": ["registry.cartorio.internal/cartorio"] * 2},
        {"cartorio:supply.registries": "twice"},
    ),
    Bad(
        "retention that AWS does not have",
        {"cartorio:audit/retentionDays": 2},
        {"cartorio:audit.retentionDays": "1, 3, 5"},
    ),
    Bad(
        "versions removed while locked",
        {"cartorio:data/evidence/lockDays": 30},
        {"cartorio:data.evidence.noncurrentDays": "at least lockDays (30)"},
    ),
    Bad(
        "protected and destroyable",
        {"cartorio:protect": True},
        {"cartorio:data.evidence.forceDestroy": "must be false"},
    ),
    Bad(
        "default providers",
        {"pulumi:disable-default-providers": None},
        {"pulumi:disable-default-providers": 'must be ["*"]'},
    ),
    Bad("an encrypted setting", {}, {"cartorio:aws": "must not be encrypted"}, secrets=frozenset({"cartorio:aws"})),
    Bad("release outside the project", {"cartorio:release": "../release.json"}, {"cartorio:release": "inside it"}),
    Bad("no release file", {}, {".lab/release.json": "does not exist"}, release=None),
    Bad("broken release file", {}, {".lab/release.json": "can be trusted"}, release="{"),
    Bad(
        "an image without a digest",
        {},
        {"images.api": "by digest"},
        release={**RELEASE, "images": {**RELEASE["images"], "api": "registry.cartorio.internal/cartorio/api:1"}},
    ),
    Bad(
        "an image from elsewhere",
        {},
        {"images.workers": "one of cartorio:supply.registries"},
        release={
            **RELEASE,
            "images": {**RELEASE["images"], "workers": f"registry.cartorio.internal/cartorio-x/w@sha256:{DIGEST}"},
        },
    ),
    Bad(
        "a cache of a registry that ECR does not know",
        {"cartorio:supply/pullThrough": [{"upstream": "evil.example", "prefix": "mirror/evil"}]},
        {"cartorio:supply.pullThrough[0].upstream": "'registry.k8s.io' or 'quay.io'"},
    ),
    Bad(
        "a cache without the credentials that its source wants",
        {"cartorio:supply/pullThrough": [{"upstream": "ghcr.io", "prefix": "mirror/ghcr.io"}]},
        {"cartorio:supply.pullThrough[0].credentials": "is needed for upstream 'ghcr.io'"},
    ),
    Bad(
        "a token where its secret belongs",
        {
            "cartorio:supply/pullThrough": [
                {"upstream": "ghcr.io", "prefix": "mirror/ghcr.io", "credentials": "user:it"}
            ]
        },
        {"cartorio:supply.pullThrough[0].credentials": "the ARN of a secret in Secrets Manager"},
    ),
    Bad(
        "credentials of another region",
        {
            "cartorio:supply/pullThrough": [
                {"upstream": "ghcr.io", "prefix": "mirror/ghcr.io", "credentials": ELSEWHERE}
            ]
        },
        {"cartorio:supply.pullThrough[0].credentials": "a secret of the stack's region (sa-east-1)"},
    ),
    Bad(
        "a cache over the repositories that are ours",
        {"cartorio:supply/pullThrough": [{"upstream": "quay.io", "prefix": "cartorio"}]},
        {"cartorio:supply.pullThrough[0].prefix": "'cartorio/app' would be one of quay.io"},
    ),
    Bad(
        "two caches in one place",
        {
            "cartorio:supply/pullThrough": [
                {"upstream": "quay.io", "prefix": "mirror/it"},
                {"upstream": "registry.k8s.io", "prefix": "mirror/it"},
            ]
        },
        {"cartorio:supply.pullThrough": "names the prefix 'mirror/it' twice"},
    ),
    Bad(
        "a cache's name with capitals",
        {"cartorio:supply/pullThrough": [{"upstream": "quay.io", "prefix": "Mirror"}]},
        {"cartorio:supply.pullThrough[0].prefix": "beginning of repositories' names"},
    ),
    Bad(
        "copies of images where they are already",
        {"cartorio:supply/replication": {"region": "sa-east-1"}},
        {"cartorio:supply.replication.region": "another region than aws.region (sa-east-1)"},
    ),
    Bad(
        "images of an account that is a name",
        {"cartorio:supply/acceptFrom": ["staging"]},
        {"cartorio:supply.acceptFrom[0]": "twelve digits"},
    ),
    Bad(
        "the cluster's audit without a trail",
        {"cartorio:audit/kubernetes": {}},
        {"cartorio:audit.kubernetes": "needs trail"},
    ),
    Bad(
        "the audit of a cluster that is not the stack's own",
        {"cartorio:audit/trail": TRAIL, "cartorio:audit/kubernetes": {}},
        {"cartorio:audit.kubernetes": "needs cartorio:cluster.eks"},
    ),
    Bad(
        "entries that wait for an hour",
        {"cartorio:audit/trail": TRAIL, "cartorio:audit/kubernetes": {"bufferSeconds": 3600}},
        {"cartorio:audit.kubernetes.bufferSeconds": "less than or equal to 900"},
    ),
    Bad(
        "queries kept for a time that AWS does not have",
        {"cartorio:edge": {**EDGE, "queryLogRetentionDays": 2}},
        {"cartorio:edge.queryLogRetentionDays": "1, 3, 5"},
    ),
    Bad(
        "signed, perhaps",
        {"cartorio:edge": {**EDGE, "dnssec": "yes"}},
        {"cartorio:edge.dnssec": "valid boolean"},
    ),
    Bad(
        "everything at once",
        {
            "cartorio:audit/retentionDays": 2,
            "cartorio:extra": "x",
            f"{API}/replicas/min": 1,
            "cartorio:workload/workers/replicas": {"min": 9, "max": 2},
            "cartorio:release": "nowhere.json",
            "pulumi:disable-default-providers": [],
        },
        {
            "pulumi:disable-default-providers": "must be",
            "cartorio:audit.retentionDays": "1, 3, 5",
            "cartorio:extra": "is not a setting",
            "cartorio:workload.api.replicas.min": "equal to 2",
            "cartorio:workload.workers.replicas.max": "at least min (9)",
            "nowhere.json": "does not exist",
        },
        release=None,
    ),
]
