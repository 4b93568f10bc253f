from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from components.release import Release
from delivery.drift.issues import Place
from delivery.release.publish import Releases, TakenError
from lab.errors import LabError
from tests.delivery.release.conftest import REFERENCE
from tests.support.github import PERSON

if TYPE_CHECKING:
    from collections.abc import Iterator

RELEASE = Release.model_validate(
    {
        "schema": "cartorio.release/v1",
        "version": "1.4.0",
        "images": {"api": REFERENCE, "workers": REFERENCE},
    }
)
URL = "https://github.example/org/repo/releases/staging-v1.4.0"


class _Hub(BaseHTTPRequestHandler):
    """The releases of one repository, as GitHub's API has them."""

    releases: dict[str, dict[str, Any]]
    status: list[int]

    def do_GET(self) -> None:
        there = self.releases.get(self.path.rpartition("/")[2])
        self._answer(200 if there else 404, there or {"message": "Not Found"})

    def do_POST(self) -> None:
        given = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.status:
            self._answer(self.status[0], {"message": "no"})
            return
        shown = {
            **dict.fromkeys(("url", "html_url", "assets_url", "upload_url"), URL),
            "id": 1,
            "node_id": "x",
            "tarball_url": None,
            "zipball_url": None,
            "assets": [],
            "author": PERSON,
            "draft": False,
            "prerelease": False,
            "published_at": None,
            "created_at": "2026-11-25T12:00:00Z",
            "target_commitish": "main",
            **given,
        }
        self.releases[given["tag_name"]] = shown
        self._answer(201, shown)

    def _answer(self, status: int, document: object) -> None:
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Say nothing."""


@pytest.fixture
def hub() -> Iterator[tuple[str, type[_Hub]]]:
    handler = type("Handler", (_Hub,), {"releases": {}, "status": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}", handler
    server.shutdown()
    thread.join()
    server.server_close()


def _releases(url: str) -> Releases:
    return Releases(Place(url, "org", "repo"), "run-token")


def test_a_release_is_made_once_and_never_changed(hub: tuple[str, type[_Hub]]) -> None:
    url, handler = hub
    done = _releases(url).publish("staging", RELEASE, '{"the": "file"}', "abc")
    assert (done.tag, done.address, done.made) == ("staging-v1.4.0", URL, True)
    page = handler.releases["staging-v1.4.0"]
    assert page["target_commitish"] == "abc"
    assert '```json\n{"the": "file"}\n```' in page["body"]
    # GitHub gives line ends back as forms have them.
    page["body"] = page["body"].replace("\n", "\r\n")
    assert _releases(url).publish("staging", RELEASE, '{"the": "file"}', "abc").made is False
    with pytest.raises(TakenError, match=r"a release staging-v1\.4\.0 already"):
        _releases(url).publish("staging", RELEASE, '{"another": "file"}', "abc")


def test_an_answer_of_another_form_is_said(hub: tuple[str, type[_Hub]]) -> None:
    url, handler = hub
    handler.releases["staging-v1.4.0"] = {"tag_name": "staging-v1.4.0"}
    with pytest.raises(LabError, match="in a form that is not known"):
        _releases(url).publish("staging", RELEASE, "{}", None)


def test_what_github_does_not_let_us_do_is_said(hub: tuple[str, type[_Hub]]) -> None:
    url, handler = hub
    handler.status.append(403)
    with pytest.raises(LabError, match=r"GitHub refuses \(403\)"):
        _releases(url).publish("staging", RELEASE, "{}", None)
    with pytest.raises(LabError, match=r"could not be asked"):
        _releases("http://127.0.0.1:9").publish("staging", RELEASE, "{}", None)
