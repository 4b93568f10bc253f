from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import ValidationError
from pydantic_core import PydanticCustomError

from components.sections.supply import Github, PullThrough, Supply, in_one_region


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


SECRET = "arn:aws:secretsmanager:sa-east-1:123456789012:secret:ecr-pullthroughcache/ghcr-a1b2c3"


def _cached(upstream: str, credentials: str | None = None, prefix: str = "mirror/it") -> PullThrough:
    source = {"upstream": upstream, "prefix": prefix, "credentials": credentials}
    return PullThrough.model_validate_json(json.dumps(source))


def test_sources_are_asked_with_credentials_where_they_want_them() -> None:
    assert _cached("quay.io").credentials is None
    assert _cached("ghcr.io", SECRET).credentials == SECRET


@pytest.mark.parametrize(
    ("upstream", "credentials", "reason"),
    [
        ("ghcr.io", None, "is needed for upstream 'ghcr.io'"),
        ("registry-1.docker.io", None, "is needed for upstream 'registry-1.docker.io'"),
        ("quay.io", SECRET, "is not taken for upstream 'quay.io'"),
        ("ghcr.io", "a-token-itself", "the ARN of a secret"),
        ("ghcr.io", SECRET.replace("ecr-pullthroughcache/", "cartorio/"), "begins with ecr-pullthroughcache/"),
        ("evil.example", None, "Input should be 'registry-1.docker.io'"),
    ],
)
def test_wrong_credentials_of_a_source(upstream: str, credentials: str | None, reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        _cached(upstream, credentials)


@pytest.mark.parametrize("prefix", ["a", "Mirror", "mirror/", "/mirror", "mirror//x", "m" * 31])
def test_wrong_beginnings_of_names(prefix: str) -> None:
    with pytest.raises(ValidationError, match="beginning of repositories' names"):
        _cached("quay.io", prefix=prefix)


QUAY = {"upstream": "quay.io", "prefix": "mirror/quay.io"}


def _supply(**change: object) -> Supply:
    return Supply.model_validate_json(json.dumps({"registries": ["r.io/x"], "repositories": ["mirror/app"], **change}))


@pytest.mark.parametrize(
    ("sources", "reason"),
    [
        ([QUAY, {**QUAY, "prefix": "other"}], "names the upstream 'quay.io' twice"),
        ([QUAY, {"upstream": "public.ecr.aws", "prefix": "mirror/quay.io"}], "names the prefix 'mirror/quay.io' twice"),
        ([{**QUAY, "prefix": "mirror"}], "'mirror/app' would be one of quay.io"),
    ],
)
def test_sources_are_apart_from_each_other_and_from_what_is_ours(sources: object, reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        _supply(pullThrough=sources)


def test_copies_are_elsewhere_and_credentials_here() -> None:
    good = _supply(
        replication={"region": "us-east-1"},
        pullThrough=[{"upstream": "ghcr.io", "prefix": "mirror/ghcr.io", "credentials": SECRET}],
    )
    assert in_one_region(good, "sa-east-1") is good
    with pytest.raises(PydanticCustomError, match=r"another region than aws\.region"):
        in_one_region(good, "us-east-1")
    with pytest.raises(PydanticCustomError, match="a secret of the stack's region"):
        in_one_region(good.model_copy(update={"replication": None}), "eu-west-1")
