"""The section about where images come from and who signs them."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from components.sections.base import Section, unique
from components.values import (
    AccountId,
    BucketName,
    CachePrefix,
    DnsLabel,
    GithubSubject,
    OidcProviderArn,
    PrincipalArn,
    Region,
    RegistryPrefix,
    RepositoryName,
    SecretArn,
)

# What ECR insists on: https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-creating-secret.html
_SECRETS = "ecr-pullthroughcache/"


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


class Upstream(StrEnum):
    """Registries that ECR caches: https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache.html."""

    DOCKER_HUB = "registry-1.docker.io"
    ECR_PUBLIC = "public.ecr.aws"
    GITHUB = "ghcr.io"
    GITLAB = "registry.gitlab.com"
    KUBERNETES = "registry.k8s.io"
    QUAY = "quay.io"


_WITH_CREDENTIALS = (Upstream.DOCKER_HUB, Upstream.GITHUB, Upstream.GITLAB)


class PullThrough(Section):
    """A registry of others of which the account's keeps what was pulled."""

    upstream: Upstream
    """The registry."""
    prefix: CachePrefix
    """Where its images are in the account's registry: `<registry>/<prefix>/<image>`."""
    credentials: Annotated[SecretArn | None, Field(validate_default=True)] = None
    """The secret with a user name and an access token, of this account and region, its name beginning with
    `ecr-pullthroughcache/`. Docker Hub, GitHub and GitLab need one; the others take none."""

    @field_validator("credentials")
    @classmethod
    def _known_to_ecr(cls, value: str | None, info: ValidationInfo) -> str | None:
        upstream = info.data.get("upstream")
        if upstream is None:
            return value
        if (value is not None) is not (upstream in _WITH_CREDENTIALS):
            raise PydanticCustomError(
                "credentials",
                "is {needed} for upstream '{upstream}'",
                {"needed": "needed" if value is None else "not taken", "upstream": upstream.value},
            )
        if value is not None and f":secret:{_SECRETS}" not in value:
            raise PydanticCustomError(
                "credentials",
                "must name a secret that begins with {prefix}: ECR reads no other",
                {"prefix": _SECRETS},
            )
        return value


class PolicyController(Section):
    """sigstore's policy-controller: the cluster itself asks for the signatures that the policy pack asks for."""

    replicas: Annotated[int, Field(ge=1, le=5)] = 2
    """Pods of its webhook. While none answers, nobody gets a pod into the namespaces that it judges."""


class RegistryReplication(Section):
    """Copies of the account's images in another region, from the moment on that it is set."""

    region: Region
    """Where they are."""


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
    pull_through: tuple[PullThrough, ...] = ()
    """Registries of others of which the account's keeps what was pulled."""
    replication: RegistryReplication | None = None
    """Copies of the images in another region. Without it there are none."""
    accept_from: tuple[AccountId, ...] = ()
    """Other accounts of which the registries may copy images here."""
    policy_controller: PolicyController | None = None
    """What judges signatures in the cluster, by the trust policy. Without it the policy pack alone does."""
    signers: tuple[PrincipalArn, ...] = ()
    """Who may take the role that signs releases; none here nor in `github`: whoever the account's IAM allows to."""
    github: Github | None = None
    """GitHub's workflows as principals of the account. Without it there are none."""

    @field_validator("registries", "repositories", "accept_from")
    @classmethod
    def _once(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return unique(value, "the entry")

    @field_validator("pull_through")
    @classmethod
    def _apart(cls, value: tuple[PullThrough, ...], info: ValidationInfo) -> tuple[PullThrough, ...]:
        unique(tuple(source.upstream.value for source in value), "the upstream")
        unique(tuple(source.prefix for source in value), "the prefix")
        for index, source in enumerate(value):
            for repository in info.data.get("repositories", ()):
                if repository.startswith(f"{source.prefix}/"):
                    raise PydanticCustomError(
                        "apart",
                        "must be apart from the account's own repositories: '{repository}' would be one of {upstream}",
                        {"at": f"{index}.prefix", "repository": repository, "upstream": source.upstream.value},
                    )
        return value


def in_one_region(supply: Supply, region: str) -> Supply:
    """Refuse what ECR does not do: a copy where the images are, and credentials of another region."""
    if supply.replication is not None and supply.replication.region == region:
        raise PydanticCustomError(
            "elsewhere",
            "must be another region than aws.region ({region})",
            {"at": "replication.region", "region": region},
        )
    for index, source in enumerate(supply.pull_through):
        if source.credentials is not None and source.credentials.split(":")[3] != region:
            raise PydanticCustomError(
                "region",
                "must be a secret of the stack's region ({region})",
                {"at": f"pullThrough.{index}.credentials", "region": region},
            )
    return supply
