from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import ValidationError

from components.sections.supply import Github, Supply


@pytest.mark.parametrize(
    "change",
    [{"registries": []}, {"registries": ["r.io/x", "r.io/x"]}, {"repositories": ["a", "a"]}, {"repositories": []}],
)
def test_registries_and_repositories_are_named_once_and_at_all(change: dict[str, Any]) -> None:
    good: dict[str, Any] = {"registries": ["r.io/x"], "repositories": ["a"]}
    assert Supply.model_validate_json(json.dumps(good)).expire_candidates_days == 30
    with pytest.raises(ValidationError):
        Supply.model_validate_json(json.dumps({**good, **change}))


REPOSITORY = "repo:cartorio-digital/infraestrutura"


def _github(access: str, subject: str, **others: Any) -> Github:  # noqa: ANN401 - settings as JSON
    role = {"name": "it", "access": access, "subject": subject}
    return Github.model_validate_json(json.dumps({"roles": [role], **others}))


@pytest.mark.parametrize("ending", ["pull_request", "environment:producao", "ref:refs/heads/main", "ref:refs/tags/v1"])
def test_a_subject_is_one_repository_and_one_event(ending: str) -> None:
    assert _github("preview", f"{REPOSITORY}:{ending}").roles[0].subject == f"{REPOSITORY}:{ending}"


@pytest.mark.parametrize(
    "subject",
    [
        f"{REPOSITORY}:*",
        "repo:cartorio-digital/*:pull_request",
        "repo:*/infraestrutura:pull_request",
        f"{REPOSITORY}:environment:prod?",
        f"{REPOSITORY}:ref:refs/heads/*",
        f"{REPOSITORY}",
        f"{REPOSITORY}:environment:",
        f"x{REPOSITORY}:pull_request",
        f"{REPOSITORY}:pull_request\n",
    ],
)
def test_patterns_and_parts_of_subjects_are_refused(subject: str) -> None:
    with pytest.raises(ValidationError, match="the exact subject of a GitHub workflow"):
        _github("preview", subject)


@pytest.mark.parametrize("ending", ["pull_request", "ref:refs/heads/main"])
def test_what_asks_nobody_does_not_deploy(ending: str) -> None:
    with pytest.raises(ValidationError, match="must be an environment for access 'deploy'"):
        _github("deploy", f"{REPOSITORY}:{ending}")
    assert _github("deploy", f"{REPOSITORY}:environment:staging").roles


def test_pull_requests_do_not_sign_and_subjects_and_roles_are_named_once() -> None:
    environment = f"{REPOSITORY}:environment:release"
    assert _github("preview", environment, signers=[environment]).signers == (environment,)
    with pytest.raises(ValidationError, match="anybody may open one"):
        _github("preview", environment, signers=[f"{REPOSITORY}:pull_request"])
    with pytest.raises(ValidationError, match="twice"):
        _github("preview", environment, signers=[environment, environment])
    role = {"name": "it", "access": "preview", "subject": environment}
    with pytest.raises(ValidationError, match="names the role 'it' twice"):
        Github.model_validate_json(json.dumps({"roles": [role, role]}))
