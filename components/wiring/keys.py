"""Keys: which parts of the platform itself use which key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.keys.inventory import PurposeUsers
from components.keys.purposes import KeyPurpose
from components.supply.signer import signer_role_name
from components.vault.vault import unseal_role_name
from components.wiring.supply import secrets_users

if TYPE_CHECKING:
    from components.account import Owner
    from components.sections.configuration import Configuration


def platform_users(stack: str, configuration: Configuration, account: Owner) -> tuple[PurposeUsers, ...]:
    """The platform's own users of keys; nobody else uses one without being named in the stack's file."""
    users = {
        KeyPurpose.RELEASE_SIGNING: (account.arn("iam", f"role/{signer_role_name(stack)}"),),
        KeyPurpose.PULUMI_SECRETS: secrets_users(stack, configuration.supply, account),
        KeyPurpose.VAULT_UNSEAL: (
            (account.arn("iam", f"role/{unseal_role_name(stack)}"),) if configuration.vault is not None else ()
        ),
    }
    return tuple(PurposeUsers(purpose=purpose, principals=principals) for purpose, principals in users.items())
