"""A GitHub of the tests' own on loopback: the issues of one repository, page by page, as its API has them."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from tests.support.github import PERSON

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass
class Hub:
    """What is there, and what was asked.

    Attributes:
        issues: by number: title, body, state, labels, pull_request.
        comments: what was written, with the issue's number.
        asked: method and path, in order.
        status: what every question is answered with, when it is not 0.
    """

    url: str = ""
    issues: dict[int, dict[str, Any]] = field(default_factory=dict)
    comments: list[tuple[int, str]] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)
    status: int = 0

    def add(self, body: str, *, labels: tuple[str, ...] = ("drift",), pull_request: bool = False) -> int:
        """An issue that somebody has opened."""
        number = len(self.issues) + 1
        self.issues[number] = {
            "title": "t",
            "body": body,
            "state": "open",
            "labels": list(labels),
            "pull_request": pull_request,
        }
        return number

    def open(self) -> list[int]:
        """Numbers of the open ones."""
        return [number for number, issue in self.issues.items() if issue["state"] == "open"]

    def shown(self, number: int) -> dict[str, Any]:
        """An issue as the API has it."""
        issue = self.issues[number]
        url = f"{self.url}/repos/org/repo/issues/{number}"
        return {
            "id": number,
            "node_id": "x",
            "number": number,
            "title": issue["title"],
            "body": issue["body"],
            "state": issue["state"],
            "labels": issue["labels"],
            "user": PERSON,
            "assignee": None,
            "milestone": None,
            "locked": False,
            "comments": 0,
            "closed_at": None,
            "created_at": "2026-11-25T12:00:00Z",
            "updated_at": "2026-11-25T12:00:00Z",
            "author_association": "NONE",
            "html_url": url,
            **dict.fromkeys(("url", "repository_url", "labels_url", "comments_url", "events_url"), url),
            **(
                {"pull_request": dict.fromkeys(("url", "html_url", "diff_url", "patch_url"), url)}
                if issue["pull_request"]
                else {}
            ),
        }


class _Handler(BaseHTTPRequestHandler):
    hub: Hub

    def do_GET(self) -> None:
        query = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        wanted = [
            number
            for number, issue in sorted(self.hub.issues.items())
            if issue["state"] == query["state"] and query["labels"] in issue["labels"]
        ]
        size, page = int(query["per_page"]), int(query.get("page", "1"))
        shown = [self.hub.shown(number) for number in wanted[(page - 1) * size : page * size]]
        more = urlencode({**query, "page": page + 1}) if len(wanted) > page * size else ""
        self._answer(200, shown, f'<{self.hub.url}{urlsplit(self.path).path}?{more}>; rel="next"' if more else "")

    def do_POST(self) -> None:
        given = self._given()
        parts = urlsplit(self.path).path.split("/")
        if parts[-1] == "comments":
            self.hub.comments.append((int(parts[-2]), given["body"]))
            self._answer(201, {**self.hub.shown(int(parts[-2])), "issue_url": self.hub.url, "body": given["body"]})
            return
        number = self.hub.add(given["body"], labels=tuple(given["labels"]))
        self.hub.issues[number]["title"] = given["title"]
        self._answer(201, self.hub.shown(number))

    def do_PATCH(self) -> None:
        number = int(urlsplit(self.path).path.rpartition("/")[2])
        self.hub.issues[number].update(self._given())
        self._answer(200, self.hub.shown(number))

    def _given(self) -> dict[str, Any]:
        given: dict[str, Any] = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        return given

    def _answer(self, status: int, document: object, link: str = "") -> None:
        self.hub.asked.append((self.command, urlsplit(self.path).path))
        assert self.headers["Authorization"] == "token run-token"
        if self.hub.status:
            status, document = self.hub.status, {"message": "no"}
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if link:
            self.send_header("Link", link)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Say nothing."""


@pytest.fixture
def hub() -> Iterator[Hub]:
    found = Hub()
    handler = type("Handler", (_Handler,), {"hub": found})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    found.url = f"http://127.0.0.1:{server.server_address[1]}"
    yield found
    server.shutdown()
    thread.join()
    server.server_close()
