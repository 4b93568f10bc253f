"""The zone of the public names, and who may issue certificates for them.

CAA: https://docs.aws.amazon.com/acm/latest/userguide/setup-caa.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

from components.base import Args, Component

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# Any one of the names that ACM answers to will do.
_AUTHORITY = "amazon.com"
_NOBODY = ";"
_TTL_SECONDS = 3600
_WILDCARD = "*."


class PublicZoneArgs(Args):
    """What a zone is like.

    Attributes:
        domain: its name.
        zone_id: of the one that exists; None: it is made.
        names: that get a certificate.
        protect: whether the engine refuses to delete it.
    """

    domain: str
    zone_id: str | None
    names: tuple[str, ...]
    protect: bool = True


class PublicZone(Component):
    """The zone, made or found, with the records that leave certificates to ACM.

    Attributes:
        zone_id: its id.
        name_servers: what the domain's registrar has to be told; none where the zone was there already.
    """

    TYPE = "cartorio:edge:PublicZone"
    zone_id: pulumi.Output[str]
    name_servers: pulumi.Output[Sequence[str]]

    def __init__(self, name: str, args: PublicZoneArgs, opts: pulumi.ResourceOptions) -> None:
        super().__init__(name, opts)
        names: Iterable[str] = _bases(args.names)
        none: tuple[str, ...] = ()
        if args.zone_id is None:
            zone = aws.route53.Zone(
                f"{name}-zone",
                name=args.domain,
                comment="Public names of Cartorio",
                force_destroy=False,
                opts=self._child(protect=args.protect),
            )
            self.zone_id, self.name_servers = zone.zone_id, zone.name_servers
            # The zone is the stack's own: what is not listed below it has no certificate either.
            names = (args.domain,)
        else:
            self.zone_id = pulumi.Output.from_input(args.zone_id)
            self.name_servers = pulumi.Output.from_input(none)
        wild = any(one.startswith(_WILDCARD) for one in args.names)
        for caa in names:
            aws.route53.Record(
                f"{name}-caa-{caa}",
                zone_id=self.zone_id,
                name=caa,
                type="CAA",
                ttl=_TTL_SECONDS,
                records=[f'0 issue "{_AUTHORITY}"', f'0 issuewild "{_AUTHORITY if wild else _NOBODY}"'],
                opts=self._child(),
            )
        self.register_outputs({"zoneId": self.zone_id, "nameServers": self.name_servers})


def _bases(names: tuple[str, ...]) -> Iterable[str]:
    """The names without their wildcards, each once."""
    return dict.fromkeys(name.removeprefix(_WILDCARD) for name in names)
