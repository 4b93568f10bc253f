from __future__ import annotations

import json
import shutil
import subprocess
from typing import Any

import pytest

from components.sections.vault import Vault
from components.vault.files import configuration, custodians, scripts

SETTINGS: dict[str, Any] = {
    "storage": {"storageClass": "encrypted"},
    "resources": {"requests": {"cpu": "250m", "memory": "512Mi"}, "limits": {"cpu": "1", "memory": "1Gi"}},
    "signingKeys": [{"name": "atos", "rotationDays": 90}],
    "databases": [
        {
            "name": "documentos",
            "hosts": "mongo-0:27017",
            "namespace": "dados",
            "adminSecret": "mongo-admin",
            "database": "cartorio",
            "ttlMinutes": 30,
        }
    ],
    "clients": [
        {"name": "api", "namespace": "cartorio", "serviceAccount": "api", "signWith": ["atos"]},
        {"name": "workers", "namespace": "cartorio", "serviceAccount": "workers", "databases": ["documentos"]},
    ],
}


def _files() -> dict[str, str]:
    return configuration(Vault.model_validate_json(json.dumps(SETTINGS)), "vault")


def test_every_role_is_bound_to_one_account_an_audience_and_a_short_life() -> None:
    roles = {name: json.loads(text) for name, text in _files().items() if name.startswith("role-")}
    assert set(roles) == {
        f"role-{name}.json" for name in ("api", "configure", "external-secrets", "snapshot", "workers")
    }
    for name, role in roles.items():
        assert len(role["bound_service_account_names"]) == len(role["bound_service_account_namespaces"]) == 1
        assert role["audience"] == "vault"
        assert f"policy-{role['token_policies'][0]}.hcl" in _files(), name
        assert int(role["token_ttl"].removesuffix("m")) <= 60


def test_a_client_has_what_it_asked_for_and_nothing_else() -> None:
    files = _files()
    assert "transit/sign/atos" in files["policy-api.hcl"]
    assert "database" not in files["policy-api.hcl"]
    assert "database/creds/documentos" in files["policy-workers.hcl"]
    assert "transit" not in files["policy-workers.hcl"]


def test_no_policy_is_as_good_as_root() -> None:
    for name, text in _files().items():
        if name.startswith("policy-"):
            assert 'path "*"' not in text
            assert "auth/token" not in text
            assert "sys/auth" not in text


def test_keys_are_not_exportable_and_rotate() -> None:
    key = json.loads(_files()["transit-atos.json"])
    assert key == {"auto_rotate_period": "2160h", "deletion_allowed": False, "exportable": False}
    assert "type=ecdsa-p256 exportable=false allow_plaintext_backup=false" in scripts()["configure.sh"]


def test_credentials_of_a_database_end() -> None:
    lease = json.loads(_files()["lease-documentos.json"])
    assert (lease["default_ttl"], lease["max_ttl"]) == ("30m", "1440m")
    connection = json.loads(_files()["database-documentos.json"])
    assert connection["connection_url"] == "mongodb://{{username}}:{{password}}@mongo-0:27017/admin?tls=true"
    assert connection["allowed_roles"] == ["documentos"]


def test_without_custodians_there_are_no_keys() -> None:
    assert custodians(Vault.model_validate_json(json.dumps(SETTINGS))) == {}


@pytest.mark.parametrize("name", sorted(scripts()))
def test_scripts_stop_at_the_first_error_and_parse(name: str) -> None:
    text = scripts()[name]
    if name != "login.sh":  # sourced by the others
        assert "set -euo pipefail" in text
    shell = shutil.which("bash")
    assert shell is not None
    assert subprocess.run([shell, "-n"], input=text, text=True, check=False).returncode == 0
    assert "set -x" not in text
    assert 'echo "$VAULT_TOKEN' not in text
