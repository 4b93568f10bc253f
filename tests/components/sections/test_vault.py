from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import ValidationError

from components.sections.vault import Vault

PGP = f"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n{'m' * 220}\n-----END PGP PUBLIC KEY BLOCK-----"
BASE: dict[str, Any] = {
    "storage": {"storageClass": "encrypted"},
    "resources": {"requests": {"cpu": "250m", "memory": "512Mi"}, "limits": {"cpu": "1", "memory": "1Gi"}},
}
HSM = {
    "image": f"registry.example.org/vault-enterprise@sha256:{'a' * 64}",
    "licenseSecret": "vault-license",
    "library": "/usr/lib/hsm.so",
    "keyLabel": "vault",
    "hmacKeyLabel": "vault-hmac",
    "pinSecret": "hsm-pin",
}
DATABASE = {"name": "d", "hosts": "m:1", "namespace": "dados", "adminSecret": "a", "database": "c"}


def _vault(**more: object) -> Vault:
    return Vault.model_validate_json(json.dumps({**BASE, **more}))


def _custodians(*keys: str) -> dict[str, object]:
    return {"threshold": 2, "custodians": [{"name": f"c{i}", "pgpKey": key} for i, key in enumerate(keys)]}


@pytest.mark.parametrize("replicas", [3, 5, 7])
def test_a_quorum_is_odd(replicas: int) -> None:
    assert _vault(replicas=replicas).replicas == replicas


def test_what_is_possible() -> None:
    assert len(_vault(recovery=_custodians(PGP, PGP.replace("m", "n", 1))).recovery.custodians) == 2
    assert _vault(snapshots={"everyHours": 6}).snapshots.every_hours == 6
    assert _vault(pkcs11={**HSM, "slot": 0}).pkcs11 is not None


CLIENT = {"name": "api", "namespace": "cartorio", "serviceAccount": "api"}


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"replicas": 1, "zones": 1}, "greater than or equal to 3"),
        ({"replicas": 4}, "must be 3, 5 or 7"),
        ({"replicas": 3, "zones": 4}, r"at most replicas \(3\)"),
        ({"snapshots": {"everyHours": 5}}, "must divide 24"),
        ({"snapshots": {"retentionDays": 1}}, "greater than or equal to 7"),
        ({"recovery": _custodians(PGP)}, "at least 2"),
        ({"recovery": _custodians(PGP, PGP)}, "twice"),
        ({"recovery": _custodians("not a key", PGP)}, "armoured PGP public key"),
        ({"recovery": _custodians(PGP.replace("PUBLIC", "PRIVATE"), PGP)}, "must be a public key"),
        ({"pkcs11": HSM}, "exactly one of slot and tokenLabel"),
        ({"pkcs11": {**HSM, "slot": 1, "tokenLabel": "t"}}, "exactly one of slot and tokenLabel"),
        ({"pkcs11": {**HSM, "slot": 1, "pin": "1234"}}, "not permitted"),
        ({"databases": [{**DATABASE, "ttlMinutes": 60, "maxTtlMinutes": 30}]}, "at least ttlMinutes"),
        ({"databases": [{**DATABASE, "hosts": "user:password@m:1"}]}, "pattern"),
        ({"databases": [DATABASE, DATABASE]}, "twice"),
        ({"clients": [{**CLIENT, "name": "configure"}]}, "a role of the platform"),
        ({"clients": [{**CLIENT, "signWith": ["atos"]}]}, "names 'atos', which is not declared"),
        ({"clients": [{**CLIENT, "databases": ["d"]}]}, "names 'd', which is not declared"),
    ],
)
def test_what_is_refused(more: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        _vault(**more)
