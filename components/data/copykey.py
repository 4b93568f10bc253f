"""The key that encrypts copies in another region: a key never leaves its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi_aws as aws

from components.base import Args, Component
from components.keys.policies import copies
from components.policies import document

if TYPE_CHECKING:
    import pulumi

    from components.providers import Account


class CopyKeyArgs(Args):
    """What the key is like.

    Attributes:
        deletion_window_days: days between asking for its deletion and losing it.
        rotation_period_days: days between rotations.
        administrators: ARNs of who may administer it; none: whoever the account's IAM policies allow to.
        contents: what it encrypts the copies of.
        protect: whether the engine refuses to delete it.
    """

    deletion_window_days: int
    rotation_period_days: int
    administrators: tuple[str, ...] = ()
    contents: str = "documents, evidence and backups"
    protect: bool = True


class CopyKey(Component):
    """The key. IAM policies of the account decide who uses it, as the copying role's does; who administers it does not.

    Attributes:
        arn: its ARN.
    """

    TYPE = "cartorio:data:CopyKey"
    arn: pulumi.Output[str]

    def __init__(self, name: str, args: CopyKeyArgs, account: Account, opts: pulumi.ResourceOptions) -> None:
        super().__init__(name, opts)
        key = aws.kms.Key(
            f"{name}-key",
            description=f"Cartorio: encrypts the copies of {args.contents} in another region",
            deletion_window_in_days=args.deletion_window_days,
            enable_key_rotation=True,
            rotation_period_in_days=args.rotation_period_days,
            policy=document(*copies(account, args.administrators)),
            opts=self._child(protect=args.protect),
        )
        self.arn = key.arn
        self.register_outputs({"arn": self.arn})
