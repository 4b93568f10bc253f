"""Kubeconfig files of the lab's cluster, credentials embedded."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

from lab.services.files import write_private
from lab.services.pki import CLUSTER_CA

if TYPE_CHECKING:
    from pathlib import Path

    from lab.services.pki import Pki

CONTEXT = "cartorio-lab"


def write(path: Path, pki: Pki, *, party: str, server: str) -> None:
    """Write the kubeconfig with which `party` reaches `server`, unless it is there already; mode 0600."""

    def encoded(file: Path) -> str:
        return base64.b64encode(file.read_bytes()).decode()

    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [
            {
                "name": CONTEXT,
                "cluster": {
                    "server": server,
                    "certificate-authority-data": encoded(pki.certificate(CLUSTER_CA)),
                },
            }
        ],
        "users": [
            {
                "name": party,
                "user": {
                    "client-certificate-data": encoded(pki.certificate(party)),
                    "client-key-data": encoded(pki.key(party)),
                },
            }
        ],
        "contexts": [{"name": CONTEXT, "context": {"cluster": CONTEXT, "user": party}}],
        "current-context": CONTEXT,
    }
    # JSON is YAML; every reader of kubeconfigs takes it.
    content = json.dumps(document, indent=2).encode() + b"\n"
    try:
        if path.read_bytes() == content:
            return
    except FileNotFoundError:
        pass
    write_private(path, content)
