"""Serves the repositories of one folder for reading, over Git's smart HTTP, on loopback, as a hosting service would.

Git itself does the work (`git http-backend`, https://git-scm.com/docs/git-http-backend); this is the web server around
it. Whoever wants to change a repository pushes to its folder: there is no way to write over HTTP. Run as a file of its
own, it needs nothing of this project.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from types import FrameType

HEALTH = "/healthz"
_LONGEST = 16 * 1024 * 1024  # bytes of a request: what a client has and wants, never what it brings
_PATIENCE = 60.0  # seconds for one answer
# The user's own settings say nothing here.
_ENVIRONMENT = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "GIT_HTTP_EXPORT_ALL": "1"}


class Handler(BaseHTTPRequestHandler):
    """Hands requests to Git."""

    protocol_version = "HTTP/1.1"
    folder = "."

    def do_GET(self) -> None:
        """The references of a repository, or whether the server is there."""
        address = urlsplit(self.path)
        if address.path == HEALTH:
            self._answer(HTTPStatus.OK, "text/plain", b"ok\n")
        elif address.path.endswith("/info/refs") and address.query == "service=git-upload-pack":
            self._git(address.path, address.query, b"")
        else:
            self._refuse(HTTPStatus.FORBIDDEN)

    def do_POST(self) -> None:
        """The objects that a client lacks."""
        address = urlsplit(self.path)
        length = self.headers.get("Content-Length", "")
        if not address.path.endswith("/git-upload-pack"):
            self._refuse(HTTPStatus.FORBIDDEN)
        elif not length.isdecimal():
            self._refuse(HTTPStatus.LENGTH_REQUIRED)
        elif int(length) > _LONGEST:
            self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        else:
            self._git(address.path, address.query, self.rfile.read(int(length)))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class's name
        """Log requests, and not those that only ask whether the server is there."""
        if self.path != HEALTH:
            sys.stderr.write(f"{self.log_date_time_string()} {format % args}\n")

    def _git(self, path: str, query: str, body: bytes) -> None:
        environment = {
            "PATH": os.environ.get("PATH", os.defpath),
            **_ENVIRONMENT,
            "GIT_PROJECT_ROOT": self.folder,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "REQUEST_METHOD": self.command,
            "REMOTE_ADDR": str(self.client_address[0]),
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
        }
        try:
            done = subprocess.run(
                [shutil.which("git") or "git", "http-backend"],
                input=body,
                capture_output=True,
                env=environment,
                timeout=_PATIENCE,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            sys.stderr.write(f"git http-backend: {error}\n")
            self._refuse(HTTPStatus.BAD_GATEWAY)
            return
        sys.stderr.write(done.stderr.decode(errors="replace"))
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        fields = dict(line.split(": ", 1) for line in head.decode("latin-1").split("\r\n") if ": " in line)
        status = fields.pop("Status", "200 OK" if head else "502 Bad Gateway")
        self._answer(HTTPStatus(int(status.split()[0])), fields.get("Content-Type", "text/plain"), content)

    def _answer(self, status: HTTPStatus, kind: str, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "no-cache")
        self.end_headers()
        self.wfile.write(content)

    def _refuse(self, status: HTTPStatus) -> None:
        self.close_connection = True  # a body that nobody reads may follow
        self._answer(status, "text/plain", f"{status.phrase}\n".encode())


def main() -> None:
    """Serve until told to end: `git_server.py PORT FOLDER`."""
    port, folder = int(sys.argv[1]), sys.argv[2]
    handler = type("FolderHandler", (Handler,), {"folder": folder})
    server = ThreadingHTTPServer(("127.0.0.1", port), handler)

    def end(_number: int, _frame: FrameType | None) -> None:
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, end)
    server.serve_forever()


if __name__ == "__main__":
    main()
