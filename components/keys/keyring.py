"""The stack's KMS keys: one a purpose, under an alias that the policy pack and the release process rely on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi_aws as aws

from components.base import Args, Component, Text
from components.keys.policies import statements
from components.keys.purposes import KEYS, KeyPurpose, KeyRow
from components.naming import physical_name
from components.policies import document
from components.sections.keys import Keys

if TYPE_CHECKING:
    import pulumi

    from components.providers import Account

_ALIAS_LIMIT = 256 - len("alias/")


class PurposeUsers(Args):
    """Who uses the key of one purpose."""

    purpose: KeyPurpose
    principals: tuple[Text, ...]


class KeyRingArgs(Args):
    """What a key ring needs: the stack's name, its settings, the platform's own users of keys, and protection."""

    stack: str
    settings: Keys
    platform_users: tuple[PurposeUsers, ...] = ()
    protect: bool = True


@dataclass(frozen=True)
class IssuedKey:
    """One key.

    Attributes:
        arn: the key's ARN, which is what other resources refer to.
        alias: its alias (`alias/cartorio-<stack>-<purpose>`), which is what people and the trust policy refer to.
    """

    arn: pulumi.Output[str]
    alias: pulumi.Output[str]


class KeyRing(Component):
    """Creates every key of `KEYS`.

    Attributes:
        envelope: encrypts data keys.
        release_signing: signs released images.
    """

    TYPE = "cartorio:keys:KeyRing"
    envelope: IssuedKey
    release_signing: IssuedKey

    def __init__(self, name: str, args: KeyRingArgs, account: Account, opts: pulumi.ResourceOptions) -> None:
        super().__init__(name, opts)
        self._issued = {row.purpose: self._issue(name, row, args, account) for row in KEYS}
        self.envelope = self._issued[KeyPurpose.ENVELOPE]
        self.release_signing = self._issued[KeyPurpose.RELEASE_SIGNING]
        self.register_outputs(
            {
                "arns": {purpose.value: key.arn for purpose, key in self._issued.items()},
                "aliases": {purpose.value: key.alias for purpose, key in self._issued.items()},
            }
        )

    def arn(self, purpose: KeyPurpose) -> pulumi.Output[str]:
        """ARN of the key of a purpose, which is what other resources refer to."""
        return self._issued[purpose].arn

    def alias(self, purpose: KeyPurpose) -> pulumi.Output[str]:
        """Alias of the key of a purpose, `alias/cartorio-<stack>-<purpose>`."""
        return self._issued[purpose].alias

    def _issue(self, name: str, row: KeyRow, args: KeyRingArgs, account: Account) -> IssuedKey:
        key = aws.kms.Key(
            f"{name}-{row.purpose}",
            description=row.description,
            customer_master_key_spec=row.spec,
            key_usage=row.usage,
            deletion_window_in_days=args.settings.deletion_window_days,
            enable_key_rotation=row.rotates,
            rotation_period_in_days=args.settings.rotation_period_days if row.rotates else None,
            policy=document(*statements(row, account, args.settings.administrators, _users(row.purpose, args))),
            tags={"purpose": row.purpose.value},
            opts=self._child(protect=args.protect),
        )
        alias = aws.kms.Alias(
            f"{name}-{row.purpose}-alias",
            name=f"alias/{physical_name('cartorio', args.stack, row.purpose, limit=_ALIAS_LIMIT)}",
            target_key_id=key.key_id,
            opts=self._child(),
        )
        return IssuedKey(arn=key.arn, alias=alias.name)


def _users(purpose: KeyPurpose, args: KeyRingArgs) -> tuple[Text, ...]:
    configured = tuple(
        principal for entry in args.settings.users if entry.purpose is purpose for principal in entry.principals
    )
    platform = tuple(
        principal for entry in args.platform_users if entry.purpose is purpose for principal in entry.principals
    )
    return (*platform, *configured)
