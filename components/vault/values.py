"""Values of Vault's chart, and the servers' configuration in them.

https://developer.hashicorp.com/vault/docs/deploy/kubernetes/helm/configuration and
https://developer.hashicorp.com/vault/docs/configuration.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from components.base import Text
    from components.sections.vault import Pkcs11, Vault

RELEASE = "vault"
TLS_SECRET = "vault-tls"  # noqa: S105 - the name of a Secret
SCRIPTS = "vault-scripts"
API_PORT = 8200
_TLS = "/vault/tls"
_USER, _GROUP = 100, 1000  # of the image
# Uninitialised counts as ready: the Job that initialises Vault comes after the release, and a server that has not
# joined yet is uninitialised too. Sealed does not: it serves nobody.
_READY = "/v1/sys/health?standbyok=true&perfstandbyok=true&uninitcode=204"
_ALIVE = f"{_READY}&sealedcode=204"

POD_SECURITY_CONTEXT: dict[str, Any] = {
    "runAsNonRoot": True,
    "runAsUser": _USER,
    "runAsGroup": _GROUP,
    "fsGroup": _GROUP,
    "seccompProfile": {"type": "RuntimeDefault"},
}
CONTAINER_SECURITY_CONTEXT: dict[str, Any] = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "readOnlyRootFilesystem": True,
}


def dns_names(namespace: str) -> list[str]:
    """Every name that a server is addressed by: the services, and each pod by itself."""
    names = ["localhost"]
    for service in ("vault", "vault-active", "vault-standby", "*.vault-internal"):
        names += [service, f"{service}.{namespace}.svc", f"{service}.{namespace}.svc.cluster.local"]
    return names


def server_config(settings: Vault) -> str:
    """The servers' configuration file, in HCL."""
    return "\n".join([_LISTENER, _storage(settings.replicas), _seal(settings.pkcs11)])


_LISTENER = f"""\
ui = false
# Raft storage: the operating system's page cache would keep locking everything. The nodes have no swap.
disable_mlock = true
default_lease_ttl = "1h"
max_lease_ttl = "768h"

listener "tcp" {{
  address = "[::]:{API_PORT}"
  cluster_address = "[::]:8201"
  tls_disable = false
  tls_min_version = "tls12"
  tls_cert_file = "{_TLS}/tls.crt"
  tls_key_file = "{_TLS}/tls.key"
  tls_client_ca_file = "{_TLS}/ca.crt"
  telemetry {{
    unauthenticated_metrics_access = false
  }}
}}

service_registration "kubernetes" {{}}
"""


def _storage(replicas: int) -> str:
    joins = "".join(
        f"""\
  retry_join {{
    leader_api_addr = "https://vault-{index}.vault-internal:{API_PORT}"
    leader_tls_servername = "vault-{index}.vault-internal"
    leader_ca_cert_file = "{_TLS}/ca.crt"
  }}
"""
        for index in range(replicas)
    )
    return f'storage "raft" {{\n  path = "/vault/data"\n{joins}}}\n'


def _seal(hsm: Pkcs11 | None) -> str:
    if hsm is None:
        # The key and the region come by the environment: the key's ARN is not known before it exists.
        return 'seal "awskms" {}\n'
    place = f'slot = "{hsm.slot}"' if hsm.slot is not None else f'token_label = "{hsm.token_label}"'
    # The PIN comes by the environment: VAULT_HSM_PIN.
    return f"""\
seal "pkcs11" {{
  lib = "{hsm.library}"
  {place}
  key_label = "{hsm.key_label}"
  hmac_key_label = "{hsm.hmac_key_label}"
}}
"""


