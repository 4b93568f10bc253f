"""The roles that workflows take and the roles that the program makes for them are the same, word for word."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from components.settings import parse
from components.supply.github import github_role_name
from components.supply.signer import signer_role_name
from delivery.workflows.check import files
from delivery.workflows.model import Workflow, read
from lab.paths import PROJECT_ROOT
from tests.support.plan import values
from tests.support.stackfiles import config_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from delivery.workflows.model import Job

REPOSITORY = "cartorio-digital/infraestrutura"
STACKS = ("producao", "staging")
_TAKES = "aws-actions/configure-aws-credentials@"


@dataclass(frozen=True, order=True)
class Taken:
    """A role and the subject of the token that takes it."""

    role: str
    subject: str


def _stacks(workflow: Workflow, job: Job) -> tuple[str, ...]:
    # A release is dispatched for a stack: the choice that the form offers.
    offered = re.search(r"options: \[(.+)\]", workflow.text)
    return job.stacks or (tuple(offered[1].split(", ")) if offered else ("",))


def _subject(workflow: Workflow, job: Job, stack: str) -> str:
    """What GitHub writes into `sub`: https://docs.github.com/en/actions/reference/security/oidc#example-subject-claims."""
    if job.environment:
        environment = job.environment.replace("${{ inputs.stack }}", stack)
        return f"repo:{REPOSITORY}:environment:{environment}"
    if "pull_request" in workflow.events:
        return f"repo:{REPOSITORY}:pull_request"
    # Whatever starts it otherwise, it runs on the default branch, or its job's condition leaves it out.
    return f"repo:{REPOSITORY}:ref:refs/heads/main"


def _taken() -> Iterator[tuple[Workflow, Job, Taken]]:
    for file in files(PROJECT_ROOT):
        workflow = read(file)
        for job in workflow.jobs:
            for step in job.steps:
                if step.uses.startswith(_TAKES):
                    arn = step.arguments["role-to-assume"]
                    for stack in _stacks(workflow, job):
                        role = re.sub(r"\$\{\{ (matrix|inputs)\.stack \}\}", stack, arn.rpartition(":role/")[2])
                        yield workflow, job, Taken(role, _subject(workflow, job, stack))


def _made() -> Iterator[Taken]:
    """What `components.supply` makes of the stack files."""
    for stack in STACKS:
        settings = parse(values(config_of(stack)), secrets=frozenset(), stack=stack, root=PROJECT_ROOT, environment={})
        github = settings.configuration.supply.github
        assert github is not None
        yield from (Taken(github_role_name(stack, role.name), role.subject) for role in github.roles)
        yield from (Taken(signer_role_name(stack), subject) for subject in github.signers)


def test_every_role_that_a_workflow_takes_trusts_exactly_it_and_no_role_is_made_for_nobody() -> None:
    assert sorted({taken for _, _, taken in _taken()}) == sorted(_made())


def test_whoever_takes_a_role_has_no_stored_key_and_may_ask_for_a_token() -> None:
    found = list(_taken())
    assert len(found) >= 8
    for workflow, job, _ in found:
        assert job.permissions["id-token"] == "write", (workflow.file, job.id)
        step = next(step for step in job.steps if step.uses.startswith(_TAKES))
        assert not {"aws-access-key-id", "aws-secret-access-key", "aws-session-token"} & set(step.arguments)
        assert step.arguments["mask-aws-account-id"] == "true"


@pytest.mark.parametrize("stack", STACKS)
def test_what_changes_a_stack_waits_for_its_environment_and_for_its_turn(stack: str) -> None:
    deploying = [
        (workflow, job) for workflow, job, taken in _taken() if taken.role == github_role_name(stack, "deploy")
    ]
    assert len(deploying) == 1
    for workflow, job in deploying:
        assert job.environment == stack
        assert job.concurrent == f"deploy-{stack}"
        assert workflow.events == ("push", "workflow_dispatch")


def test_nothing_that_a_fork_proposes_runs_with_a_role() -> None:
    preview = next(read(file) for file in files(PROJECT_ROOT) if file.stem == "preview")
    conditions = dict(re.findall(r"^  (\w+):\n(?:    .*\n)*?    if: (.*)\n", preview.text, re.MULTILINE))
    assert preview.events == ("pull_request",)
    for job in preview.jobs:
        if "write" in job.permissions.values():
            assert "github.event.pull_request.head.repo.full_name == github.repository" in conditions[job.id]


@pytest.mark.parametrize("name", [file.stem for file in files(PROJECT_ROOT) if file.parent.name == "workflows"])
def test_the_page_says_what_each_workflow_does_and_with_which_roles(name: str) -> None:
    page = (PROJECT_ROOT / "docs/workflows.md").read_text(encoding="utf-8")
    section = page.partition(f"\n## {name}.yml\n")[2].partition("\n## ")[0]
    assert section.strip(), f"docs/workflows.md has no section {name}.yml"
    mine = {taken for workflow, _, taken in _taken() if workflow.file.stem == name}
    rows = set(re.findall(r"^\| `([\w-]+)` \| `(repo:\S+)` \|", section, re.MULTILINE))
    assert rows == {(taken.role, taken.subject) for taken in mine}
