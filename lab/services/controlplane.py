"""The Kubernetes control plane: etcd, API server, controllers, scheduler, and kwok in the kubelets' place.

The flags follow the CIS benchmark (1.2 API server, 1.3 controller manager, 1.4 scheduler, 2 etcd) where a lab on
loopback can: https://www.cisecurity.org/benchmark/kubernetes
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from lab.errors import LabError
from lab.services import kubeconfig
from lab.services.client import Client, NotReady, tls
from lab.services.files import private_folder, write_private
from lab.services.pki import CLUSTER_CA, ETCD_CA, TOKENS
from lab.services.ports import LOOPBACK
from lab.services.service import Service, Site

if TYPE_CHECKING:
    from pathlib import Path

# Requests are logged without bodies: bodies of Secrets are secrets. Leases, events and probes tell nothing.
_AUDIT_POLICY = {
    "apiVersion": "audit.k8s.io/v1",
    "kind": "Policy",
    "omitStages": ["RequestReceived"],
    "rules": [
        {"level": "None", "nonResourceURLs": ["/healthz*", "/livez*", "/readyz*", "/version", "/openapi*"]},
        {"level": "None", "resources": [{"group": "coordination.k8s.io", "resources": ["leases"]}]},
        {"level": "None", "resources": [{"group": "", "resources": ["events"]}]},
        {"level": "None", "users": ["system:apiserver"], "verbs": ["get", "list", "watch"]},
        {"level": "Metadata"},
    ],
}

# Pods become Ready at once, and end as soon as they are deleted; nodes renew their leases.
_STAGES = (
    "node/fast/node-initialize.yaml",
    "node/heartbeat-with-lease/node-heartbeat-with-lease.yaml",
    "pod/fast/pod-ready.yaml",
    "pod/fast/pod-complete.yaml",
    "pod/fast/pod-delete.yaml",
)


def api(site: Site, *, timeout: float = 5.0) -> Client:
    """The API server, as the lab's administrator."""
    return Client(site.ports["kube-apiserver"], tls(site.pki, CLUSTER_CA, "admin"), timeout=timeout)


def server_url(site: Site) -> str:
    """The API server's address."""
    return f"https://{LOOPBACK}:{site.ports['kube-apiserver']}"


def _etcd_prepare(site: Site) -> None:
    private_folder(site.data("etcd"))


def _etcd(site: Site) -> tuple[str, ...]:
    client = f"https://{LOOPBACK}:{site.ports['etcd']}"
    peer = f"https://{LOOPBACK}:{site.ports['etcd-peer']}"
    return (
        site.tool("etcd"),
        "--name=lab",
        f"--data-dir={site.data('etcd')}",
        f"--listen-client-urls={client}",
        f"--advertise-client-urls={client}",
        f"--listen-peer-urls={peer}",
        f"--initial-advertise-peer-urls={peer}",
        f"--initial-cluster=lab={peer}",
        f"--trusted-ca-file={site.pki.certificate(ETCD_CA)}",
        f"--cert-file={site.pki.certificate('etcd')}",
        f"--key-file={site.pki.key('etcd')}",
        "--client-cert-auth",
        f"--peer-trusted-ca-file={site.pki.certificate(ETCD_CA)}",
        f"--peer-cert-file={site.pki.certificate('etcd')}",
        f"--peer-key-file={site.pki.key('etcd')}",
        "--peer-client-cert-auth",
        # What a killed process has written survives in the kernel's page cache; only a crash of the whole machine
        # could lose it, and then the lab's other processes are gone as well. Syncing would cost most of the start.
        "--unsafe-no-fsync",
        "--auto-compaction-mode=periodic",
        "--auto-compaction-retention=30m",
        "--log-level=warn",
    )


def _etcd_probe(site: Site) -> None:
    client = Client(site.ports["etcd"], tls(site.pki, ETCD_CA, "etcd-client"))
    if client.read("/health").get("health") != "true":
        raise NotReady("etcd has no leader yet")


def _apiserver_prepare(site: Site) -> None:
    private_folder(site.config("audit.json").parent)
    write_private(site.config("audit.json"), json.dumps(_AUDIT_POLICY, indent=2).encode())
    # Before it answers, so that whoever waits for the file's owner finds it; the port is chosen already.
    kubeconfig.write(site.paths.kubeconfig, site.pki, party="admin", server=server_url(site))


def _apiserver(site: Site) -> tuple[str, ...]:
    return (
        site.tool("kube-apiserver"),
        f"--bind-address={LOOPBACK}",
        f"--secure-port={site.ports['kube-apiserver']}",
        f"--tls-cert-file={site.pki.certificate('kube-apiserver')}",
        f"--tls-private-key-file={site.pki.key('kube-apiserver')}",
        "--tls-min-version=VersionTLS13",
        f"--client-ca-file={site.pki.certificate(CLUSTER_CA)}",
        "--anonymous-auth=false",
        "--authorization-mode=Node,RBAC",
        "--enable-admission-plugins=NodeRestriction",
        "--profiling=false",
        f"--etcd-servers=https://{LOOPBACK}:{site.ports['etcd']}",
        f"--etcd-cafile={site.pki.certificate(ETCD_CA)}",
        f"--etcd-certfile={site.pki.certificate('etcd-client')}",
        f"--etcd-keyfile={site.pki.key('etcd-client')}",
        "--service-cluster-ip-range=10.96.0.0/16",
        # A loopback address may not be an endpoint, so the `kubernetes` service keeps none.
        "--endpoint-reconciler-type=none",
        "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
        f"--service-account-key-file={site.pki.tokens_public}",
        f"--service-account-signing-key-file={site.pki.key(TOKENS)}",
        f"--audit-policy-file={site.config('audit.json')}",
        f"--audit-log-path={site.paths.logs / 'audit.log'}",
        "--audit-log-maxsize=20",
        "--audit-log-maxbackup=1",
        # The controllers' watches would otherwise be waited for when it is told to end.
        "--shutdown-watch-termination-grace-period=0s",
    )


