from __future__ import annotations

import http.client
import subprocess
import sys
import threading
from http.server import ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from lab.services import git_server
from lab.services.git_server import Handler
from tests.support.commits import Repository, SshSigner

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ADVERTISED = "/work.git/info/refs?service=git-upload-pack"


def _git(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/usr/bin/env", "git", "-C", str(folder), *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    bare = tmp_path / "served" / "work.git"
    bare.mkdir(parents=True)
    assert _git("init", "--quiet", "--bare", "--initial-branch=main", folder=bare).returncode == 0
    return Repository.create(tmp_path / "work", bare)


@pytest.fixture
def port(repository: Repository) -> Iterator[int]:
    handler = type("Served", (Handler,), {"folder": str(repository.remote.parent)})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    thread.join()
    server.server_close()


def _ask(port: int, method: str, path: str, headers: dict[str, str] | None = None) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.putrequest(method, path)
    for name, value in (headers or {}).items():
        connection.putheader(name, value)
    connection.endheaders()
    answer = connection.getresponse()
    found = answer.status, answer.read()
    connection.close()
    return found


def test_git_clones_what_was_pushed_to_the_folder(repository: Repository, port: int, tmp_path: Path) -> None:
    repository.write("clusters/a.yaml", "a: 1\n")
    commit = repository.push(SshSigner("ana"))
    done = _git("clone", "--quiet", f"http://127.0.0.1:{port}/work.git", "copy", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert _git("rev-parse", "HEAD", folder=tmp_path / "copy").stdout.strip() == commit
    assert (tmp_path / "copy" / "clusters" / "a.yaml").read_text() == "a: 1\n"


def test_nothing_is_written_over_http(repository: Repository, port: int) -> None:
    repository.write("a", "a")
    repository.push(None)
    pushed = _git("push", f"http://127.0.0.1:{port}/work.git", "HEAD:refs/heads/other", folder=repository.folder)
    assert pushed.returncode != 0
    assert "other" not in _git("branch", "--list", folder=repository.remote).stdout


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", "/healthz", {}, 200),
        ("GET", ADVERTISED, {}, 200),
        ("GET", ADVERTISED.replace("work", "none"), {}, 404),
        ("GET", "/work.git/info/refs?service=git-receive-pack", {}, 403),
        ("GET", "/work.git/HEAD", {}, 403),
        # Git itself refuses to leave the folder.
        ("GET", "/../etc/passwd/info/refs?service=git-upload-pack", {}, 500),
        ("POST", "/work.git/git-receive-pack", {"Content-Length": "0"}, 403),
        ("POST", "/work.git/git-upload-pack", {}, 411),
        ("POST", "/work.git/git-upload-pack", {"Content-Length": str(2**30)}, 413),
    ],
)
def test_what_is_answered(port: int, method: str, path: str, headers: dict[str, str], status: int) -> None:
    assert _ask(port, method, path, headers)[0] == status


def test_without_git_it_says_so(port: int, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("shutil.which", lambda _name: "/nowhere/git")
    assert _ask(port, "GET", ADVERTISED)[0] == 502
    assert "/nowhere/git" in capfd.readouterr().err


def test_as_a_process_it_ends_when_told(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-P", git_server.__file__, "0", str(tmp_path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    process.terminate()
    process.communicate(timeout=20)
    assert process.returncode is not None
