"""Keys: which parts of the platform itself use which key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.keys.inventory import PurposeUsers
from components.keys.purposes import KeyPurpose
from components.supply.signer import signer_role_name

if TYPE_CHECKING:
    from components.account import Owner


def platform_users(stack: str, account: Owner) -> tuple[PurposeUsers, ...]:
    """The platform's own users of keys; nobody else uses one without being named in the stack's file."""
    signer = account.arn("iam", f"role/{signer_role_name(stack)}")
    return (PurposeUsers(purpose=KeyPurpose.RELEASE_SIGNING, principals=(signer,)),)
