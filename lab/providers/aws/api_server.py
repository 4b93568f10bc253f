"""The API server that stands behind every EKS cluster of the lab: the lab's own, of which moto knows nothing.

Only in the lab's environment (`lab.engine.environment`), where KUBECONFIG names the lab's file and nobody else's.
"""

from __future__ import annotations

import base64
import http.client
import json
import ssl
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from lab.providers.model import ResourceError

if TYPE_CHECKING:
    from collections.abc import Mapping

_LAB, _KUBECONFIG = "CARTORIO_LAB", "KUBECONFIG"
_SECONDS = 10
_PATCH = "application/merge-patch+json"


@dataclass(frozen=True)
class ApiServer:
    """Where it answers, the authority of its certificate, and who asks: a client certificate and key; all in base64."""

    endpoint: str
    authority: str
    certificate: str = ""
    key: str = field(default="", repr=False)

    def request(self, method: str, path: str, body: object = None) -> tuple[int, dict[str, Any]]:
        """Ask for something; the status and the object that is the answer.

        Raises:
            ResourceError: there is no answer.
        """
        connection = self._connection()
        kind = _PATCH if method == "PATCH" else "application/json"
        try:
            connection.request(method, path, None if body is None else json.dumps(body), {"Content-Type": kind})
            response = connection.getresponse()
            return response.status, json.loads(response.read() or "{}")
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise ResourceError(f"the lab's API server does not answer at {self.endpoint}: {error}") from error
        finally:
            connection.close()

    def _connection(self) -> http.client.HTTPConnection:
        url = urlsplit(self.endpoint)
        host = url.hostname or ""
        if url.scheme == "http":  # of a test
            return http.client.HTTPConnection(host, url.port, timeout=_SECONDS)
        context = ssl.create_default_context(cadata=base64.b64decode(self.authority).decode())
        if self.certificate:
            with tempfile.NamedTemporaryFile() as file:  # mode 0600; the library takes files only
                file.write(base64.b64decode(self.certificate) + b"\n" + base64.b64decode(self.key))
                file.flush()
                context.load_cert_chain(file.name)
        return http.client.HTTPSConnection(host, url.port, timeout=_SECONDS, context=context)


def api_server(environment: Mapping[str, str]) -> ApiServer | None:
    """The lab's API server; None outside of the lab, where a cluster answers nowhere.

    Raises:
        ResourceError: the lab's kubeconfig cannot be read.
    """
    file = environment.get(_KUBECONFIG)
    if not (environment.get(_LAB) and file):
        return None
    import yaml  # only the few that have a cluster need it

    try:
        document: Any = yaml.safe_load(Path(file).read_text("utf-8"))
        context = _named(document, "context", document["current-context"])
        cluster, user = _named(document, "cluster", context["cluster"]), _named(document, "user", context["user"])
        return ApiServer(
            str(cluster["server"]),
            str(cluster["certificate-authority-data"]),
            str(user.get("client-certificate-data", "")),
            str(user.get("client-key-data", "")),
        )
    except (OSError, ValueError, yaml.YAMLError, KeyError, TypeError, StopIteration) as error:
        raise ResourceError(
            f"KUBECONFIG names {file}, which tells of no API server of the lab: is the lab up (`make up`)?"
        ) from error


def _named(document: Any, kind: str, name: str) -> Any:  # noqa: ANN401 - YAML
    """The entry of a kubeconfig's list."""
    return next(entry[kind] for entry in document[f"{kind}s"] if entry["name"] == name)
