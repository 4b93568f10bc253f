"""A GitHub on loopback, as far as `cartorio` needs it; every request and answer is held to GitHub's own description.

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

from delivery.github.place import Place
from tests.support import github_content as content
from tests.support import github_openapi
from tests.support.github_content import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

BOT = "github-actions[bot]"
PULL_REQUEST = 7
_SHORT = 65_536
_HERE = f"/repos/{REPOSITORY}"
_ANY = {401, 403, 404, 422, 429}  # which any request may meet
_Answer = tuple[int, Any]


@dataclass(frozen=True)
class Fault:
    """What is to go wrong, once: a status with its headers, or a connection that is lost (status 0).

    Attributes:
        status: of the answer.
        headers: of the answer.
        message: what it says.
        after: the work is done all the same.
        body: what is answered in place of JSON.
    """

    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    message: str = "it broke"
    after: bool = False
    body: bytes | None = None


class GitHubDouble:
    """The server; `url` is its API's address.

    Attributes:
        comments: by id, what it holds.
        issues: by number, likewise.
        releases: by tag, likewise.
        login: whose token everybody has.
        requests: method and path of each.
        before: called once before the next request with a method is answered.
        hidden: how many of the newest comments and issues its lists do not show yet.
        complaints: what was not as GitHub describes it.
    """

    def __init__(self, prefix: str = "") -> None:
        self.paths = github_openapi.paths()
        self.comments: dict[int, dict[str, Any]] = {}
        self.issues: dict[int, dict[str, Any]] = {}
        self.releases: dict[str, dict[str, Any]] = {}
        self.requests: list[tuple[str, str]] = []
        self.faults: dict[str, list[Fault]] = {}
        self.before: dict[str, Callable[[], None]] = {}
        self.complaints: list[str] = []
        self.login = BOT
        self.prefix = prefix
        self.hidden = 0
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

    @property
    def place(self) -> Place:
        """The repository that it has."""
        owner, _, name = REPOSITORY.partition("/")
        return Place(owner, name, self.url)

    def fails(self, method: str, *faults: Fault) -> None:
        """What the next requests with this method meet."""
        self.faults.setdefault(method, []).extend(faults)

    def add(self, body: str, login: str = BOT) -> int:
        """A comment on the pull request that somebody has written."""
        with self._lock:
            return int(self._commented(PULL_REQUEST, body, login)["id"])

    def bodies(self, login: str = BOT) -> list[str]:
        """The comments of somebody, oldest first."""
        return [one["body"] for _, one in sorted(self.comments.items()) if one["user"]["login"] == login]

    def open_issue(self, body: str, *, labels: tuple[str, ...] = ("drift",), pull_request: bool = False) -> int:
        """An issue that somebody has opened."""
        with self._lock:
            opened = self._opened("t", body, list(labels))
            if pull_request:
                opened["pull_request"] = dict.fromkeys(("url", "html_url", "diff_url", "patch_url"), opened["url"])
            return int(opened["number"])

    def open_issues(self) -> list[int]:
        """Numbers of the open ones."""
        return [number for number, one in sorted(self.issues.items()) if one["state"] == "open"]

    def serve(self, method: str, path: str, query: Mapping[str, str], body: Any) -> _Answer:  # noqa: ANN401 - JSON
        """One request's answer, without faults: status and content."""
        kind = path.removeprefix(_HERE)
        with self._lock:
            if (method, path) == ("GET", "/user"):
                return 200, content.myself(self.url, self.login)
            if found := re.fullmatch(r"/issues/(\d+)/comments", kind):
                return self._of_comments(method, int(found[1]), query, body)
            if found := re.fullmatch(r"/issues/comments/(\d+)", kind):
                return self._of_comment(method, int(found[1]), body)
            if found := re.fullmatch(r"/issues(?:/(\d+))?", kind):
                return self._of_issues(method, int(found[1] or 0), query, body)
            if kind.startswith("/releases"):
                return self._of_releases(method, kind.rpartition("/")[2], body)
        return _missing()

    def _of_comments(self, method: str, issue: int, query: Mapping[str, str], body: Any) -> _Answer:  # noqa: ANN401
        if method == "POST":
            return _too_long() if len(body["body"]) > _SHORT else (201, self._commented(issue, body["body"]))
        return 200, self._page([one for one in _sorted(self.comments) if one["issue_url"].endswith(f"/{issue}")], query)

    def _of_comment(self, method: str, number: int, body: Any) -> _Answer:  # noqa: ANN401 - JSON
        if number not in self.comments:
            return _missing()
        if method == "DELETE":
            del self.comments[number]
            return 204, None
        self.comments[number] = {**self.comments[number], "body": body["body"]}
        return 200, self.comments[number]

    def _of_issues(self, method: str, number: int, query: Mapping[str, str], body: Any) -> _Answer:  # noqa: ANN401
        if method == "POST":
            return _too_long() if len(body["body"]) > _SHORT else (201, self._opened(**body))
        if method == "PATCH":
            if number not in self.issues:
                return _missing()
            self.issues[number] |= body
            return 200, self.issues[number]
        wanted = query.get("labels", "")
        listed = [
            one
            for one in _sorted(self.issues)
            if one["state"] == query.get("state", "open") and wanted in {label["name"] for label in one["labels"]}
        ]
        return 200, self._page(listed, query)

    def _of_releases(self, method: str, tag: str, body: Any) -> _Answer:  # noqa: ANN401 - JSON
        if method == "POST":
            if body["tag_name"] in self.releases:
                return 422, {"message": "Validation Failed", "documentation_url": "https://docs", "errors": []}
            made = content.release(self.url, next(self._ids), body, self.login)
            self.releases[body["tag_name"]] = made
            return 201, made
        return (200, self.releases[tag]) if tag in self.releases else _missing()

    def _commented(self, issue: int, body: str, login: str = "") -> dict[str, Any]:
        number = next(self._ids)
        self.comments[number] = content.comment(self.url, number, issue, body, login or self.login)
        return self.comments[number]

    def _opened(self, title: str, body: str, labels: list[str]) -> dict[str, Any]:
        number = len(self.issues) + 1
        self.issues[number] = content.issue(self.url, number, body, labels, self.login, title)
        return self.issues[number]

    def _page(self, listed: list[dict[str, Any]], query: Mapping[str, str]) -> list[dict[str, Any]]:
        size, page = int(query.get("per_page", "30")), int(query.get("page", "1"))
        return listed[: len(listed) - self.hidden][(page - 1) * size : page * size]

    def check(
        self,
        method: str,
        path: str,
        query: Mapping[str, str],
        sent: Any,  # noqa: ANN401
        status: int,
        answer: Any,  # noqa: ANN401
    ) -> None:
        """Complain when a request or an answer is not as GitHub describes it."""
        for template, operations in self.paths.items():
            if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path) and method.lower() in operations:
                operation = operations[method.lower()]
                break
        else:
            self.complaints.append(f"GitHub has no {method} {path}")
            return
        described = {one["name"]: one["schema"] for one in operation.get("parameters", ()) if one["in"] == "query"}
        for name, value in query.items():
            if name not in described:
                self.complaints.append(f"GitHub does not know {name} of {method} {path}")
            else:
                number = described[name].get("type") == "integer" and value.isdecimal()
                self._hold(int(value) if number else value, described[name], f"{name} of {method} {path}")
        if request := operation.get("requestBody"):
            self._hold(sent, request["content"]["application/json"]["schema"], f"request {method} {path}")
        response = operation["responses"].get(str(status))
        if response is None:
            if status < 500 and status not in _ANY:
                self.complaints.append(f"GitHub does not answer {method} {path} with {status}")
        elif "application/json" in response.get("content", {}):
            schema = response["content"]["application/json"]["schema"]
            self._hold(answer, schema, f"answer {status} to {method} {path}")

    def _hold(self, told: Any, schema: Mapping[str, Any], what: str) -> None:  # noqa: ANN401 - JSON
        wrong = OAS30Validator(schema).iter_errors(told)
        self.complaints += [f"{what}: {error.json_path}: {error.message:.300}" for error in wrong]


