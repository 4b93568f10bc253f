"""The section about where images come from and who signs them."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from components.sections.base import Section, unique
from components.values import (
    BucketName,
    DnsLabel,
    GithubSubject,
    OidcProviderArn,
    PrincipalArn,
    RegistryPrefix,
    RepositoryName,
)


class Scanning(StrEnum):
    """How the registry looks for vulnerabilities in what is pushed."""

    BASIC = "BASIC"
    """Packages of the operating system, when an image is pushed."""
    ENHANCED = "ENHANCED"
    """Amazon Inspector: packages of languages too, and again whenever a new vulnerability is known."""


class GithubAccess(StrEnum):
    """What a workflow may do: look at the stack, or change it."""

    PREVIEW = "preview"
    DEPLOY = "deploy"


class GithubRole(Section):
    """A role that one kind of workflow run takes, without a stored key."""

    name: DnsLabel
    """End of the role's name, `cartorio-<stack>-<name>`."""
    access: GithubAccess
    """What it may do: `preview` looks and decrypts, `deploy` changes the stack."""
    subject: GithubSubject
    """The one subject that may take it. To deploy it has to be an environment, where GitHub asks for approval."""
    session_seconds: Annotated[int, Field(ge=3600, le=43200)] = 3600
    """How long its credentials hold."""

    @field_validator("subject")
    @classmethod
    def _approved(cls, value: str, info: ValidationInfo) -> str:
        if info.data.get("access") is GithubAccess.DEPLOY and ":environment:" not in value:
            raise PydanticCustomError(
                "approved",
                "must be an environment for access 'deploy', such as repo:ORG/REPO:environment:producao:"
                " branches and pull requests ask nobody",
                {},
            )
        return value


class Github(Section):
    """GitHub's workflows as principals of the account."""

    provider_arn: OidcProviderArn | None = None
    """The account's OIDC provider for GitHub, where it exists already (an account has one); made here when absent."""
    state_bucket: BucketName | None = None
    """The bucket of Pulumi's state, when it is in this account."""
    roles: tuple[GithubRole, ...] = ()
    """The roles of previews and deployments."""
    signers: tuple[GithubSubject, ...] = ()
    """Subjects that may take the role that signs releases."""

    @field_validator("roles")
    @classmethod
    def _named_once(cls, value: tuple[GithubRole, ...]) -> tuple[GithubRole, ...]:
        unique(tuple(role.name for role in value), "the role")
        return value

    @field_validator("signers")
    @classmethod
    def _signers(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for subject in value:
            if subject.endswith(":pull_request"):
                raise PydanticCustomError("signers", "must not be pull requests: anybody may open one", {})
        return unique(value, "the subject")


class Supply(Section):
    """Where images come from and who signs them."""

    registries: Annotated[tuple[RegistryPrefix, ...], Field(min_length=1)]
    """Registries, or folders in them, of which the cluster admits images."""
    repositories: Annotated[tuple[RepositoryName, ...], Field(min_length=1)]
    """Repositories kept in the account's registry (ECR)."""
    expire_candidates_days: Annotated[int, Field(ge=1, le=365)] = 30
    """Days after which an image tagged `candidate-...`, and not `v...` too, is removed from the account's registry."""
    scanning: Scanning | None = None
    """How the whole registry of the account scans. Without it, as AWS delivers it: BASIC, repository by repository."""
    signers: tuple[PrincipalArn, ...] = ()
    """Who may take the role that signs releases; none here nor in `github`: whoever the account's IAM allows to."""
    github: Github | None = None
    """GitHub's workflows as principals of the account. Without it there are none."""

    @field_validator("registries", "repositories")
    @classmethod
    def _once(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return unique(value, "the entry")
