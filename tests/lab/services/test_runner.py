from __future__ import annotations

import os
import signal
import socket
import sys
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import psutil
import pytest

from lab.errors import LabError
from lab.paths import LabPaths
from lab.report import Quiet
from lab.services import NoTools, ports, processes, runner, state
from lab.services.client import Client, NotReady
from lab.services.pki import Pki
from lab.services.runner import Runner
from lab.services.service import Service, Site

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class _Steps(Quiet):
    def __init__(self) -> None:
        self.steps: list[tuple[str, str]] = []

    def step(self, name: str, state: str) -> None:
        self.steps.append((name, state))


def _serving(name: str, *needs: str, option: str = "") -> Service:
    """A real server that answers in a tenth of a second."""
    return Service(
        name,
        needs,
        (name,),
        lambda site: (
            *(sys.executable, "-c", _SERVER, str(site.ports[name])),
            *([option] if option else []),
        ),
        (),
        lambda site: Client(site.ports[name], None).expect("/"),
        scheme="http",
    )


_SERVER = """
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()
ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""


def _running(name: str, code: str, *needs: str, deadline: float = 60.0) -> Service:
    """A real program that never answers."""
    return replace(_serving(name, *needs), command=lambda _site: (sys.executable, "-c", code), deadline=deadline)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    paths = LabPaths(tmp_path / "lab", tmp_path / "cache")
    paths.logs.mkdir(parents=True)
    yield Site(paths, NoTools(), Pki(tmp_path, "one"), {})
    processes.stop((identity for _, identity in processes.of_lab(paths.root)), root=paths.root, grace=0)


def _run(site: Site, *services: Service, report: Quiet | None = None) -> dict[str, int]:
    """One run; returns the pids."""
    current = state.load(site.paths) or state.State()
    Runner(services, site, current, report or Quiet()).run(lambda: None)
    saved = state.load(site.paths)
    assert saved is not None
    return {name: record.process.pid for name, record in saved.services.items()}


def test_a_service_starts_once_those_it_needs_answer(site: Site) -> None:
    report = _Steps()
    _run(site, _serving("a"), _serving("b", "a"), _serving("c", "b"), report=report)
    order = [(name, what.partition(" ")[0]) for name, what in report.steps]
    assert order == [(name, what) for name in "abc" for what in ("starting", "ready")]


def test_what_runs_is_kept(site: Site) -> None:
    services = (_serving("a"), _serving("b", "a"))
    first = _run(site, *services)
    assert _run(site, *services) == first
    assert {name for name, _ in processes.of_lab(site.paths.root)} == {"a", "b"}


def test_other_settings_restart_it_and_nobody_else(site: Site) -> None:
    first = _run(site, _serving("a"), _serving("b"))
    second = _run(site, _serving("a", option="other"), _serving("b"))
    assert second["a"] != first["a"]
    assert second["b"] == first["b"]


def test_new_certificates_restart_all_but_those_that_would_forget(site: Site) -> None:
    services = (_serving("a"), replace(_serving("b"), forgets=True))
    first = _run(site, *services)
    second = _run(replace(site, pki=Pki(site.pki.folder, "two")), *services)
    assert second["a"] != first["a"]
    assert second["b"] == first["b"]


def test_another_port_restarts_those_that_were_told_the_old_one(site: Site) -> None:
    services = (_serving("a"), _serving("b", "a"), _serving("c"))
    first = _run(site, *services)
    saved = state.load(site.paths)
    assert saved is not None
    processes.stop([saved.services["a"].process], root=site.paths.root, grace=5)
    state.save(site.paths, saved.model_copy(update={"ports": {**saved.ports, "a": ports.choose(())}}))
    second = _run(site, *services)
    assert second["b"] != first["b"]
    assert second["c"] == first["c"]


def test_a_port_taken_between_choice_and_start_is_given_up(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as squatter:
        squatter.bind(("127.0.0.1", 0))
        taken = squatter.getsockname()[1]
        choices = [taken]
        choose = ports.choose
        monkeypatch.setattr(ports, "choose", lambda used: choices.pop() if choices else choose(used))
        report = _Steps()
        _run(site, _serving("a"), report=report)
    saved = state.load(site.paths)
    assert saved is not None
    assert saved.ports["a"] != taken
    assert ("a", "choosing another port: it was taken meanwhile") in report.steps


def test_somebody_elses_answer_does_not_count(site: Site) -> None:
    other = _run(site, _serving("other"))
    saved = state.load(site.paths)
    assert saved is not None
    port = saved.ports["other"]
    deaf = replace(
        _running("a", "import time; time.sleep(60)", deadline=0.3), probe=lambda _site: Client(port, None).expect("/")
    )
    with pytest.raises(LabError, match="a did not answer within 0 s: another process answers on its port"):
        _run(site, _serving("other"), deaf)
    assert psutil.pid_exists(other["other"])


def test_a_port_that_is_always_taken_is_an_error(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as squatter:
        squatter.bind(("127.0.0.1", 0))
        taken = squatter.getsockname()[1]
        monkeypatch.setattr(ports, "choose", lambda _used: taken)
        with pytest.raises(LabError, match="a found its port taken 3 times"):
            _run(site, _serving("a"))


def test_one_that_ends_at_once_shows_its_last_words(site: Site) -> None:
    with pytest.raises(LabError, match=r"(?s)a ended while it was starting.*out of luck") as caught:
        _run(site, _running("a", "import sys; sys.exit('out of luck')"))
    assert caught.value.where == str(site.paths.logs / "a.log")
    assert "cartorio lab logs a" in str(caught.value.remedy)


def test_one_that_never_answers_is_ended(site: Site) -> None:
    with pytest.raises(LabError, match="a did not answer within 0 s: no answer from"):
        _run(site, _running("a", "import time; time.sleep(60)", deadline=0.3))
    assert processes.of_lab(site.paths.root) == ()


def test_a_program_that_is_not_there_is_an_error(site: Site) -> None:
    missing = replace(_serving("a"), command=lambda site: (str(site.paths.root / "no-such-program"),))
    with pytest.raises(LabError, match="No such file") as caught:
        _run(site, missing)
    assert "no-such-program" in str(caught.value.where)


def test_a_failure_ends_the_run_at_once_and_keeps_what_runs(site: Site) -> None:
    broken = (
        _serving("a"),
        _running("b", "import sys; sys.exit(1)", "a"),
        _serving("c", "b"),
        _running("d", "import time; time.sleep(60)"),
    )
    with pytest.raises(LabError, match="b ended"):
        _run(site, *broken)  # does not wait out the deadline of d
    saved = state.load(site.paths)
    assert saved is not None
    assert "c" not in saved.services
    pid = saved.services["a"].process.pid
    assert _run(site, _serving("a"), _serving("b", "a"), _serving("c", "b"))["a"] == pid


def test_an_interrupted_run_is_continued(site: Site) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    services = (_serving("a"), _serving("b", "a"))
    with pytest.raises(KeyboardInterrupt):
        Runner(services, site, state.State(), Quiet()).run(interrupt)
    saved = state.load(site.paths)
    assert saved is not None
    assert _run(site, *services) == {name: record.process.pid for name, record in saved.services.items()}


def test_one_still_starting_gets_its_whole_time_and_one_that_hangs_does_not(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "_PATIENCE", 0.3)
    monkeypatch.setattr(runner, "GRACE", 0.3)
    monkeypatch.setattr("lab.services.client.Client.request", _quick(Client.request))
    first = _run(site, _serving("a"))
    saved = state.load(site.paths)
    assert saved is not None
    assert saved.services["a"].answered
    os.kill(first["a"], signal.SIGSTOP)
    report = _Steps()
    second = _run(site, _serving("a"), report=report)
    assert second["a"] != first["a"]
    assert report.steps[0][1].startswith("restarting: no answer from")
    # The same, but it has never answered: it is waited for, and answers.
    os.kill(second["a"], signal.SIGSTOP)
    record = saved.services["a"].model_copy(
        update={
            "answered": False,
            "process": processes.Identity(second["a"], psutil.Process(second["a"]).create_time()),
        }
    )
    state.save(site.paths, saved.model_copy(update={"services": {"a": record}}))
    waking = threading.Timer(1.0, os.kill, (second["a"], signal.SIGCONT))
    waking.start()
    assert _run(site, _serving("a")) == second
    waking.join()


def test_a_process_without_a_record_is_ended_before_another_starts(site: Site) -> None:
    first = _run(site, _serving("a"))
    saved = state.load(site.paths)
    assert saved is not None
    state.save(site.paths, saved.model_copy(update={"services": {}}))
    second = _run(site, _serving("a"))
    assert second != first
    assert [identity.pid for _, identity in processes.of_lab(site.paths.root)] == [second["a"]]


def test_a_generation_is_new_with_each_start_only(site: Site) -> None:
    def generation() -> str:
        saved = state.load(site.paths)
        assert saved is not None
        return saved.services["a"].generation

    _run(site, _serving("a"))
    first = generation()
    _run(site, _serving("a"))
    assert generation() == first
    _run(site, _serving("a", option="other"))
    assert generation() != first


def test_what_finishes_is_awaited(site: Site) -> None:
    calls: list[int] = []

    def finish() -> None:
        calls.append(1)
        if len(calls) < 3:
            raise NotReady("soon")

    Runner((_serving("a"),), site, state.State(), Quiet()).run(finish)
    assert len(calls) == 3


def test_what_is_done_aside_waits_for_what_it_needs_and_not_for_the_others(site: Site) -> None:
    report, aside = _Steps(), threading.Event()

    def finish() -> None:
        if not aside.is_set():
            raise NotReady("it is not done yet")

    def do() -> None:
        assert ("a", "ready") in [(name, what.partition(" ")[0]) for name, what in report.steps]
        aside.set()

    Runner((_serving("a"), _serving("b")), site, state.State(), report).run(finish, do, ["a"])
    assert aside.is_set()


def test_what_fails_aside_fails_the_whole_and_nothing_waits_for_it(site: Site) -> None:
    def fail() -> None:
        raise LabError("no key")

    never = _running("b", "import time; time.sleep(60)")
    with pytest.raises(LabError, match="no key"):
        Runner((_serving("a"), never), site, state.State(), Quiet()).run(lambda: None, fail, ["a"])


def _quick(request: object) -> object:
    def limited(self: Client, method: str, path: str, body: object = None) -> tuple[int, bytes]:
        self._timeout = 0.2
        assert callable(request)
        answer: tuple[int, bytes] = request(self, method, path, body)
        return answer

    return limited