def _apiserver_probe(site: Site) -> None:
    api(site).expect("/readyz")


def _component_kubeconfig(site: Site, name: str) -> Path:
    return site.config(f"{name}.kubeconfig")


def _write_component_kubeconfig(site: Site, name: str) -> None:
    kubeconfig.write(_component_kubeconfig(site, name), site.pki, party=name, server=server_url(site))


def _component(site: Site, name: str) -> tuple[str, ...]:
    return (
        site.tool(name),
        f"--kubeconfig={_component_kubeconfig(site, name)}",
        f"--bind-address={LOOPBACK}",
        f"--secure-port={site.ports[name]}",
        f"--tls-cert-file={site.pki.certificate(name)}",
        f"--tls-private-key-file={site.pki.key(name)}",
        "--tls-min-version=VersionTLS13",
        "--profiling=false",
        # There is one of each: an election would only delay a restart until the dead one's lease has ended.
        "--leader-elect=false",
        # The usual limits (20 requests a second for the controllers) alone would make the start 4 s longer, and the end
        # of a namespace, for which each kind of object is asked for, as long again.
        "--kube-api-qps=2000",
        "--kube-api-burst=4000",
    )


def _component_probe(site: Site, name: str) -> None:
    Client(site.ports[name], tls(site.pki, CLUSTER_CA, name)).expect("/healthz")


def _controllers(site: Site) -> tuple[str, ...]:
    return (
        *_component(site, "kube-controller-manager"),
        "--use-service-account-credentials",
        f"--root-ca-file={site.pki.certificate(CLUSTER_CA)}",
        f"--service-account-private-key-file={site.pki.key(TOKENS)}",
        f"--cluster-signing-cert-file={site.pki.certificate(CLUSTER_CA)}",
        f"--cluster-signing-key-file={site.pki.key(CLUSTER_CA)}",
    )


def _controllers_probe(site: Site) -> None:
    _component_probe(site, "kube-controller-manager")
    # Healthy comes before working: the first pod needs this account, and only a running controller makes it.
    api(site).expect("/api/v1/namespaces/default/serviceaccounts/default")


def _scheduler(site: Site) -> tuple[str, ...]:
    return _component(site, "kube-scheduler")


def _kwok(site: Site) -> tuple[str, ...]:
    return (
        site.tool("kwok"),
        f"--kubeconfig={_component_kubeconfig(site, 'kwok')}",
        "--manage-all-nodes",
        f"--server-address={LOOPBACK}:{site.ports['kwok']}",
        "--node-lease-duration-seconds=40",
        "--cidr=10.64.0.0/14",
        *(f"--config={stage}" for stage in _stages(site)),
    )


def _stages(site: Site) -> tuple[Path, ...]:
    folder = site.tools.path("kwok-stages")
    stages = tuple(folder / name for name in _STAGES)
    for stage in stages:
        if not stage.is_file():
            raise LabError(
                "a stage that kwok needs is missing",
                where=str(stage),
                remedy="run `cartorio toolchain`: the stages come with kwok's module",
            )
    return stages


def _kwok_probe(site: Site) -> None:
    Client(site.ports["kwok"], None).expect("/healthz")


CONTROL_PLANE = (
    Service("etcd", (), ("etcd", "etcd-peer"), _etcd, ("etcd",), _etcd_probe, _etcd_prepare),
    Service(
        "kube-apiserver",
        ("etcd",),
        ("kube-apiserver",),
        _apiserver,
        ("kube-apiserver",),
        _apiserver_probe,
        _apiserver_prepare,
        deadline=120.0,
    ),
    Service(
        "kube-controller-manager",
        ("kube-apiserver",),
        ("kube-controller-manager",),
        _controllers,
        ("kube-controller-manager",),
        _controllers_probe,
        lambda site: _write_component_kubeconfig(site, "kube-controller-manager"),
    ),
    Service(
        "kube-scheduler",
        ("kube-apiserver",),
        ("kube-scheduler",),
        _scheduler,
        ("kube-scheduler",),
        lambda site: _component_probe(site, "kube-scheduler"),
        lambda site: _write_component_kubeconfig(site, "kube-scheduler"),
    ),
    Service(
        "kwok",
        ("kube-apiserver",),
        ("kwok",),
        _kwok,
        ("kwok", "kwok-stages"),
        _kwok_probe,
        lambda site: _write_component_kubeconfig(site, "kwok"),
        scheme="http",
    ),
)
