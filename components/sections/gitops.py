"""The section about GitOps: where the cluster's tree comes from, who must have signed it, and what is applied of it."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from components.sections.base import Section, unique
from components.values import DnsLabel, ProjectPath, RepositoryName, SlackChannel

_PGP = re.compile(r"\s*-----BEGIN PGP PUBLIC KEY BLOCK-----\n.+\n-----END PGP PUBLIC KEY BLOCK-----\s*", re.DOTALL)
_SSH = re.compile(r"(ssh-ed25519|ecdsa-sha2-nistp(256|384|521)|ssh-rsa) [A-Za-z0-9+/]{60,}={0,3}( [^\n]*)?\n?")
if TYPE_CHECKING:
    from components.sections.platform import Profile
    from components.sections.secrets import Secrets

_ECR = re.compile(r"oci://[0-9]{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com/\S+")
_PEM = re.compile(r"\s*-----BEGIN PUBLIC KEY-----\n[A-Za-z0-9+/=\n]+-----END PUBLIC KEY-----\s*")

Url = Annotated[str, Field(pattern=r"^(https?|ssh)://[^\s@]*(git@)?[^\s@:]+(:[0-9]{1,5})?/\S+$", max_length=512)]
OciUrl = Annotated[str, Field(pattern=r"^oci://[^\s@:]+(:[0-9]{1,5})?/[^\s:@]+$", max_length=512)]
Minutes = Annotated[int, Field(ge=1, le=1440)]


class KeyKind(StrEnum):
    """What a public key is; the value is how Flux wants its name to end."""

    PGP = "asc"
    SSH = "sshpub"


class VerifyMode(StrEnum):
    """Which object of the repository has to be signed."""

    HEAD = "HEAD"
    """The commit."""
    TAG = "Tag"
    """The tag that was chosen."""
    TAG_AND_HEAD = "TagAndHEAD"
    """Both."""


class Signer(Section):
    """Somebody who may sign."""

    name: DnsLabel
    """Who it is."""
    key: Annotated[str, Field(max_length=32768)]
    """The public key: an armoured OpenPGP block, or a line as in authorized_keys."""

    @field_validator("key")
    @classmethod
    def _public(cls, value: str) -> str:
        if _PGP.fullmatch(value) is None and _SSH.fullmatch(value) is None:
            raise PydanticCustomError(
                "public_key",
                "must be an armoured OpenPGP public key block, or one SSH public key such as 'ssh-ed25519 AAAA...'",
                {},
            )
        return value

    @property
    def kind(self) -> KeyKind:
        """What its key is."""
        return KeyKind.PGP if _PGP.fullmatch(self.key) else KeyKind.SSH


class GitVerification(Section):
    """What of the repository has to be signed, and by whom."""

    mode: VerifyMode = VerifyMode.HEAD
    """Which object's signature counts. A signed commit vouches for all that it descends from: let the repository take
    nothing else into the branch."""
    signers: tuple[Signer, ...] = ()
    """Whose signature is enough: any one of them; empty: nobody's, and nothing is applied until they are named."""

    @field_validator("signers")
    @classmethod
    def _named_once(cls, value: tuple[Signer, ...]) -> tuple[Signer, ...]:
        unique(tuple(signer.name for signer in value), "the signer")
        return value


class DeployKey(Section):
    """The key that reads the repository. The program never sees it: it names where the private half is."""

    secret: RepositoryName | None = None
    """Name of the secret that Secrets Manager keeps, below `cartorio/<stack>/`, with the private key as its text. It is
    delivered together with the host's public keys. Absent: people put the Secret `flux-deploy-key` into the namespace
    `flux-system` themselves, with `identity` and `known_hosts`."""
    known_hosts: tuple[str, ...] = ()
    """Lines of known_hosts for a host other than github.com, whose keys are pinned in the program."""

    @field_validator("known_hosts")
    @classmethod
    def _lines(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for line in value:
            host, _, key = line.partition(" ")
            if not host or _SSH.fullmatch(key) is None:
                raise PydanticCustomError("known_hosts", "must be lines such as 'git.example.org ssh-ed25519 AAAA...'")
        return value


class Git(Section):
    """A Git repository as the source."""

    url: Url
    """Its address: `ssh://git@host/organisation/repository`, or `https://...` for one that anybody may read."""
    branch: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._/-]*$", max_length=200)] = "main"
    """The branch that is followed."""
    semver: Annotated[str, Field(pattern=r"^[0-9A-Za-z.<>=~^*| -]+$", max_length=100)] | None = None
    """A range of versions such as '>=1.0.0 <2.0.0': the newest tag in it is followed instead of the branch."""
    deploy_key: Annotated[DeployKey | None, Field(validate_default=True)] = None
    """What reads the repository; needed for `ssh://`."""
    verify: GitVerification | None = None
    """Signatures. Without it, whoever may push decides what runs; the profile `producao` needs it."""

    @field_validator("deploy_key")
    @classmethod
    def _reachable(cls, value: DeployKey | None, info: ValidationInfo) -> DeployKey | None:
        url = str(info.data.get("url", ""))
        if value is None and url.startswith("ssh://"):
            raise PydanticCustomError("deploy_key", "is needed to reach a repository over ssh://", {})
        if value is not None and url and not url.startswith("ssh://"):
            raise PydanticCustomError("deploy_key", "is for ssh:// addresses; this one is read without", {})
        host = url.removeprefix("ssh://").rpartition("@")[2].partition("/")[0]
        if value is not None and value.secret is not None and host != "github.com" and not value.known_hosts:
            raise PydanticCustomError(
                "known_hosts", "must be given for {host}: only the keys of github.com are known", {"host": host}
            )
        return value

    @field_validator("verify")
    @classmethod
    def _tagged(cls, value: GitVerification | None, info: ValidationInfo) -> GitVerification | None:
        if value is not None and value.mode is not VerifyMode.HEAD and info.data.get("semver") is None:
            raise PydanticCustomError("tagged", "needs semver: a branch has no tag to verify", {"at": "mode"})
        return value


