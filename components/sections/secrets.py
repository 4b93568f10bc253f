"""The section about secrets: which there are and where in the cluster they are delivered. Never their values."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from components.sections.base import Section, unique
from components.values import DnsLabel, RepositoryName

if TYPE_CHECKING:
    from collections.abc import Iterator

# What credentials look like that people paste by mistake; none of it has a place in a stack's file.
_LOOKS = (
    ("a private key", re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY( BLOCK)?-----")),
    ("an AWS access key", re.compile(r"\b(AKIA|ASIA)[A-Z0-9]{16}\b")),
    ("a Vault token", re.compile(r"\bhv[sbr]\.[A-Za-z0-9_-]{20,}")),
    ("a GitHub token", re.compile(r"\b(gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{22,})")),
    ("a Slack token", re.compile(r"\bxox[abprs]-[A-Za-z0-9-]{10,}|hooks\.slack\.com/services/")),
    ("a password in an address", re.compile(r"://[^/\s:@]*:[^/\s:@]+@")),
)


def plain_secrets(value: object, path: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """The paths below `value` (dotted) at which a text looks like a secret, and like which; never the text itself."""
    if isinstance(value, BaseModel):
        yield from plain_secrets(value.model_dump(by_alias=True), path)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from plain_secrets(item, (*path, str(key)))
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from plain_secrets(item, (*path, str(index)))
    elif isinstance(value, str):
        yield from ((".".join(path), what) for what, look in _LOOKS if look.search(value))


class SecretSource(StrEnum):
    """Where a delivered secret comes from."""

    SECRETS_MANAGER = "secrets-manager"
    VAULT = "vault"


class ManagedSecret(Section):
    """A secret that AWS Secrets Manager keeps. People or rotation put its value, the program never has it."""

    name: RepositoryName
    """Its name, below `cartorio/<stack>/`."""
    description: Annotated[str, Field(min_length=10, max_length=200)]
    """What it is for."""


class Entry(Section):
    """One key of a delivered secret."""

    key: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]+$", max_length=253)]
    """Key in the cluster's Secret."""
    secret: RepositoryName
    """Name of the secret at its source."""
    property: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]+$")] | None = None
    """Which member of it, when it is a JSON object; without this, all of it."""


class Delivery(Section):
    """A Secret in the cluster that is kept like its source."""

    name: DnsLabel
    """Name of the Secret."""
    namespace: DnsLabel
    """Its namespace."""
    source: SecretSource
    """Where it comes from."""
    refresh_minutes: Annotated[int, Field(ge=5, le=1440)] = 60
    """Minutes until it is compared with its source again."""
    entries: Annotated[tuple[Entry, ...], Field(min_length=1)]
    """Its keys."""

    @field_validator("entries")
    @classmethod
    def _keys(cls, value: tuple[Entry, ...]) -> tuple[Entry, ...]:
        unique(tuple(entry.key for entry in value), "key")
        return value


class Secrets(Section):
    """External Secrets Operator, the secrets that it delivers and those that Secrets Manager keeps."""

    replicas: Annotated[int, Field(ge=1, le=5)] = 2
    """Pods of each of the operator's parts; one leads, the others stand by."""
    managed: tuple[ManagedSecret, ...] = ()
    """Secrets that Secrets Manager keeps."""
    delivered: tuple[Delivery, ...] = ()
    """Secrets of the cluster."""

    @field_validator("managed")
    @classmethod
    def _named(cls, value: tuple[ManagedSecret, ...]) -> tuple[ManagedSecret, ...]:
        unique(tuple(secret.name for secret in value), "secret")
        return value

    @field_validator("delivered")
    @classmethod
    def _declared(cls, value: tuple[Delivery, ...], info: ValidationInfo) -> tuple[Delivery, ...]:
        unique(tuple(f"{delivery.namespace}/{delivery.name}" for delivery in value), "the Secret")
        if "managed" not in info.data:
            return value  # its own errors are reported already
        managed = {secret.name for secret in info.data["managed"]}
        for index, delivery in enumerate(value):
            missing = sorted({entry.secret for entry in delivery.entries} - managed)
            if delivery.source is SecretSource.SECRETS_MANAGER and missing:
                raise PydanticCustomError(
                    "declared",
                    "must be declared in managed: '{name}' is not",
                    {"name": missing[0], "at": f"{index}.entries"},
                )
        return value


def from_vault(secrets: Secrets) -> None:
    """Refuse what is to be delivered from Vault: there is none."""
    for index, delivery in enumerate(secrets.delivered):
        if delivery.source is SecretSource.VAULT:
            raise PydanticCustomError(
                "vault", "needs cartorio:vault, which this stack has not", {"at": f"delivered.{index}.source"}
            )
