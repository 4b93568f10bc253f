"""Runs `pulumi preview` and reduces what it logs to a plan. The log can hold secrets: it is private, and not kept."""

from __future__ import annotations

import getpass
import os
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from delivery.plan.model import Origin
from delivery.plan.policies import read_record
from delivery.plan.reduce import reduce
from delivery.plan.values import scrub
from delivery.preview.sources import Sources
from guardrails.record import VARIABLE as RECORD
from lab.engine.engine import Engine, EngineError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from delivery.plan.model import Plan
    from lab.engine.engine import Finished

_TAIL: Final = 20  # lines
_CHARTS: Final = "lab:charts"


def preview(
    engine: Engine,
    stack: str,
    *,
    lab: bool = False,
    output: Callable[[str], None] | None = None,
    flags: tuple[str, ...] = (),
) -> Plan:
    """The plan of a stack, complete or not.

    Args:
        engine: on the project; it knows the stack.
        stack: the stack.
        lab: the engine is the lab's.
        output: gets every line that `pulumi` prints.
        flags: more of `pulumi preview`'s.

    Raises:
        EngineError: `pulumi` did not come to the point of previewing anything.
    """
    begun, at = time.monotonic(), datetime.now(UTC).replace(microsecond=0)
    with (
        tempfile.TemporaryDirectory(prefix="cartorio-") as folder,  # mode 0700
        ThreadPoolExecutor(thread_name_prefix="asked") as pool,
    ):
        # Asked meanwhile: whoever waits for the preview does not wait for these, too.
        asked_version, asked_commit = pool.submit(version, engine), pool.submit(commit, engine.project, os.environ)
        log, told = Path(folder) / "events.jsonl", Path(folder) / "record.jsonl"
        recording = Engine({**engine.environment, RECORD: str(told)}, engine.project)
        finished = recording.run(
            *("preview", "--non-interactive", "--color", "never", "--event-log", str(log), *flags),
            stack=stack,
            output=output,
            check=False,
        )
        with _lines(told) as entries:
            record = read_record(entries)
        origin = Origin(
            at=at,
            by=person(os.environ),
            engine=asked_version.result(),
            commit=asked_commit.result(),
            lab=lab,
            seconds=round(time.monotonic() - begun, 1),
        )
        with _lines(log) as lines:
            plan = reduce(
                _named(lines, engine.environment) if lab else lines,
                project=engine.project_name,
                stack=stack,
                origin=origin,
                exit_code=finished.exit_code,
                record=record,
            )
    if not (plan.complete or plan.findings or plan.problems):
        raise EngineError(f"pulumi preview failed: {_last_words(finished)}", where=f"stack {stack}")
    return located(plan, engine.project)


def located(plan: Plan, project: Path) -> Plan:
    """The plan with the lines of the program that its findings are about, where they are known."""
    if not plan.findings:
        return plan
    sources = Sources(project)
    findings = tuple(one.model_copy(update={"source": sources.line(one.urn)}) for one in plan.findings)
    return plan.model_copy(update={"findings": findings})


def person(environment: Mapping[str, str]) -> str:
    """Who has it done: of a workflow, whoever started it."""
    if actor := environment.get("GITHUB_ACTOR"):
        return actor
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container's user without a name
        return f"uid {os.getuid()}"


def commit(project: Path, environment: Mapping[str, str]) -> str:
    """The commit of the program; "" when it is none."""
    if environment.get("GITHUB_ACTIONS") == "true" and (sha := environment.get("GITHUB_SHA")):
        return sha
    try:
        done = subprocess.run(
            ["git", "-C", str(project), "rev-parse", "--verify", "HEAD"],  # noqa: S607 - the user's git
            capture_output=True, text=True, timeout=10, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def version(engine: Engine) -> str:
    """The engine's version, as in "3.259.0"."""
    return engine.run("version").stdout.strip().removeprefix("v")


def _named(lines: Iterable[str], environment: Mapping[str, str]) -> Iterator[str]:
    """Lines with the address of the lab's charts by its name: it is another one in every lab, the plan is not."""
    from lab.charts.mirror import MIRROR

    address = environment.get(MIRROR)
    return (line.replace(address, _CHARTS) if address else line for line in lines)


class _lines:  # noqa: N801 - used as a function
    """The lines of a file that may not be there."""

    def __init__(self, file: Path) -> None:
        self._stream = file.open(encoding="utf-8", errors="replace") if file.is_file() else None

    def __enter__(self) -> Iterator[str]:
        return iter(self._stream or ())

    def __exit__(self, *exception: object) -> None:
        if self._stream:
            self._stream.close()


def _last_words(finished: Finished) -> str:
    printed = finished.stdout.strip().splitlines()[-_TAIL:]
    return scrub("\n".join((*printed, finished.stderr.strip()))).strip() or f"exit code {finished.exit_code}"
