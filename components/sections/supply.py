"""The section about where images come from and who signs them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, field_validator

from components.sections.base import Section, unique
from components.values import PrincipalArn, RegistryPrefix, RepositoryName


class Supply(Section):
    """Where images come from and who signs them."""

    registries: Annotated[tuple[RegistryPrefix, ...], Field(min_length=1)]
    """Registries, or folders in them, of which the cluster admits images."""
    repositories: Annotated[tuple[RepositoryName, ...], Field(min_length=1)]
    """Repositories kept in the account's registry (ECR)."""
    expire_candidates_days: Annotated[int, Field(ge=1, le=365)] = 30
    """Days after which an image tagged `candidate-...`, and not `v...` too, is removed from the account's registry."""
    signers: tuple[PrincipalArn, ...] = ()
    """Who may take the role that signs releases; empty: whoever the account's IAM policies allow to."""

    @field_validator("registries", "repositories")
    @classmethod
    def _once(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return unique(value, "the entry")
