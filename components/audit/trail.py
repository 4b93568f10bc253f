"""Where the audit trail is kept: an encrypted log group that forgets after the agreed time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi_aws as aws

from components.base import Args, Component, Text
from components.sections.audit import Audit

if TYPE_CHECKING:
    import pulumi


class AuditTrailArgs(Args):
    """What the log group is like.

    Attributes:
        settings: how long entries are kept.
        key_arn: the key that encrypts the entries.
        protect: whether the engine refuses to delete it.
    """

    settings: Audit
    key_arn: Text
    protect: bool = True


class AuditTrail(Component):
    """The log group.

    Attributes:
        log_group: its name.
    """

    TYPE = "cartorio:audit:AuditTrail"
    log_group: pulumi.Output[str]

    def __init__(self, name: str, args: AuditTrailArgs, opts: pulumi.ResourceOptions) -> None:
        super().__init__(name, opts)
        group = aws.cloudwatch.LogGroup(
            f"{name}-log",
            kms_key_id=args.key_arn,
            retention_in_days=args.settings.retention_days,
            opts=self._child(protect=args.protect),
        )
        self.log_group = group.name
        self.register_outputs({"logGroup": self.log_group})
