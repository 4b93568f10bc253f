"""Settings of Flux for tests: a repository, who signs, and the trees of this repository."""

from __future__ import annotations

from typing import Any

SSH_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl ana"
PGP_KEY = "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmDMEaVg\n-----END PGP PUBLIC KEY BLOCK-----\n"
PEM_KEY = "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n-----END PUBLIC KEY-----\n"


def git(**more: object) -> dict[str, Any]:
    """A section with a signed repository."""
    return {
        "git": {
            "url": "ssh://git@github.com/cartorio-digital/infraestrutura",
            "deployKey": {"secret": "flux/deploy-key"},
            "verify": {"signers": [{"name": "ana", "key": SSH_KEY}, {"name": "github", "key": PGP_KEY}]},
        },
        "trees": [
            {"name": "guardrails", "path": "clusters/local/guardrails"},
            {"name": "namespaces", "path": "clusters/local/namespaces", "dependsOn": ["guardrails"]},
        ],
        **more,
    }


def oci(**more: object) -> dict[str, Any]:
    """A section with a signed artifact."""
    source = {
        "url": "oci://123456789012.dkr.ecr.sa-east-1.amazonaws.com/cartorio/clusters",
        "access": "aws",
        "verify": {"keys": [PEM_KEY]},
    }
    return {"oci": {**source, **more}, "trees": [{"name": "guardrails", "path": "clusters/local/guardrails"}]}