class OciIdentity(Section):
    """Who signed without a key, as the certificate says."""

    issuer: Annotated[str, Field(pattern=r"^\^https://\S+\$$", max_length=256)]
    """Regular expression of the issuer of the identity, with both anchors: '^https://token\\.actions...\\.com$'."""
    subject: Annotated[str, Field(pattern=r"^\^\S+\$$", max_length=512)]
    """Regular expression of the identity, with both anchors."""


class OciVerification(Section):
    """Cosign's signature of an artifact: by one of the keys, or by one of the identities."""

    keys: tuple[Annotated[str, Field(max_length=4096)], ...] = ()
    """Public keys, PEM."""
    identities: tuple[OciIdentity, ...] = ()
    """Identities of signatures without a key."""

    @field_validator("keys")
    @classmethod
    def _pem(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for index, key in enumerate(value):
            if _PEM.fullmatch(key) is None:
                raise PydanticCustomError("pem", "must be a public key in PEM", {"at": str(index)})
        return value

    @model_validator(mode="after")
    def _either(self) -> Self:
        if bool(self.keys) == bool(self.identities):
            raise PydanticCustomError("either", "must have either keys or identities", {})
        return self


class OciAccess(StrEnum):
    """How the registry is entered."""

    GENERIC = "generic"
    """As anybody."""
    AWS = "aws"
    """ECR, with the rights of the controller's pod or of its node."""


class Oci(Section):
    """An OCI artifact as the source, as `flux push artifact` makes them."""

    url: OciUrl
    """Where it is: `oci://registry/repository`."""
    tag: Annotated[str, Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$")] = "latest"
    """The tag that is followed."""
    access: OciAccess = OciAccess.GENERIC
    """How the registry is entered."""
    verify: OciVerification | None = None
    """Signatures. Without it, whoever may push decides what runs; the profile `producao` needs it."""

    @field_validator("access")
    @classmethod
    def _ecr(cls, value: OciAccess, info: ValidationInfo) -> OciAccess:
        url = info.data.get("url")
        if value is OciAccess.AWS and url is not None and _ECR.fullmatch(url) is None:
            raise PydanticCustomError(
                "ecr", "is for registries such as 123456789012.dkr.ecr.sa-east-1.amazonaws.com", {}
            )
        return value


class HealthCheck(Section):
    """One object that has to become ready."""

    api_version: Annotated[str, Field(pattern=r"^([a-z0-9.-]+/)?v[0-9a-z]+$")]
    """Its API, such as apps/v1."""
    kind: Annotated[str, Field(pattern=r"^[A-Z][A-Za-z]+$")]
    """Its kind."""
    name: Annotated[str, Field(pattern=r"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$", max_length=253)]
    """Its name."""
    namespace: DnsLabel | None = None
    """Its namespace; absent: it has none."""


class Tree(Section):
    """A folder of the source that is applied as a whole."""

    name: DnsLabel
    """Its name."""
    path: ProjectPath
    """The folder, which has a kustomization.yaml."""
    depends_on: tuple[DnsLabel, ...] = ()
    """Trees that have to be there and ready first; they stand before it in this list."""
    wait: bool = True
    """Whether it is ready only once everything in it is."""
    health_checks: tuple[HealthCheck, ...] = ()
    """Objects that have to be ready, where `wait` is off."""
    prune: bool = True
    """Whether what was taken out of the folder is taken out of the cluster."""
    interval_minutes: Minutes = 10
    """Minutes until what was changed by hand is set back."""
    retry_minutes: Minutes = 2
    """Minutes until a failed one is tried again."""
    timeout_minutes: Minutes = 5
    """Minutes that it may take to become ready."""

    @field_validator("health_checks")
    @classmethod
    def _instead(cls, value: tuple[HealthCheck, ...], info: ValidationInfo) -> tuple[HealthCheck, ...]:
        if value and info.data.get("wait") is True:
            raise PydanticCustomError("instead", "are looked at only where wait is false: it covers them", {})
        return value


class NotifyBy(StrEnum):
    """Who is told."""

    SLACK = "slack"
    GITHUB = "github"


class Severity(StrEnum):
    """Of which events."""

    INFO = "info"
    ERROR = "error"


class Notification(Section):
    """Who is told of what Flux does."""

    name: DnsLabel
    """Its name; the Secret `flux-<name>` in `flux-system` has the credentials."""
    by: NotifyBy
    """`slack`: a message in a channel; `github`: the state of the commit."""
    severity: Severity = Severity.INFO
    """`error`: of failures only."""
    channel: SlackChannel | None = None
    """Slack's channel."""
    repository: Annotated[str, Field(pattern=r"^https://[a-z0-9.-]+/[^/\s]+/[^/\s]+$")] | None = None
    """Address of GitHub's repository."""
    secret: RepositoryName | None = None
    """Name of the secret that Secrets Manager keeps, below `cartorio/<stack>/`, with the token as its text. Absent:
    people put the Secret there themselves, with `token`."""

    @model_validator(mode="after")
    def _addressed(self) -> Self:
        needed, other = ("channel", "repository") if self.by is NotifyBy.SLACK else ("repository", "channel")
        if getattr(self, needed) is None or getattr(self, other) is not None:
            raise PydanticCustomError(
                "addressed", "must have {needed}, and no {other}", {"needed": needed, "other": other}
            )
        return self


class Gitops(Section):
    """Flux: applies what is signed in the repository, and nothing else."""

    git: Git | None = None
    """A Git repository as the source; either this or `oci`."""
    oci: Oci | None = None
    """An OCI artifact as the source."""
    interval_minutes: Minutes = 5
    """Minutes until the source is looked at again."""
    trees: Annotated[tuple[Tree, ...], Field(min_length=1)]
    """What of the source is applied."""
    notifications: tuple[Notification, ...] = ()
    """Who is told."""

    @field_validator("trees")
    @classmethod
    def _ordered(cls, value: tuple[Tree, ...]) -> tuple[Tree, ...]:
        unique(tuple(tree.name for tree in value), "the tree")
        before: set[str] = set()
        for index, tree in enumerate(value):
            for name in tree.depends_on:
                if name not in before:
                    raise PydanticCustomError(
                        "ordered",
                        "must name trees that stand before it: '{name}' does not",
                        {"name": name, "at": f"{index}.dependsOn"},
                    )
            before.add(tree.name)
        return value

    @field_validator("notifications")
    @classmethod
    def _named_once(cls, value: tuple[Notification, ...]) -> tuple[Notification, ...]:
        unique(tuple(one.name for one in value), "the notification")
        return value

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.git is None) == (self.oci is None):
            raise PydanticCustomError("source", "must have either git or oci", {})
        return self

    @property
    def secrets(self) -> tuple[tuple[str, str], ...]:
        """The secrets of Secrets Manager that are delivered to it: where they are named, and their names."""
        key = self.git.deploy_key.secret if self.git and self.git.deploy_key else None
        named = [("git.deployKey.secret", key)]
        named += [(f"notifications.{index}.secret", one.secret) for index, one in enumerate(self.notifications)]
        return tuple((path, name) for path, name in named if name is not None)


def verified(gitops: Gitops, profile: Profile) -> None:
    """Refuse an unverified source where the profile does not allow one."""
    source = gitops.git or gitops.oci
    if profile.signed_sources and source is not None and source.verify is None:
        raise PydanticCustomError(
            "verified",
            "is needed with profile '{profile}': whoever may push would decide what runs",
            {"profile": profile.value, "at": "git.verify" if gitops.git else "oci.verify"},
        )


def delivered(gitops: Gitops, secrets: Secrets | None) -> None:
    """Refuse a secret that Secrets Manager does not keep for the stack."""
    managed = {secret.name for secret in secrets.managed} if secrets else set()
    for path, name in gitops.secrets:
        if name not in managed:
            raise PydanticCustomError(
                "declared", "must be declared in cartorio:secrets.managed: '{name}' is not", {"name": name, "at": path}
            )
