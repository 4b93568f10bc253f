"""Whose account something belongs to, seen by what only names it: policies need ARNs, never a provider.

`components.providers.Account` is what the program has, with values that the engine looks up; `KnownAccount` is what a
command has that asked AWS itself. Both make the same policies, so that the two can be compared.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from components.base import Text


class Owner(Protocol):
    """An AWS account and a region of it."""

    @property
    def id(self) -> Text:
        """Twelve digits."""

    @property
    def partition(self) -> Text:
        """`aws`, `aws-cn`, ..."""

    @property
    def region(self) -> str:
        """The stack's region."""

    def arn(self, service: str, resource: str) -> Text:
        """ARN of something of this account that belongs to no region, such as a role."""

    def within(self, region: str) -> Owner:
        """The same account, seen from another region."""


@dataclass(frozen=True)
class KnownAccount:
    """An account of which everything is known."""

    id: str
    partition: str
    region: str

    def arn(self, service: str, resource: str) -> str:
        """ARN of something of this account that belongs to no region, such as a role."""
        return f"arn:{self.partition}:{service}::{self.id}:{resource}"

    def within(self, region: str) -> KnownAccount:
        """The same account, seen from another region."""
        return replace(self, region=region)
