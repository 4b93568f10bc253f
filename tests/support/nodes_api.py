"""The part of a Kubernetes API server that knows nodes, over HTTP, for tests of what makes them."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from lab.providers.aws.api_server import ApiServer

if TYPE_CHECKING:
    from collections.abc import Iterator


class NodesApi(ThreadingHTTPServer):
    """The server and its nodes, by name; `refuse` are names that it does not take."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.nodes: dict[str, dict[str, Any]] = {}
        self.refuse: set[str] = set()

    @property
    def api_server(self) -> ApiServer:
        """How the lab's provider knows it."""
        return ApiServer(f"http://127.0.0.1:{self.server_port}", "")


class _Handler(BaseHTTPRequestHandler):
    server: NodesApi

    def do_GET(self) -> None:
        (selector,) = parse_qs(urlsplit(self.path).query)["labelSelector"]
        wanted = dict(term.split("=") for term in selector.split(","))
        nodes = self.server.nodes.values()
        self._answer(200, {"items": [node for node in nodes if wanted.items() <= node["metadata"]["labels"].items()]})

    def do_POST(self) -> None:
        node = self._body()
        name = node["metadata"]["name"]
        if name in self.server.refuse:
            self._answer(403, {"message": f"nodes {name} is forbidden"})
            return
        self.server.nodes[name] = node
        self._answer(201, node)

    def do_PATCH(self) -> None:
        node, change = self.server.nodes[self.path.rpartition("/")[2]], self._body()
        node["metadata"]["labels"] |= change["metadata"]["labels"]
        node["spec"] |= change["spec"]
        self._answer(200, node)

    def do_DELETE(self) -> None:
        gone = self.server.nodes.pop(self.path.rpartition("/")[2], None)
        self._answer(404 if gone is None else 200, {})

    def log_message(self, *_: object) -> None:
        """Nothing to say."""

    def _body(self) -> dict[str, Any]:
        body: dict[str, Any] = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        return body

    def _answer(self, status: int, document: dict[str, Any]) -> None:
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def serving_nodes() -> Iterator[NodesApi]:
    """A server for as long as it is needed."""
    with NodesApi() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
