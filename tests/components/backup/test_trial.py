"""The test of restores as the pod runs it, against an API server's stand-in that speaks HTTP."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest

from components.backup.restores import KINDS
from components.backup.trial import Api, Trial, resource, run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TRIAL = Trial(
    velero="velero",
    job="restore-test",
    schedule="daily",
    namespace="cartorio",
    room="restore-test",
    kinds=KINDS,
    within_hours=26,
)


class _Cluster:
    """What the API server is asked and answers."""

    def __init__(self) -> None:
        self.backups: list[dict[str, Any]] = []
        self.phases = ["New", "InProgress", "Completed"]
        self.items = 7
        self.refuses: str | None = None
        self.asked: list[tuple[str, str, Any]] = []
        self.pauses: list[float] = []

    def backup(self, name: str, hours: float, phase: str = "Completed") -> None:
        at = (datetime.now(UTC) - timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")
        self.backups.append({"metadata": {"name": name}, "status": {"phase": phase, "completionTimestamp": at}})

    def answer(self, method: str, path: str) -> dict[str, Any]:
        if method == "GET" and "/backups?" in path:
            return {"items": self.backups}
        if method == "GET" and "/restores/" in path:
            phase = self.phases.pop(0) if len(self.phases) > 1 else self.phases[0]
            return {"status": {"phase": phase, "errors": 2, "progress": {"itemsRestored": self.items}}}
        return {}

    def posted(self, what: str) -> list[dict[str, Any]]:
        return [body for method, path, body in self.asked if method == "POST" and path.endswith(what)]


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[tuple[_Cluster, Api]]:
    known = _Cluster()

    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            known.asked.append((self.command, self.path, body))
            refused = known.refuses is not None and known.refuses in self.path
            trusted = self.headers["Authorization"] == "Bearer the-token"
            answer = json.dumps(known.answer(self.command, self.path)).encode()
            self.send_response(403 if refused or not trusted else 200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_GET = do_POST = do_DELETE = _serve  # noqa: N815 - the base class's names

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    (tmp_path / "token").write_text("the-token\n", encoding="utf-8")
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield known, Api(f"http://127.0.0.1:{server.server_port}", tmp_path)
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_newest_complete_backup_is_restored_and_reported(cluster: tuple[_Cluster, Api]) -> None:
    known, api = cluster
    known.backup("old", 20)
    known.backup("newest", 2)
    known.backup("running", 1, "InProgress")
    assert run(api, TRIAL, known.pauses.append) == 0
    assert known.pauses == [5.0, 5.0], "while it was new, and in progress"
    (restore,) = known.posted("/restores")
    spec = restore["spec"]
    assert (spec["backupName"], spec["namespaceMapping"]) == ("newest", {"cartorio": "restore-test"})
    assert spec["restorePVs"] is False
    assert {"configmaps", "deployments.apps", "networkpolicies.networking.k8s.io"} <= set(spec["includedResources"])
    (event,) = known.posted("/events")
    assert (event["type"], event["reason"]) == ("Normal", "RestoreTestSucceeded")
    assert event["message"].startswith("7 objects of cartorio restored from newest")


def test_only_the_schedules_backups_are_asked_for(cluster: tuple[_Cluster, Api]) -> None:
    known, api = cluster
    run(api, TRIAL, known.pauses.append)
    assert known.asked[0][1].endswith("/namespaces/velero/backups?labelSelector=velero.io%2Fschedule-name%3Ddaily")


def test_what_was_restored_is_removed_before_and_after_and_nothing_else(cluster: tuple[_Cluster, Api]) -> None:
    known, api = cluster
    known.backup("newest", 2)
    known.phases = ["Failed"]
    run(api, TRIAL, known.pauses.append)
    removed = [path for method, path, _ in known.asked if method == "DELETE"]
    assert len(removed) == 2 * len(KINDS)
    assert all("labelSelector=velero.io%2Frestore-name" in path for path in removed)
    assert any(path.startswith("/api/v1/namespaces/restore-test/secrets?") for path in removed)
    assert any(path.startswith("/apis/apps/v1/namespaces/restore-test/deployments?") for path in removed)


@pytest.mark.parametrize(
    ("hours", "phase", "items", "said"),
    [
        (None, "Completed", 7, "no backup that is complete"),
        (27, "Completed", 7, "is 27 hours old"),
        (2, "PartiallyFailed", 7, "ended as PartiallyFailed: 2 errors, 7 objects"),
        (2, "Failed", 0, "ended as Failed"),
        (2, "FailedValidation", 0, "ended as FailedValidation"),
        (2, "Completed", 0, "restored nothing"),
    ],
)
def test_what_goes_wrong_is_told_and_ends_the_job(
    cluster: tuple[_Cluster, Api], hours: float | None, phase: str, items: int, said: str
) -> None:
    known, api = cluster
    known.phases, known.items = [phase], items
    if hours is not None:
        known.backup("newest", hours)
    assert run(api, TRIAL, known.pauses.append) == 1
    (event,) = known.posted("/events")
    assert (event["type"], event["reason"], event["involvedObject"]["name"]) == (
        "Warning",
        "RestoreTestFailed",
        "restore-test",
    )
    assert said in event["message"]


def test_what_the_api_server_refuses_is_told_too(cluster: tuple[_Cluster, Api]) -> None:
    known, api = cluster
    known.backup("newest", 2)
    known.refuses = "/restores"
    assert run(api, TRIAL, known.pauses.append) == 1
    (event,) = known.posted("/events")
    assert "403" in event["message"]


@pytest.mark.parametrize(
    ("kind", "name"), [("v1/secrets", "secrets"), ("policy/v1/poddisruptionbudgets", "poddisruptionbudgets.policy")]
)
def test_kinds_as_velero_names_them(kind: str, name: str) -> None:
    assert resource(kind) == name
