"""A GitHub on loopback, as far as comments need it; every request and answer is held to GitHub's own description.

It fails as it is told to: with a status, with the connection lost before or after the work is done.
"""

from __future__ import annotations

import json
import re
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import parse_qs, urlsplit

from openapi_schema_validator import OAS30Validator

from tests.support import github_openapi

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

BOT = "github-actions[bot]"
REPOSITORY = "cartorio-digital/infraestrutura"
_TIME = "2026-11-25T12:00:00Z"
_SHORT = 65_536


@dataclass(frozen=True)
class Fault:
    """What is to go wrong, once: a status with its headers, or a connection that is lost (status 0)."""

    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    message: str = "it broke"
    after: bool = False


class GitHubDouble:
    """The server; `url` is its API's address, `comments` what it holds."""

    def __init__(self, prefix: str = "") -> None:
        self.paths = github_openapi.paths()
        self.comments: dict[int, dict[str, Any]] = {}
        self.requests: list[tuple[str, str]] = []
        self.faults: dict[str, list[Fault]] = {}
        self.before: dict[str, Callable[[], None]] = {}
        self.complaints: list[str] = []
        self.login = BOT
        self.prefix = prefix
        self._lock = threading.Lock()
        self._ids = iter(range(1000, 100_000))
        double = self

        class Handler(_Handler):
            github = double

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}{prefix}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def fails(self, method: str, *faults: Fault) -> None:
        """What the next requests with this method meet."""
        self.faults.setdefault(method, []).extend(faults)

    def add(self, body: str, login: str = BOT) -> int:
        """A comment that somebody has written."""
        with self._lock:
            number = next(self._ids)
            self.comments[number] = self._comment(number, body, login)
        return number

    def bodies(self, login: str = BOT) -> list[str]:
        """The comments of somebody, oldest first."""
        return [one["body"] for _, one in sorted(self.comments.items()) if one["user"]["login"] == login]

    def _comment(self, number: int, body: str, login: str) -> dict[str, Any]:
        return {
            "id": number,
            "node_id": f"IC_{number}",
            "url": f"{self.url}/repos/{REPOSITORY}/issues/comments/{number}",
            "html_url": f"{self.url}/{REPOSITORY}/pull/7#issuecomment-{number}",
            "issue_url": f"{self.url}/repos/{REPOSITORY}/issues/7",
            "body": body,
            "user": self.user(login),
            "created_at": _TIME,
            "updated_at": _TIME,
            "author_association": "MEMBER",
        }

    def user(self, login: str) -> dict[str, Any]:
        """A simple user, as GitHub describes one."""
        at = f"{self.url}/users/x"
        links = (
            *("url", "html_url", "avatar_url", "followers_url", "following_url", "gists_url", "starred_url"),
            *("subscriptions_url", "organizations_url", "repos_url", "events_url", "received_events_url"),
        )
        return {"login": login, "id": 1, "node_id": "U_1", "gravatar_id": None, "type": "Bot", "site_admin": False} | (
            dict.fromkeys(links, at)
        )

    def _me(self) -> dict[str, Any]:
        nothing = dict.fromkeys(("name", "company", "location", "email", "hireable", "bio"), None)
        numbers = dict.fromkeys(("public_repos", "public_gists", "followers", "following"), 0)
        return self.user(self.login) | nothing | numbers | {"blog": "", "created_at": _TIME, "updated_at": _TIME}

    def serve(  # noqa: PLR0911 - one return a kind of request
        self,
        method: str,
        path: str,
        query: Mapping[str, list[str]],
        body: Any,  # noqa: ANN401 - JSON
    ) -> tuple[int, Any]:
        """One request's answer: status and content, without faults."""
        base = f"/repos/{REPOSITORY}/issues"
        with self._lock:
            if (method, path) == ("GET", "/user"):
                more = dict.fromkeys(("name", "company", "blog", "location", "email", "hireable", "bio"), None)
                numbers = dict.fromkeys(("public_repos", "public_gists", "followers", "following"), 0)
                return 200, self.user(self.login) | more | numbers | {
                    "blog": "",
                    "created_at": _TIME,
                    "updated_at": _TIME,
                }
            if path == f"{base}/7/comments" and method == "GET":
                size, page = int(query.get("per_page", ["30"])[0]), int(query.get("page", ["1"])[0])
                listed = [one for _, one in sorted(self.comments.items())]
                return 200, listed[(page - 1) * size : page * size]
            if path == f"{base}/7/comments" and method == "POST":
                if len(body["body"]) > _SHORT:
                    return 422, {"message": "Body is too long", "documentation_url": "https://docs", "errors": []}
                number = next(self._ids)
                self.comments[number] = self._comment(number, body["body"], self.login)
                return 201, self.comments[number]
            if found := re.fullmatch(rf"{base}/comments/(\d+)", path):
                if (number := int(found[1])) not in self.comments:
                    return 404, {"message": "Not Found", "documentation_url": "https://docs"}
                if method == "DELETE":
                    del self.comments[number]
                    return 204, None
                self.comments[number] = {**self.comments[number], "body": body["body"]}
                return 200, self.comments[number]
        return 404, {"message": "Not Found", "documentation_url": "https://docs"}

    def check(self, method: str, path: str, sent: Any, status: int, answer: Any) -> None:  # noqa: ANN401 - JSON
        """Complain when a request or an answer is not as GitHub describes it."""
        for template, operations in self.paths.items():
            if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path) and method.lower() in operations:
                operation = operations[method.lower()]
                break
        else:
            self.complaints.append(f"GitHub has no {method} {path}")
            return
        if request := operation.get("requestBody"):
            self._hold(sent, request["content"]["application/json"]["schema"], f"request {method} {path}")
        described = operation["responses"].get(str(status))
        if described is None:
            if status < 500 and status not in {401, 403, 404, 422, 429}:  # which any request may meet
                self.complaints.append(f"GitHub does not answer {method} {path} with {status}")
        elif "application/json" in described.get("content", {}):
            schema = described["content"]["application/json"]["schema"]
            self._hold(answer, schema, f"answer {status} to {method} {path}")

    def _hold(self, content: Any, schema: Mapping[str, Any], what: str) -> None:  # noqa: ANN401 - JSON
        wrong = OAS30Validator(schema).iter_errors(content)
        self.complaints += [f"{what}: {error.json_path}: {error.message:.300}" for error in wrong]


