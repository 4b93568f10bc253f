"""What policy-controller's process needs before it starts; that it judges pods: tests/e2e/test_admission.py."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from lab.errors import LabError
from lab.paths import LabPaths
from lab.services import admission
from lab.services.lab import NAMES, TOOLS, tools_of
from lab.services.pki import Pki
from lab.services.service import Site

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.lab import RunningLab

WEBHOOKS = {
    "apiVersion": "admissionregistration.k8s.io/v1",
    "kind": "ValidatingWebhookConfiguration",
    "metadata": {"name": "tests.policy.sigstore.dev"},
    "webhooks": [
        {
            "name": "tests.policy.sigstore.dev",
            "admissionReviewVersions": ["v1"],
            "sideEffects": "None",
            "failurePolicy": "Ignore",
            "clientConfig": {"service": {"name": "webhook", "namespace": "cosign-system"}},
        }
    ],
}
DEFINITION = {
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "x"},
    "spec": {"conversion": {"strategy": "None"}},
}


class _Tools:
    """Tools of which each is a folder with these documents."""

    def __init__(self, folder: Path, *documents: object) -> None:
        self._folder = folder
        (folder / "all.yaml").write_text("\n---\n".join(map(json.dumps, documents)), encoding="utf-8")

    def path(self, _name: str) -> Path:
        return self._folder


def _site(lab: RunningLab, tools: _Tools) -> Site:
    ports = {"kube-apiserver": int(lab.endpoints.kubernetes_url.rpartition(":")[2]), admission.NAME: 4443}
    return Site(lab.paths, tools, Pki(lab.paths.root / "pki", ""), ports)


def test_it_is_no_part_of_make_up_and_nor_is_its_build() -> None:
    assert set(tools_of("admission")) - set(TOOLS) == {
        "policy-controller",
        "crds-policy-controller",
        "policy-controller-webhooks",
    }
    (service,) = admission.ADMISSION
    assert set(service.needs) <= set(NAMES)


def test_all_that_it_listens_on_is_loopback_and_its_keys_are_the_labs(tmp_path: Path) -> None:
    (service,) = admission.ADMISSION
    ports = {name: 5000 + number for number, name in enumerate((*service.ports, "moto"))}
    variables = service.variables(Site(LabPaths(tmp_path, tmp_path), _Tools(tmp_path), Pki(tmp_path, ""), ports))
    assert {name: variables[name] for name in ("WEBHOOK_PORT", "HEALTH_PORT", "METRICS_PROMETHEUS_HOST")} == {
        "WEBHOOK_PORT": "5000",
        "HEALTH_PORT": "5001",
        "METRICS_PROMETHEUS_HOST": "127.0.0.1",
    }
    assert variables["AWS_ENDPOINT_URL"] == "http://127.0.0.1:5004"


def test_its_objects_lead_to_its_port_and_are_applied_again_without_harm(lab: RunningLab, tmp_path: Path) -> None:
    (service,) = admission.ADMISSION
    site = _site(lab, _Tools(tmp_path, WEBHOOKS))
    try:
        for _ in range(2):
            service.prepare(site)
        path = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/tests.policy.sigstore.dev"
        (webhook,) = lab.api().read(path)["webhooks"]
        assert webhook["clientConfig"]["service"]["port"] == 4443
        found = lab.api().read(f"/api/v1/namespaces/{admission.NAMESPACE}/services/webhook")["spec"]
        assert (found["type"], found["externalName"]) == ("ExternalName", "localhost")
        settings = lab.api().read(f"/api/v1/namespaces/{admission.NAMESPACE}/configmaps/config-policy-controller")
        assert settings["data"] == {"no-match-policy": "deny"}
    finally:
        lab.kubectl("delete", "validatingwebhookconfiguration", "tests.policy.sigstore.dev", "--ignore-not-found")
        lab.kubectl("delete", "namespace", admission.NAMESPACE, "--wait=false")


def test_what_the_api_server_does_not_take_is_said(lab: RunningLab, tmp_path: Path) -> None:
    (service,) = admission.ADMISSION
    with pytest.raises(LabError, match="does not take the CustomResourceDefinition x"):
        service.prepare(_site(lab, _Tools(tmp_path, DEFINITION)))