def _sorted(held: Mapping[int, dict[str, Any]]) -> list[dict[str, Any]]:
    return [one for _, one in sorted(held.items())]


def _missing() -> _Answer:
    return 404, {"message": "Not Found", "documentation_url": "https://docs"}


def _too_long() -> _Answer:
    return 422, {"message": "Body is too long", "documentation_url": "https://docs", "errors": []}


class _Handler(BaseHTTPRequestHandler):
    github: GitHubDouble
    protocol_version = "HTTP/1.1"

    def _answer(self) -> None:
        github, parts = self.github, urlsplit(self.path)
        length = int(self.headers.get("content-length") or 0)
        sent = json.loads(self.rfile.read(length)) if length else None
        path = parts.path.removeprefix(github.prefix)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
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
            status, answer = github.serve(self.command, path, query, sent)
            status = status if fault is None else fault.status
        if fault is None:
            github.check(self.command, path, query, sent, status, answer)
        if fault is not None and fault.status == 0:
            self.close_connection = True
            self.connection.close()
            return
        told = b"" if answer is None else json.dumps(answer).encode()
        told = told if fault is None or fault.body is None else fault.body
        self.send_response(status)
        self.send_header("content-type", "application/json; charset=utf-8")
        self.send_header("content-length", str(len(told)))
        for name, value in (fault.headers if fault else {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(told)

    do_GET = do_POST = do_PATCH = do_DELETE = _answer  # noqa: N815 - http.server's names

    def log_message(self, *_: object) -> None:
        """Say nothing."""
