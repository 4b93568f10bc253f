"""Runs `pulumi` as a child process and tells what it did."""

from __future__ import annotations

import json
import signal
import subprocess
import tempfile
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import yaml

from lab.engine.events import Summary, summarize
from lab.engine.state import StackState
from lab.errors import LabError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from types import FrameType

_TAIL = 20  # lines
_UPDATE_FLAGS = ("--yes", "--skip-preview", "--non-interactive")


class EngineError(LabError):
    """`pulumi` failed where its answer was needed."""


@dataclass(frozen=True)
class Finished:
    """A `pulumi` command that has ended; its output is empty when it went to the terminal."""

    exit_code: int
    stdout: str
    stderr: str


class Engine:
    """The real engine, for one project.

    Args:
        environment: the complete environment (`lab.engine.environment`).
        project: the folder of `Pulumi.yaml`.
    """

    def __init__(self, environment: Mapping[str, str], project: Path) -> None:
        self._environment = {
            **environment,
            "PULUMI_DEBUG_COMMANDS": "true",  # `--event-log` exists only with it
        }
        self.project = project

    @property
    def environment(self) -> Mapping[str, str]:
        """The environment of its processes."""
        return self._environment

    @property
    def project_name(self) -> str:
        """The name in `Pulumi.yaml`.

        Raises:
            UsageError: there is none.
        """
        file = self.project / "Pulumi.yaml"
        try:
            name = yaml.safe_load(file.read_text("utf-8"))["name"]
        except (OSError, yaml.YAMLError, KeyError, TypeError) as error:
            raise UsageError("no readable Pulumi project", where=str(file), remedy="name its folder") from error
        return str(name)

    @property
    def backend(self) -> Path:
        """The folder of the file backend.

        Raises:
            UsageError: the backend is another one.
        """
        url = urlsplit(self._environment.get("PULUMI_BACKEND_URL", ""))
        if url.scheme != "file":
            raise UsageError(
                "the lab keeps its stacks in files", where="PULUMI_BACKEND_URL", remedy="use `cartorio shell`"
            )
        return Path(unquote(url.netloc + url.path))

    def state_file(self, stack: str) -> Path:
        """Where the file backend keeps the state of `stack`."""
        return self.backend / ".pulumi" / "stacks" / self.project_name / f"{stack}.json"

    def run(
        self, *arguments: str, stack: str | None = None, output: Callable[[str], None] | None = None, check: bool = True
    ) -> Finished:
        """Run `pulumi ARGUMENTS` in the project's folder, without a terminal to ask at.

        Args:
            arguments: the subcommand and its flags.
            stack: added as `--stack`.
            output: gets every line as it is printed; without it the output is only returned.
            check: whether a failure is an error.

        Raises:
            EngineError: it failed, and `check`.
            KeyboardInterrupt: Ctrl-C, SIGTERM or SIGHUP, after the engine has ended by itself: it is asked to cancel.
        """
        command = ["pulumi", *arguments, *(("--stack", stack) if stack else ())]
        finished = self._run(command, output)
        if check and finished.exit_code != 0:
            said = (finished.stderr or finished.stdout).strip() or "it said nothing"
            raise EngineError(
                f"pulumi {arguments[0] if arguments else ''} failed (exit code {finished.exit_code}): {said}",
                where=str(self.project),
            )
        return finished

    def select_or_init(self, stack: str) -> None:
        """Make `stack` exist and be the selected one."""
        self.run("stack", "select", "--create", "--non-interactive", stack=stack)

    def export(self, stack: str) -> StackState:
        """The state of `stack`, asked of the engine; see `state` for the cheap way.

        Raises:
            EngineError: there is no such stack.
        """
        return StackState.parse(json.loads(self.run("stack", "export", stack=stack).stdout))

    def state(self, stack: str) -> StackState:
        """The state of `stack`, read from its file; empty when there is none yet.

        Raises:
            LabError: the file is damaged.
        """
        file = self.state_file(stack)
        try:
            return StackState.parse(json.loads(file.read_text("utf-8")))
        except FileNotFoundError:
            return StackState()
        except (ValueError, AttributeError) as error:  # JSONDecodeError is a ValueError
            raise LabError(
                f"the stack's state is damaged: {error}",
                where=str(file),
                remedy=f"put back {file.name}.bak, or `make down && make up` to start anew",
            ) from error

    def preview(self, stack: str, *flags: str, output: Callable[[str], None] | None = None) -> Summary:
        """What `up` would do."""
        return self._update("preview", stack, ("--non-interactive", *flags), output)

    def up(self, stack: str, *flags: str, output: Callable[[str], None] | None = None) -> Summary:
        """Bring the stack to what the program says."""
        return self._update("up", stack, (*_UPDATE_FLAGS, *flags), output)

    def refresh(self, stack: str, *flags: str, output: Callable[[str], None] | None = None) -> Summary:
        """Bring the state to what is really there."""
        return self._update("refresh", stack, (*_UPDATE_FLAGS, *flags), output)

    def destroy(self, stack: str, *flags: str, output: Callable[[str], None] | None = None) -> Summary:
        """Delete every resource of the stack."""
        return self._update("destroy", stack, (*_UPDATE_FLAGS, *flags), output)

    def _update(self, command: str, stack: str, flags: Sequence[str], output: Callable[[str], None] | None) -> Summary:
        with tempfile.TemporaryDirectory(prefix="cartorio-") as folder:  # mode 0700: events can hold secrets
            log = Path(folder) / "events.jsonl"
            finished = self.run(
                command, *flags, "--color", "never", "--event-log", str(log), stack=stack, output=output, check=False
            )
            # By this end of a line alone: texts hold others, which `splitlines` would take for one.
            lines = log.read_text("utf-8").rstrip("\n").split("\n") if log.is_file() else []
        summary = summarize(lines, finished.exit_code)
        if finished.exit_code != 0 and not summary.finished and not summary.diagnostics:
            # It never came to the point of logging events: a lock, a bad project file, a missing plugin.
            raise EngineError(f"pulumi {command} failed: {_last_words(finished)}", where=str(self.project))
        return summary

    def _run(self, command: list[str], output: Callable[[str], None] | None) -> Finished:
        try:
            child = subprocess.Popen(
                command,
                cwd=self.project,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                encoding="utf-8",
                errors="replace",
                bufsize=1,
                process_group=0,  # a terminal's Ctrl-C reaches this process alone, which passes it on exactly once
            )
        except OSError as error:
            raise EngineError(
                f"pulumi cannot be started: {error}", where=str(self.project), remedy="cartorio toolchain"
            ) from error
        said: dict[str, list[str]] = {"stdout": [], "stderr": []}
        readers = [
            threading.Thread(target=_read, args=(stream, said[name], output), daemon=True)
            for name, stream in (("stdout", child.stdout), ("stderr", child.stderr))
        ]
        for reader in readers:
            reader.start()
        with child, _cancelling(child):
            code = child.wait()
            for reader in readers:
                reader.join()
        return Finished(code, "".join(said["stdout"]), "".join(said["stderr"]))


def _last_words(finished: Finished) -> str:
    """Its error, and before it the end of what it printed: that is where a policy pack that cannot start says why."""
    printed = finished.stdout.strip().splitlines()[-_TAIL:]
    return "\n".join((*printed, finished.stderr.strip())).strip() or f"exit code {finished.exit_code}"


def _read(stream: Any, kept: list[str], output: Callable[[str], None] | None) -> None:  # noqa: ANN401  text pipe
    for line in stream:
        kept.append(line)
        if output is not None:
            output(line.rstrip("\n"))


@contextmanager
def _cancelling(child: subprocess.Popen[str]) -> Iterator[None]:
    """Pass Ctrl-C, SIGTERM and SIGHUP on as the engine's request to cancel; once it has ended, raise KeyboardInterrupt.

    The engine then finishes the steps under way and writes its state; a second request makes it end at once.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    asked = False

    def ask(_number: int, _frame: FrameType | None) -> None:
        nonlocal asked
        asked = True
        child.send_signal(signal.SIGINT)

    heard = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    # What is ignored (as `nohup` has it) stays so.
    previous = {number: signal.signal(number, ask) for number in heard if signal.getsignal(number) != signal.SIG_IGN}
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
    if asked:
        raise KeyboardInterrupt
