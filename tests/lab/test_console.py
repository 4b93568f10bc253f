from __future__ import annotations

import io
import signal
import subprocess
import sys
import threading

import pytest
from rich.console import Console

from lab.console import console_reporter
from lab.paths import PROJECT_ROOT

_TERMINATED = """
import os, signal, sys, time
from lab.console import console_reporter
try:
    with console_reporter():
        os.kill(os.getpid(), int(sys.argv[1]))
        time.sleep(60)
finally:
    print("tidied up")
"""


class _Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> _Clock:
    return _Clock()


@pytest.fixture
def out() -> io.StringIO:
    return io.StringIO()


def _plain(out: io.StringIO) -> Console:
    return Console(file=out, force_terminal=False, width=40)


def _terminal(out: io.StringIO) -> Console:
    return Console(file=out, force_terminal=True, width=100, color_system=None, legacy_windows=False)


def test_on_a_terminal_that_cannot_be_drawn_on_progress_is_lines(out: io.StringIO, clock: _Clock) -> None:
    console = Console(file=out, force_terminal=True, width=100, _environ={"TERM": "dumb"})
    with console_reporter(console, clock) as report:
        report.step("engine", "compiling 1/3 packages")
        assert out.getvalue() == "[0:00] engine: compiling 1/3 packages\n"


class TestWithoutATerminal:
    def test_progress_of_one_work_is_said_every_five_seconds_at_most(self, out: io.StringIO, clock: _Clock) -> None:
        with console_reporter(_plain(out), clock) as report:
            for number in range(13):
                report.step("engine", f"compiling {number}/1830 packages")
                clock.now += 1
        assert out.getvalue().splitlines() == [
            "[0:00] engine: compiling 0/1830 packages",
            "[0:05] engine: compiling 5/1830 packages",
            "[0:10] engine: compiling 10/1830 packages",
        ]

    def test_another_kind_of_work_and_results_are_said_at_once(self, out: io.StringIO, clock: _Clock) -> None:
        with console_reporter(_plain(out), clock) as report:
            report.step("engine", "downloading modules: 1 (a v1)")
            report.step("engine", "downloading modules: 2 (b v1)")
            report.step("engine", "compiling 0/3 packages")
            report.step("other", "cached: crane 0.22.1")
            clock.now += 65
            report.step("engine", "built: pulumi 3.259.0")
        assert out.getvalue().splitlines() == [
            "[0:00] engine: downloading modules: 1 (a v1)",
            "[0:00] engine: compiling 0/3 packages",
            "[0:00] other: cached: crane 0.22.1",
            "[1:05] engine: built: pulumi 3.259.0 (1:05)",
        ]

    def test_lines_are_said_as_they_are(self, out: io.StringIO) -> None:
        with console_reporter(_plain(out)) as report:
            report.log("a [bold]line[/bold] that is much longer than the forty columns of this console")
        assert out.getvalue() == (
            "[0:00] a [bold]line[/bold] that is much longer than the forty columns of this console\n"
        )

    def test_it_can_be_used_from_several_threads(self, out: io.StringIO) -> None:
        with console_reporter(_plain(out)) as report:
            threads = [threading.Thread(target=report.step, args=(f"part-{n}", "ready")) for n in range(20)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        assert sorted(out.getvalue().splitlines()) == sorted(f"[0:00] part-{n}: ready" for n in range(20))

    def test_a_service_that_is_running_is_a_result(self, out: io.StringIO, clock: _Clock) -> None:
        with console_reporter(_plain(out), clock) as report:
            report.step("etcd", "starting")
            clock.now += 2
            report.step("etcd", "running on 127.0.0.1:2379")
        assert out.getvalue().splitlines()[-1] == "[0:02] etcd: running on 127.0.0.1:2379 (0:02)"


class TestOnATerminal:
    def test_results_stay_and_work_does_not(self, out: io.StringIO, clock: _Clock) -> None:
        with console_reporter(_terminal(out), clock) as report:
            report.step("engine", "compiling 1/3 packages")
            clock.now += 3
            report.step("engine", "built: pulumi 3.259.0")
            report.step("etcd", "failed: no port")
            report.log("a [line]")
        text = out.getvalue()
        assert "✓ engine  built: pulumi 3.259.0  0:03\n" in text
        assert "✗ etcd  failed: no port\n" in text
        assert "a [line]\n" in text

    def test_work_in_progress_is_drawn_with_its_time(self, out: io.StringIO, clock: _Clock) -> None:
        console = _terminal(out)
        with console_reporter(console, clock) as report:
            report.step("engine", "compiling 1/3 packages")
            clock.now += 61
            report.log("drawn anew")  # printing above a live display draws it again
        assert any(
            "engine" in line and "compiling 1/3 packages" in line and "1:01" in line
            for line in out.getvalue().splitlines()
        )

    def test_a_failure_says_how_far_it_was(self, out: io.StringIO, clock: _Clock) -> None:
        def work() -> None:
            with console_reporter(_terminal(out), clock) as report:
                report.step("engine", "compiling 1/3 packages")
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            work()
        assert "✗ engine  stopped: compiling 1/3 packages\n" in out.getvalue()


def test_progress_goes_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    with console_reporter() as report:
        report.step("engine", "ready")
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == "[0:00] engine: ready\n"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_a_command_tidily(number: signal.Signals) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _TERMINATED, str(int(number))],
        cwd=PROJECT_ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 128 + number
    assert done.stdout == "tidied up\n"
    assert done.stderr == ""


def test_the_handler_before_comes_back(out: io.StringIO) -> None:
    before = signal.getsignal(signal.SIGTERM)
    with console_reporter(_plain(out)):
        assert signal.getsignal(signal.SIGTERM) is not before
    assert signal.getsignal(signal.SIGTERM) is before
