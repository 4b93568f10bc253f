"""The public names: they lead to the load balancer, whatever addresses it has.

https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/routing-to-elb-load-balancer.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi_aws as aws

from components.base import Args, Component, Text

if TYPE_CHECKING:
    import pulumi


class PublicNamesArgs(Args):
    """What leads where.

    Attributes:
        names: the public names.
        zone_id: id of their zone.
        balancer_name: the load balancer's own name.
        balancer_zone_id: id of the zone of that.
    """

    names: tuple[str, ...]
    zone_id: Text
    balancer_name: Text
    balancer_zone_id: Text


class PublicNames(Component):
    """An alias for each name.

    Attributes:
        host: the first name, known once it leads somewhere.
    """

    TYPE = "cartorio:edge:PublicNames"
    host: pulumi.Output[str]

    def __init__(self, name: str, args: PublicNamesArgs, opts: pulumi.ResourceOptions) -> None:
        super().__init__(name, opts)
        records = [
            aws.route53.Record(
                f"{name}-{one}",
                zone_id=args.zone_id,
                name=one,
                type="A",
                aliases=[
                    aws.route53.RecordAliasArgs(
                        name=args.balancer_name, zone_id=args.balancer_zone_id, evaluate_target_health=True
                    )
                ],
                opts=self._child(),
            )
            for one in args.names
        ]
        self.host = records[0].fqdn
        self.register_outputs({"host": self.host})