class _Handler(BaseHTTPRequestHandler):
    github: GitHubDouble
    protocol_version = "HTTP/1.1"

    def _answer(self) -> None:
        github, parts = self.github, urlsplit(self.path)
        length = int(self.headers.get("content-length") or 0)
        sent = json.loads(self.rfile.read(length)) if length else None
        path = parts.path.removeprefix(github.prefix)
        github.requests.append((self.command, path))
        if not (self.headers.get("authorization") or "").lower().startswith(("bearer ", "token ")):
            github.complaints.append(f"{self.command} {path} without a token")
        if action := github.before.pop(self.command, None):
            action()
        waiting = github.faults.get(self.command, [])
        fault = waiting.pop(0) if waiting else None
        answer: Any
        if fault is not None and not fault.after:
            answer = {"message": fault.message, "documentation_url": "https://docs", "status": str(fault.status)}
            status = fault.status
        else:
            status, answer = github.serve(self.command, path, parse_qs(parts.query), sent)
            status = status if fault is None else fault.status
        if fault is None:
            github.check(self.command, path, sent, status, answer)
        if fault is not None and fault.status == 0:
            self.close_connection = True
            self.connection.close()
            return
        content = b"" if answer is None else json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json; charset=utf-8")
        self.send_header("content-length", str(len(content)))
        for name, value in (fault.headers if fault else {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PATCH = do_DELETE = _answer  # noqa: N815 - http.server's names

    def log_message(self, *_: object) -> None:
        """Say nothing."""
