"""Small HTTP requests to the lab's own services: readiness probes and the few Kubernetes objects the lab makes.

The standard library's client, because `cartorio lab up` on a running lab has to answer in well under a second and the
larger clients take most of that to import. Proxies of the environment are never used.
"""

from __future__ import annotations

import http.client
import json
import ssl
from typing import TYPE_CHECKING, Any

from lab.services.ports import LOOPBACK

if TYPE_CHECKING:
    from lab.services.pki import Pki


_JSON = "application/json"


class NotReady(Exception):  # noqa: N818  a state, which ends by itself, rather than an error
    """The service does not answer, or not yet as it should; the text says how."""


class Client:
    """Requests to one loopback port.

    Args:
        port: the port.
        context: TLS settings, or None for plain HTTP.
        timeout: seconds for one request.
    """

    def __init__(self, port: int, context: ssl.SSLContext | None, *, timeout: float = 5.0) -> None:
        self._port = port
        self._context = context
        self._timeout = timeout

    def patient(self, seconds: float) -> Client:
        """The same, waiting this long for the answer to one request."""
        return Client(self._port, self._context, timeout=seconds)

    def request(self, method: str, path: str, body: object = None, *, content_type: str = _JSON) -> tuple[int, bytes]:
        """Send one request and return the status and the whole answer.

        Args:
            method: as in HTTP.
            path: with its query.
            body: sent as JSON, a text of another `content_type` as it is; None: there is none.
            content_type: of the body.

        Raises:
            NotReady: there is no answer.
        """
        connection = (
            http.client.HTTPConnection(LOOPBACK, self._port, timeout=self._timeout)
            if self._context is None
            else http.client.HTTPSConnection(LOOPBACK, self._port, timeout=self._timeout, context=self._context)
        )
        try:
            connection.request(
                method,
                path,
                body=None if body is None else _encoded(body, content_type),
                headers={} if body is None else {"Content-Type": content_type},
            )
            answer = connection.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise NotReady(f"no answer from {LOOPBACK}:{self._port}: {error}") from error
        finally:
            connection.close()

    def expect(self, path: str) -> None:
        """GET the path.

        Raises:
            NotReady: no answer, or one that is no success.
        """
        status, answer = self.request("GET", path)
        if status not in range(200, 300):
            text = answer.decode(errors="replace").strip().splitlines()
            failing = [line for line in text if line.startswith("[-]")] or text[:1]
            raise NotReady(f"{path} answers {status}: {'; '.join(failing)}")

    def read(self, path: str) -> dict[str, Any]:
        """GET a JSON object.

        Raises:
            NotReady: no answer, another status than 200, or no JSON object.
        """
        status, answer = self.request("GET", path)
        if status != http.client.OK:
            raise NotReady(f"{path} answers {status}")
        try:
            document = json.loads(answer)
        except ValueError as error:
            raise NotReady(f"{path} does not answer with JSON") from error
        if not isinstance(document, dict):
            raise NotReady(f"{path} does not answer with a JSON object")
        return document


def _encoded(body: object, content_type: str) -> bytes:
    return body.encode() if isinstance(body, str) and content_type != _JSON else json.dumps(body).encode()


def tls(pki: Pki, authority: str, party: str | None) -> ssl.SSLContext:
    """TLS that trusts only `authority` and presents the certificate of `party`, if any."""
    context = ssl.create_default_context(cafile=str(pki.certificate(authority)))
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    if party is not None:
        context.load_cert_chain(pki.certificate(party), pki.key(party))
    return context
