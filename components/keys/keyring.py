"""The stack's KMS keys: one a purpose, under an alias that the policy pack and the release process rely on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi_aws as aws

from components.base import Args, Component
from components.keys.inventory import DeclaredKey, PurposeUsers, inventory
from components.keys.purposes import KeyPurpose
from components.policies import document
from components.sections.keys import Keys

if TYPE_CHECKING:
    import pulumi

    from components.providers import Account

__all__ = ["IssuedKey", "KeyRing", "KeyRingArgs", "PurposeUsers"]


class KeyRingArgs(Args):
    """What a key ring is made of.

    Attributes:
        stack: the stack's name.
        settings: of the keys.
        platform_users: the platform's own users of keys, by purpose; those of the settings come on top.
        protect: whether the engine refuses to delete a key.
    """

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
    """Creates every key of the stack's inventory.

    Attributes:
        envelope: encrypts data keys.
        release_signing: signs released images.
    """

    TYPE = "cartorio:keys:KeyRing"
    envelope: IssuedKey
    release_signing: IssuedKey

    def __init__(self, name: str, args: KeyRingArgs, account: Account, opts: pulumi.ResourceOptions) -> None:
        super().__init__(name, opts)
        declared = inventory(args.stack, args.settings, args.platform_users, account)
        self._issued = {key.purpose: self._issue(name, key, args) for key in declared}
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

    def _issue(self, name: str, declared: DeclaredKey, args: KeyRingArgs) -> IssuedKey:
        key = aws.kms.Key(
            f"{name}-{declared.purpose}",
            description=declared.description,
            customer_master_key_spec=declared.spec,
            key_usage=declared.usage,
            deletion_window_in_days=args.settings.deletion_window_days,
            enable_key_rotation=declared.rotates,
            rotation_period_in_days=declared.rotation_period_days,
            # Both are settled when the key is made: changing one replaces the key, which protection refuses.
            multi_region=declared.multi_region or None,
            custom_key_store_id=declared.store,
            policy=document(*declared.policy),
            tags={"purpose": declared.purpose.value},
            opts=self._child(protect=args.protect),
        )
        alias = aws.kms.Alias(
            f"{name}-{declared.purpose}-alias",
            name=declared.alias,
            target_key_id=key.key_id,
            opts=self._child(),
        )
        return IssuedKey(arn=key.arn, alias=alias.name)
