"""The section about the KMS keys."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from components.keys.purposes import KeyPurpose
from components.sections.base import Section, unique
from components.values import PrincipalArn


class KeyUsers(Section):
    """Who may use one of the keys."""

    purpose: KeyPurpose
    """Which key."""
    principals: Annotated[tuple[PrincipalArn, ...], Field(min_length=1)]
    """Roles and users that may use it. They need the permission in their own IAM policy too."""


class Keys(Section):
    """KMS keys."""

    administrators: tuple[PrincipalArn, ...] = ()
    """Who may administer the keys, without using them; empty: whoever the account's IAM policies allow to."""
    users: tuple[KeyUsers, ...] = ()
    """Who may use which key, besides the parts of the platform itself."""
    deletion_window_days: Annotated[int, Field(ge=7, le=30)] = 30
    """Days between asking for a key's deletion and losing it."""
    rotation_period_days: Annotated[int, Field(ge=90, le=2560)] = 365
    """Days after which KMS renews a symmetric key's material."""

    @field_validator("users")
    @classmethod
    def _users(cls, value: tuple[KeyUsers, ...], info: ValidationInfo) -> tuple[KeyUsers, ...]:
        unique(tuple(entry.purpose for entry in value), "purpose")
        administrators = set(info.data.get("administrators", ()))
        both = sorted({principal for entry in value for principal in entry.principals} & administrators)
        if both:
            raise PydanticCustomError(
                "separation",
                "must not name {who}, an administrator of the keys: the two roles are apart",
                {"who": both[0]},
            )
        return value
