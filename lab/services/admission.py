"""sigstore's policy-controller in the lab: the webhook that judges pods by ClusterImagePolicy, as a process.

It is not part of `make up`: no stack needs it to come up, and building it takes minutes. `cartorio lab up --with
admission` starts it. What it registers itself by are its own module's objects; its chart's Deployment is this
process. The API server finds it under its Service's name, which stands for loopback (`ExternalName`,
https://kubernetes.io/docs/concepts/services-networking/service/#externalname). Namespaces labelled
`policy.sigstore.dev/include=true` are judged; there, an image that no policy is about is refused.
"""

from __future__ import annotations

import http.client
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from lab.errors import LabError
from lab.services import controlplane, kubeconfig
from lab.services.client import Client, NotReady
from lab.services.files import private_folder
from lab.services.ports import LOOPBACK
from lab.services.service import Service, Site

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lab.services.client import Client as Api

NAME = "policy-controller"
NAMESPACE = "cosign-system"
_SERVICE = "webhook"
_TOOLS = (NAME, "crds-policy-controller", "policy-controller-webhooks")
_PORTS = (NAME, f"{NAME}-health", f"{NAME}-metrics", f"{NAME}-profiling")
_APPLY = "application/apply-patch+yaml"
_REGISTERED = "/apis/admissionregistration.k8s.io/v1"
_PLURALS = {
    "Namespace": "/api/v1/namespaces",
    "ConfigMap": f"/api/v1/namespaces/{NAMESPACE}/configmaps",
    "Secret": f"/api/v1/namespaces/{NAMESPACE}/secrets",
    "Service": f"/api/v1/namespaces/{NAMESPACE}/services",
    "CustomResourceDefinition": "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
    "MutatingWebhookConfiguration": f"{_REGISTERED}/mutatingwebhookconfigurations",
    "ValidatingWebhookConfiguration": f"{_REGISTERED}/validatingwebhookconfigurations",
}
_SETTINGS: Mapping[str, Mapping[str, str]] = {
    # An image that no policy is about is refused: its default, said aloud.
    "config-policy-controller": {"no-match-policy": "deny"},
    "config-image-policies": {},
    "config-sigstore-keys": {},
    "config-leader-election": {},
    "config-logging": {},
    "config-observability": {},
}


def _objects(site: Site) -> Iterator[dict[str, Any]]:
    """What its chart would have made, apart from its pods and their rights."""
    own = {"namespace": NAMESPACE}
    yield {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}
    for name, data in _SETTINGS.items():
        yield {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, **own}, "data": dict(data)}
    yield {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": _SERVICE, **own},
        "spec": {"type": "ExternalName", "externalName": "localhost"},
    }
    port = site.ports[NAME]
    for item in _TOOLS[1:]:
        for file in sorted(Path(site.tool(item)).rglob("*.yaml")):
            for document in yaml.safe_load_all(file.read_text(encoding="utf-8")):
                if document:
                    yield _at(document, port)


def _at(document: dict[str, Any], port: int) -> dict[str, Any]:
    """The object with the process's port wherever it names the Service."""
    if document["kind"] == "CustomResourceDefinition":
        webhook = document["spec"].get("conversion", {}).get("webhook")
        clients = [webhook["clientConfig"]] if webhook else []
    else:
        clients = [webhook["clientConfig"] for webhook in document.get("webhooks", ())]
    for client in clients:
        client["service"]["port"] = port
    return document


def _prepare(site: Site) -> None:
    private_folder(site.data(NAME))
    kubeconfig.write(_kubeconfig(site), site.pki, party="admin", server=controlplane.server_url(site))
    api = controlplane.api(site, timeout=30.0)
    for document in _objects(site):
        _apply(api, document)


def _apply(api: Api, document: dict[str, Any]) -> None:
    name = document["metadata"]["name"]
    path = f"{_PLURALS[document['kind']]}/{name}?fieldManager=cartorio-lab&force=true"
    status, answer = api.request("PATCH", path, document, content_type=_APPLY)
    if status not in {http.client.OK, http.client.CREATED}:
        raise LabError(
            f"the API server does not take the {document['kind']} {name} ({status}): {answer.decode(errors='replace')}",
            remedy="see `cartorio lab logs kube-apiserver`",
        )


def _kubeconfig(site: Site) -> Path:
    return site.config(f"{NAME}.kubeconfig")


def _variables(site: Site) -> Mapping[str, str]:
    return {
        "KUBECONFIG": str(_kubeconfig(site)),
        "HOME": str(site.data(NAME)),
        "SYSTEM_NAMESPACE": NAMESPACE,
        "WEBHOOK_NAME": _SERVICE,
        "WEBHOOK_PORT": str(site.ports[NAME]),
        "HEALTH_PORT": str(site.ports[f"{NAME}-health"]),
        "METRICS_DOMAIN": "sigstore.dev/policy",
        "METRICS_PROMETHEUS_HOST": LOOPBACK,
        "METRICS_PROMETHEUS_PORT": str(site.ports[f"{NAME}-metrics"]),
        "PROFILING_PORT": str(site.ports[f"{NAME}-profiling"]),
        # Keys that a policy names in KMS are in the lab's, which takes any credentials.
        "AWS_ENDPOINT_URL": f"http://{LOOPBACK}:{site.ports['moto']}",
        "AWS_REGION": "sa-east-1",
        "AWS_ACCESS_KEY_ID": "lab",
        "AWS_SECRET_ACCESS_KEY": "lab",
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def _command(site: Site) -> tuple[str, ...]:
    return (site.tool(NAME), "--disable-tuf")


def _probe(site: Site) -> None:
    """It answers, and has told the API server by which certificate it is known and what it judges."""
    Client(site.ports[f"{NAME}-health"], None).expect("/readiness")
    api = controlplane.api(site)
    for kind in ("validating", "mutating"):
        found = api.read(f"{_REGISTERED}/{kind}webhookconfigurations/policy.sigstore.dev")
        for webhook in found["webhooks"]:
            if not webhook["clientConfig"].get("caBundle") or not webhook.get("rules"):
                raise NotReady(f"it has not registered itself: {json.dumps(webhook['name'])}")


ADMISSION = (
    Service(
        NAME,
        ("kube-apiserver", "moto", "registry"),
        _PORTS,
        _command,
        _TOOLS,
        _probe,
        _prepare,
        variables=_variables,
    ),
)
