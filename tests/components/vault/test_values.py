from __future__ import annotations

import json
from typing import Any

import pytest

from components.sections.vault import Vault
from components.vault.values import dns_names, server_config, vault_values

BASE: dict[str, Any] = {
    "replicas": 5,
    "storage": {"storageClass": "encrypted"},
    "resources": {"requests": {"cpu": "250m", "memory": "512Mi"}, "limits": {"cpu": "1", "memory": "1Gi"}},
}
HSM = {
    "image": f"registry.example.org/vault-enterprise@sha256:{'a' * 64}",
    "licenseSecret": "vault-license",
    "library": "/usr/lib/hsm.so",
    "tokenLabel": "cartorio",
    "keyLabel": "vault",
    "hmacKeyLabel": "vault-hmac",
    "pinSecret": "hsm-pin",
}
IMAGE = f"docker.io/hashicorp/vault:1.21.4@sha256:{'b' * 64}"


def _settings(**more: object) -> Vault:
    return Vault.model_validate_json(json.dumps({**BASE, **more}))


def _values(image: str = IMAGE, **more: object) -> dict[str, Any]:
    return vault_values(_settings(**more), image=image, region="sa-east-1", key_arn="arn:key")


def test_tls_is_never_off() -> None:
    config = server_config(_settings())
    assert 'tls_min_version = "tls12"' in config
    assert "tls_disable = false" in config
    assert _values()["global"]["tlsDisable"] is False
    assert "http://" not in config


def test_servers_find_each_other_by_name_and_check_it() -> None:
    config = server_config(_settings())
    assert config.count("retry_join {") == 5
    assert config.count("leader_ca_cert_file") == 5
    for index in range(5):
        assert f'leader_tls_servername = "vault-{index}.vault-internal"' in config


def test_kms_unseals_by_default() -> None:
    assert 'seal "awskms"' in server_config(_settings())
    environment = _values()["server"]["extraEnvironmentVars"]
    assert environment["VAULT_AWSKMS_SEAL_KEY_ID"] == "arn:key"
    assert "extraSecretEnvironmentVars" not in _values()["server"]


@pytest.mark.parametrize(("place", "line"), [({}, 'token_label = "cartorio"'), ({"slot": 0}, 'slot = "0"')])
def test_an_hsm_unseals_with_a_pin_from_a_secret(place: dict[str, int], line: str) -> None:
    hsm = {**HSM, **place}
    if place:
        del hsm["tokenLabel"]
    config = server_config(_settings(pkcs11=hsm))
    assert 'seal "pkcs11"' in config
    assert line in config
    assert "pin " not in config
    (pin,) = _values(pkcs11=hsm)["server"]["extraSecretEnvironmentVars"]
    assert pin == {"envName": "VAULT_HSM_PIN", "secretName": "hsm-pin", "secretKey": "pin"}
    assert _values(pkcs11=hsm)["server"]["enterpriseLicense"]["secretName"] == "vault-license"


@pytest.mark.parametrize("image", [IMAGE, HSM["image"], f"localhost:5000/vault@sha256:{'c' * 64}"])
def test_the_chart_puts_the_image_together_as_it_was(image: str) -> None:
    told = _values(image)["server"]["image"]
    assert f"{told['repository']}:{told['tag']}" == image


def test_uninitialised_is_ready_and_sealed_is_not() -> None:
    server = _values()["server"]
    assert "uninitcode=204" in server["readinessProbe"]["path"]
    assert "sealedcode" not in server["readinessProbe"]["path"]
    assert "sealedcode=204" in server["livenessProbe"]["path"]


def test_servers_spread_over_zones_and_a_majority_stays_up() -> None:
    server = _values()["server"]
    (spread,) = server["topologySpreadConstraints"]
    assert (spread["whenUnsatisfiable"], spread["minDomains"]) == ("DoNotSchedule", 3)
    assert server["ha"]["disruptionBudget"]["maxUnavailable"] == 2


def test_names_cover_services_and_single_servers() -> None:
    names = dns_names("vault")
    assert "*.vault-internal" in names
    assert "vault-active.vault.svc.cluster.local" in names
    assert len(names) == len(set(names))
