"""What Vault's jobs read: the committed scripts and policies, and what follows from the stack's file.

The files of the configuration are named `<kind>-<name>.<ending>`; `scripts/configure.sh` goes through them by kind.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from components.sections.vault import Client, Database, SigningKey, Vault

_HERE = Path(__file__).parent
AUDIENCE = "vault"
_HOURS = 24


def scripts() -> dict[str, str]:
    """The scripts, by file name."""
    return {file.name: file.read_text(encoding="utf-8") for file in sorted((_HERE / "scripts").glob("*.sh"))}


def custodians(settings: Vault) -> dict[str, str]:
    """The custodians' public keys, by file name; their order is that of the shares."""
    return {
        f"{index:02}-{custodian.name}.asc": f"{custodian.pgp_key}\n"
        for index, custodian in enumerate(settings.recovery.custodians)
    }


def configuration(settings: Vault, namespace: str) -> dict[str, str]:
    """Policies, roles, keys and databases, by file name.

    Args:
        settings: the section.
        namespace: Vault's own.
    """
    files = {
        f"policy-{file.stem}.hcl": file.read_text(encoding="utf-8") for file in sorted((_HERE / "policies").glob("*"))
    }
    files["role-configure.json"] = _role("configure", namespace, "vault-configure", minutes=10)
    files["role-snapshot.json"] = _role("snapshot", namespace, "vault-snapshot", minutes=10)
    files["role-external-secrets.json"] = _role("external-secrets", "external-secrets", "external-secrets", minutes=20)
    for client in settings.clients:
        files[f"policy-{client.name}.hcl"] = _policy(client)
        files[f"role-{client.name}.json"] = _role(client.name, client.namespace, client.service_account, minutes=60)
    for key in settings.signing_keys:
        files[f"transit-{key.name}.json"] = _key(key)
    for database in settings.databases:
        files[f"database-{database.name}.json"] = _database(database)
        files[f"lease-{database.name}.json"] = _lease(database)
    return files


def _role(policy: str, namespace: str, service_account: str, *, minutes: int) -> str:
    return _json(
        {
            "bound_service_account_names": [service_account],
            "bound_service_account_namespaces": [namespace],
            "audience": AUDIENCE,
            "token_policies": [policy],
            "token_no_default_policy": False,
            "token_ttl": f"{minutes}m",
            "token_max_ttl": f"{minutes * 2}m",
        }
    )


def _policy(client: Client) -> str:
    paths = [(f"transit/{operation}/{key}", "update") for key in client.sign_with for operation in ("sign", "verify")]
    paths += [(f"transit/keys/{key}", "read") for key in client.sign_with]
    paths += [(f"database/creds/{database}", "read") for database in client.databases]
    return f"# What {client.name} may do.\n" + "".join(
        f'path "{path}" {{ capabilities = ["{capability}"] }}\n' for path, capability in paths
    )


def _key(key: SigningKey) -> str:
    return _json(
        {"auto_rotate_period": f"{key.rotation_days * _HOURS}h", "deletion_allowed": False, "exportable": False}
    )


def _database(database: Database) -> str:
    return _json(
        {
            "plugin_name": "mongodb-database-plugin",
            "allowed_roles": [database.name],
            # The two in braces are Vault's own templates: it fills them in and never shows them again.
            "connection_url": f"mongodb://{{{{username}}}}:{{{{password}}}}@{database.hosts}/admin?tls=true",
        }
    )


def _lease(database: Database) -> str:
    statement = {"db": "admin", "roles": [{"role": "readWrite", "db": database.database}]}
    return _json(
        {
            "db_name": database.name,
            "creation_statements": [json.dumps(statement)],
            "default_ttl": f"{database.ttl_minutes}m",
            "max_ttl": f"{database.max_ttl_minutes}m",
        }
    )


def _json(value: dict[str, object]) -> str:
    return json.dumps(value, indent=2, sort_keys=True) + "\n"
