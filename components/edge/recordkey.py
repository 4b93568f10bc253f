"""The key of what the edge writes down and tells in Route 53's own region: a key never leaves the region it is in.

Its policy is that of the stack's key of logs (`components.keys.policies`), seen from there: CloudWatch's logs and
alarms use it, the account administers it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pulumi_aws as aws

from components.base import Args, Component
from components.keys.policies import statements
from components.keys.purposes import KEYS, KeyPurpose
from components.policies import document

if TYPE_CHECKING:
    import pulumi

    from components.providers import Account

# Nothing streams from there, no trail is written with it, and alarms alone are told.
_ROW = replace(
    next(row for row in KEYS if row.purpose is KeyPurpose.LOGS), via=(), trail=False, tellers=("cloudwatch",)
)


class RecordKeyArgs(Args):
    """What the key is like.

    Attributes:
        deletion_window_days: days between asking for its deletion and losing it.
        rotation_period_days: days between rotations.
        administrators: ARNs of who may administer it; none: whoever the account's IAM policies allow to.
        protect: whether the engine refuses to delete it.
    """

    deletion_window_days: int
    rotation_period_days: int
    administrators: tuple[str, ...] = ()
    protect: bool = True


class RecordKey(Component):
    """The key.

    Attributes:
        arn: its ARN.
    """

    TYPE = "cartorio:edge:RecordKey"
    arn: pulumi.Output[str]

    def __init__(self, name: str, args: RecordKeyArgs, account: Account, opts: pulumi.ResourceOptions) -> None:
        super().__init__(name, opts)
        key = aws.kms.Key(
            f"{name}-key",
            description="Cartorio: encrypts what is asked of the public zone, and its alarms",
            deletion_window_in_days=args.deletion_window_days,
            enable_key_rotation=True,
            rotation_period_in_days=args.rotation_period_days,
            policy=document(*statements(_ROW, account, args.administrators, users=())),
            opts=self._child(protect=args.protect),
        )
        self.arn = key.arn
        self.register_outputs({"arn": self.arn})
