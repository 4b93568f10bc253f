"""Network: the VPC, where the stack's file asks for one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.network.vpc import Network, NetworkArgs

if TYPE_CHECKING:
    from components.base import Text
    from components.site import Site


def build(site: Site, logs_key: Text) -> Network | None:
    """Register the VPC; `logs_key` encrypts the log of its traffic."""
    settings = site.configuration.network
    if settings is None:
        return None
    return Network(
        "network",
        NetworkArgs(stack=site.stack, settings=settings, key_arn=logs_key, protect=site.protect),
        site.account,
        site.cloud,
    )