def vault_values(settings: Vault, *, image: str, region: str, key_arn: Text) -> dict[str, Any]:
    """Values of the chart.

    Args:
        settings: the section.
        image: full reference, by digest.
        region: of the key.
        key_arn: the KMS key that unseals.
    """
    # The chart puts a colon between the two, wherever it is: before a tag or inside a digest.
    repository, tag = _split(image)
    resources = settings.resources.model_dump()
    volumes = [
        {"name": "tls", "secret": {"secretName": TLS_SECRET, "defaultMode": 0o440}},
        {"name": "scripts", "configMap": {"name": SCRIPTS}},
        {"name": "tmp", "emptyDir": {"medium": "Memory", "sizeLimit": "16Mi"}},
    ]
    server: dict[str, Any] = {
        "image": {"repository": repository, "tag": tag},
        "updateStrategyType": "RollingUpdate",
        "logFormat": "json",
        "resources": resources,
        "serviceAccount": {"create": True, "name": RELEASE},
        "extraEnvironmentVars": {
            "VAULT_CACERT": f"{_TLS}/ca.crt",
            "AWS_REGION": region,
            "VAULT_AWSKMS_SEAL_KEY_ID": key_arn,
        },
        "volumes": volumes,
        "volumeMounts": [
            {"name": "tls", "mountPath": _TLS, "readOnly": True},
            {"name": "tmp", "mountPath": "/tmp"},  # noqa: S108 - in the container
        ],
        "shareProcessNamespace": True,
        "extraContainers": [_reloader(image)],
        "readinessProbe": {"enabled": True, "path": _READY, "port": API_PORT},
        "livenessProbe": {"enabled": True, "path": _ALIVE, "port": API_PORT, "initialDelaySeconds": 60},
        "terminationGracePeriodSeconds": 60,
        "topologySpreadConstraints": [
            {
                "maxSkew": 1,
                "minDomains": settings.zones,
                "topologyKey": "topology.kubernetes.io/zone",
                "whenUnsatisfiable": "DoNotSchedule",
                "labelSelector": {
                    "matchLabels": {"app.kubernetes.io/name": "vault", "app.kubernetes.io/instance": RELEASE}
                },
            }
        ],
        "dataStorage": _volume(settings.storage.data, settings.storage.storage_class),
        "auditStorage": _volume(settings.storage.audit, settings.storage.storage_class),
        "persistentVolumeClaimRetentionPolicy": {"whenDeleted": "Retain", "whenScaled": "Retain"},
        "statefulSet": {
            "securityContext": {"pod": POD_SECURITY_CONTEXT, "container": CONTAINER_SECURITY_CONTEXT},
        },
        "standalone": {"enabled": False},
        "ha": {
            "enabled": True,
            "replicas": settings.replicas,
            "raft": {"enabled": True, "setNodeId": True, "config": server_config(settings)},
            "disruptionBudget": {"enabled": True, "maxUnavailable": (settings.replicas - 1) // 2},
        },
    }
    if settings.pkcs11 is not None:
        server["extraSecretEnvironmentVars"] = [
            {"envName": "VAULT_HSM_PIN", "secretName": settings.pkcs11.pin_secret, "secretKey": "pin"}
        ]
        server["enterpriseLicense"] = {"secretName": settings.pkcs11.license_secret, "secretKey": "license"}
    return {
        "fullnameOverride": RELEASE,
        "global": {"enabled": True, "tlsDisable": False},
        # Secrets reach pods by External Secrets or by Vault's API; nothing changes pods on their way.
        "injector": {"enabled": False},
        "csi": {"enabled": False},
        "ui": {"enabled": False},
        "server": server,
    }


def _split(image: str) -> tuple[str, str]:
    """`name:tag@sha256:hex` as name and the rest; `name@sha256:hex`, which has no tag, as `name@sha256` and the hex."""
    name, at, digest = image.partition("@")
    if ":" in name.rpartition("/")[2]:
        repository, _, tag = name.rpartition(":")
        return repository, f"{tag}{at}{digest}"
    algorithm, _, hexadecimal = digest.partition(":")
    return f"{name}@{algorithm}", hexadecimal


def _volume(size: str, storage_class: str) -> dict[str, Any]:
    return {"enabled": True, "size": size, "storageClass": storage_class}


def _reloader(image: str) -> dict[str, Any]:
    return {
        "name": "reload-certificate",
        "image": image,
        "command": ["/bin/sh", "/scripts/reload.sh"],
        "volumeMounts": [
            {"name": "tls", "mountPath": _TLS, "readOnly": True},
            {"name": "scripts", "mountPath": "/scripts", "readOnly": True},
        ],
        "resources": {
            "requests": {"cpu": "5m", "memory": "16Mi"},
            "limits": {"cpu": "50m", "memory": "32Mi"},
        },
        "securityContext": CONTAINER_SECURITY_CONTEXT,
    }
