"""A workflow, as far as the checks look at it: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import yaml

from lab.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


@dataclass(frozen=True)
class Step:
    """One step of a job.

    Attributes:
        job: the job's id; "" in a composite action.
        uses: the action, with its version; "" without one.
        run: the shell; "" without any.
        arguments: what the action is given.
    """

    job: str
    uses: str
    run: str
    arguments: Mapping[str, str]


@dataclass(frozen=True)
class Job:
    """One job.

    Attributes:
        id: how others name it.
        environment: where GitHub may ask for approval; "" without one.
        permissions: of its token.
        concurrent: the group of which one run goes at a time; "" without one.
        minutes: after which it is ended; 0 without a limit.
        stacks: the values of `stack` in its matrix.
        steps: what it does.
    """

    id: str
    environment: str
    permissions: Mapping[str, str]
    concurrent: str
    minutes: int
    stacks: tuple[str, ...]
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Workflow:
    """One file.

    Attributes:
        file: where it is.
        text: all of it.
        events: what starts it.
        permissions: of every job that does not say otherwise; None: GitHub's default, which is too much.
        jobs: none in a composite action.
        steps: of all jobs, or of the composite action.
    """

    file: Path
    text: str
    events: tuple[str, ...]
    permissions: Mapping[str, str] | None
    jobs: tuple[Job, ...]
    steps: tuple[Step, ...]


def read(file: Path) -> Workflow:
    """Read a workflow or a composite action.

    Raises:
        UsageError: it is neither.
    """
    try:
        text = file.read_text(encoding="utf-8")
        # YAML 1.1 takes `on:` for a truth value; the base loader leaves all that is plain a text.
        document = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - makes texts, lists and mappings only
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise UsageError(f"the workflow cannot be read: {error}", where=str(file)) from error
    if not isinstance(document, dict) or not ("jobs" in document or "runs" in document):
        raise UsageError("this is neither a workflow nor an action: it has no jobs and no runs", where=str(file))
    jobs = tuple(_jobs(_mapping(document.get("jobs"))))
    own = tuple(_steps("", _mapping(document.get("runs")).get("steps")))
    return Workflow(
        file=file,
        text=text,
        events=tuple(_names(document.get("on"))),
        permissions=_texts(document["permissions"]) if "permissions" in document else None,
        jobs=jobs,
        steps=(*own, *(step for job in jobs for step in job.steps)),
    )


def _jobs(jobs: Mapping[str, object]) -> Iterator[Job]:
    for name, value in jobs.items():
        job = _mapping(value)
        environment = job.get("environment", "")
        concurrency = job.get("concurrency", "")
        minutes = str(job.get("timeout-minutes", ""))
        yield Job(
            id=name,
            environment=str(_mapping(environment).get("name", "") if isinstance(environment, dict) else environment),
            permissions=_texts(job.get("permissions", {})),
            concurrent=str(_mapping(concurrency).get("group", "") if isinstance(concurrency, dict) else concurrency),
            minutes=int(minutes) if minutes.isdecimal() else 0,
            stacks=tuple(_stacks(_mapping(_mapping(job.get("strategy")).get("matrix")))),
            steps=tuple(_steps(name, job.get("steps"))),
        )


def _stacks(matrix: Mapping[str, object]) -> Iterator[str]:
    yield from _names(matrix.get("stack"))
    for entry in _list(matrix.get("include")):
        yield from _names(_mapping(entry).get("stack"))


def _steps(job: str, steps: object) -> Iterator[Step]:
    for value in _list(steps):
        step = _mapping(value)
        yield Step(job, str(step.get("uses", "")), str(step.get("run", "")), _texts(step.get("with", {})))


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _texts(value: object) -> Mapping[str, str]:
    # A text stands for all of them, as `permissions: write-all` does.
    return {"*": value} if isinstance(value, str) else {name: str(one) for name, one in _mapping(value).items()}


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _names(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    else:
        yield from (str(name) for name in (value if isinstance(value, dict | list) else ()))
