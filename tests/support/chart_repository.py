"""A chart repository on loopback, as a source of charts that can be reached: the fixture `repository`."""

from __future__ import annotations

import io
import tarfile
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass
class Repository:
    """Answers with `files` by path, each after `delay` seconds."""

    url: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    delay: float = 0.0
    asked: list[str] = field(default_factory=list)

    def add(self, name: str, version: str, template: str) -> bytes:
        """A chart with one template; the archive."""
        members = {
            f"{name}/Chart.yaml": f"apiVersion: v2\nname: {name}\nversion: {version}\n",
            f"{name}/templates/one.yaml": template,
        }
        made = io.BytesIO()
        with tarfile.open(fileobj=made, mode="w:gz") as files:
            for path, text in members.items():
                member = tarfile.TarInfo(path)
                member.size = len(text)
                files.addfile(member, io.BytesIO(text.encode()))
        self.files[f"/{name}-{version}.tgz"] = made.getvalue()
        index = self.files.get("/index.yaml", b"apiVersion: v1\nentries:\n")
        entry = f"  {name}:\n  - {{apiVersion: v2, name: {name}, version: {version}, urls: [{name}-{version}.tgz]}}\n"
        self.files["/index.yaml"] = index + entry.encode()
        return made.getvalue()


@pytest.fixture
def repository() -> Iterator[Repository]:
    made = Repository()

    class _Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.asked.append(self.path)
            time.sleep(made.delay)
            content = made.files.get(self.path)
            self.send_response(404 if content is None else 200)
            self.send_header("Content-Length", str(len(content or b"")))
            self.end_headers()
            self.wfile.write(content or b"")

        def log_message(self, *_arguments: object) -> None:
            """Nobody reads it."""

        def handle(self) -> None:
            try:
                super().handle()
            except (BrokenPipeError, ConnectionResetError):
                """Who asked was ended: that is the test."""

    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        server.daemon_threads = True
        server.block_on_close = False
        made.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        yield made
        server.shutdown()
        thread.join()
