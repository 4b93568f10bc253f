"""What this house asks of workflows beyond what GitHub and zizmor do. Pure.

Every shell is one call of `make` or `cartorio`, which a person can run; actions are pinned by commit and say their
version; a token may do what its job says and nothing else; one run at a time where a stack is touched; no secret but
the run's own token, which is none of ours.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from delivery.workflows.model import Job, Step, Workflow

_PROGRAM: Final = re.compile(r"(make|\.venv/bin/cartorio)( |$)")
# Of the shell nothing but "$NAME" in double quotes, which is one word whatever it holds.
_QUOTED: Final = re.compile(r"\"[\w./-]*(\$[A-Z_]+[\w./-]*)?\"")
_SHELL: Final = re.compile(r"[\n;&|<>`$(){}\\*?~!#'\"]")
_PINNED: Final = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}")
_VERSION: Final = re.compile(r"v\d+(\.\d+){0,2}")
_USES: Final = re.compile(r"^\s*(?:- )?uses:\s*(\S+)[ \t]*(?:#\s*(.*))?$", re.MULTILINE)
_SECRET: Final = re.compile(r"secrets\s*(\.|\[)|secrets:\s*inherit")
_WRITES: Final = frozenset({"write", "write-all"})
_FROM_ELSEWHERE: Final = ("pull_request_target", "workflow_run")


@dataclass(frozen=True)
class Fault:
    """Something that is not as it has to be: where, and what to do."""

    where: str
    what: str


def faults(workflow: Workflow) -> Iterator[Fault]:
    """What is wrong with a workflow or an action."""
    name = workflow.file.name
    for what in (*_of_rights(workflow), *_of_actions(workflow.text)):
        yield Fault(name, what)
    for step in workflow.steps:
        if step.run and not _plain(step):
            yield Fault(
                f"{name}: {step.job or 'steps'}",
                f"runs {step.run.strip().splitlines()[0][:60]!r}: it has to be one call of make or .venv/bin/cartorio,"
                ' with nothing of the shell but "$NAME"; what is missing belongs into one of them',
            )
    for job in workflow.jobs:
        for what in _of_job(job):
            yield Fault(f"{name}: {job.id}", what)


def _of_rights(workflow: Workflow) -> Iterator[str]:
    for event in _FROM_ELSEWHERE:
        if event in workflow.events:
            yield f"starts on {event}, with this repository's rights for what forks propose: use pull_request"
    if workflow.jobs and workflow.permissions is None:
        yield "says no `permissions` of its own: write `permissions: {}`, and each job what it needs"
    elif _WRITES & set((workflow.permissions or {}).values()):
        yield "lets every job write: write `permissions: {}`, and each job what it needs"
    if _SECRET.search(workflow.text):
        yield "uses a stored secret: workflows take roles by OIDC, and the token of their run (github.token)"


def _of_actions(text: str) -> Iterator[str]:
    for action, comment in _USES.findall(text):
        if action.startswith("./"):
            continue
        if _PINNED.fullmatch(action) is None:
            yield f"{action} is not pinned by a whole commit"
        elif _VERSION.fullmatch(comment.strip()) is None:
            yield f"{action.partition('@')[0]} does not say its version: `# v1.2.3` behind the commit"


def _plain(step: Step) -> bool:
    run = step.run.strip()
    return _PROGRAM.match(run) is not None and _SHELL.search(_QUOTED.sub("", run)) is None


def _of_job(job: Job) -> Iterator[str]:
    if not job.minutes:
        yield "has no timeout-minutes"
    if "*" in job.permissions:
        yield f"has permissions {job.permissions['*']}: name each"
    if job.permissions.get("id-token") == "write":
        if not job.concurrent:
            yield "takes a role without `concurrency`: two runs could touch one stack at a time"
        other = sorted(name for name, level in job.permissions.items() if level == "write" and name != "id-token")
        if other:
            yield f"takes a role and may write {', '.join(other)}, too: let another job do that"
