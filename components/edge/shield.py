"""Shield Advanced for the load balancer. It costs USD 3,000 a month for a year at least: settings ask, or nobody.

https://docs.aws.amazon.com/waf/latest/developerguide/ddos-advanced-summary.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi_aws as aws

from components.base import Args, Component, Text
from components.naming import physical_name
from components.sections.edge import Shield as Settings

if TYPE_CHECKING:
    import pulumi

_NAME_LIMIT = 128


class ShieldArgs(Args):
    """What is protected.

    Attributes:
        stack: the stack's name.
        settings: whether to subscribe.
        balancer_arn: ARN of the load balancer.
        check_arn: ARN of the check that tells an attack from a busy day.
    """

    stack: str
    settings: Settings
    balancer_arn: Text
    check_arn: Text


class Shield(Component):
    """The protection and, where it is asked for, the account's subscription.

    Attributes:
        protection: the protection's id.
    """

    TYPE = "cartorio:edge:Shield"
    protection: pulumi.Output[str]

    def __init__(self, name: str, args: ShieldArgs, opts: pulumi.ResourceOptions) -> None:
        super().__init__(name, opts)
        after: list[pulumi.Resource] = []
        if args.settings.subscribe:
            # It is paid for a year: destroying the stack neither ends it nor decides what comes after.
            after.append(
                aws.shield.Subscription(
                    f"{name}-subscription", auto_renew="ENABLED", skip_destroy=True, opts=self._child()
                )
            )
        protection = aws.shield.Protection(
            f"{name}-protection",
            name=physical_name("cartorio", args.stack, "edge", limit=_NAME_LIMIT),
            resource_arn=args.balancer_arn,
            opts=self._child(depends_on=after),
        )
        aws.shield.ProtectionHealthCheckAssociation(
            f"{name}-check",
            shield_protection_id=protection.id,
            health_check_arn=args.check_arn,
            opts=self._child(),
        )
        self.protection = protection.id
        self.register_outputs({"protection": self.protection})
