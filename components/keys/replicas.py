"""The replicas of the stack's multi-Region keys in its second region, under the same aliases.

https://docs.aws.amazon.com/kms/latest/developerguide/multi-region-keys-overview.html: a replica has the primary's id,
material and rotation; its policy, alias, tags and deletion are its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi_aws as aws

from components.base import Args, Component, Text
from components.keys.inventory import PurposeUsers, replicas
from components.keys.purposes import KeyPurpose
from components.policies import document
from components.sections.keys import Keys

if TYPE_CHECKING:
    import pulumi

    from components.providers import Account


class KeyReplicasArgs(Args):
    """What the replicas need.

    Attributes:
        stack: the stack's name.
        settings: of the keys.
        platform_users: the platform's own users of keys, as the key ring has them.
        primaries: ARNs of the keys that are replicated.
        protect: whether the engine refuses to delete them.
    """

    stack: str
    settings: Keys
    platform_users: tuple[PurposeUsers, ...]
    primaries: tuple[tuple[KeyPurpose, Text], ...]
    protect: bool = True


class KeyReplicas(Component):
    """One replica and its alias for each key that the settings replicate.

    Attributes:
        arns: by purpose.
    """

    TYPE = "cartorio:keys:KeyReplicas"
    arns: dict[KeyPurpose, pulumi.Output[str]]

    def __init__(self, name: str, args: KeyReplicasArgs, account: Account, opts: pulumi.ResourceOptions) -> None:
        super().__init__(name, opts)
        primaries = dict(args.primaries)
        self.arns = {}
        for key in replicas(args.stack, args.settings, args.platform_users, account):
            replica = aws.kms.ReplicaKey(
                f"{name}-{key.purpose}",
                primary_key_arn=primaries[key.purpose],
                description=key.description,
                deletion_window_in_days=args.settings.deletion_window_days,
                policy=document(*key.policy),
                tags={"purpose": key.purpose.value},
                opts=self._child(protect=args.protect),
            )
            aws.kms.Alias(
                f"{name}-{key.purpose}-alias", name=key.alias, target_key_id=replica.key_id, opts=self._child()
            )
            self.arns[key.purpose] = replica.arn
        self.register_outputs({"arns": {purpose.value: arn for purpose, arn in self.arns.items()}})
