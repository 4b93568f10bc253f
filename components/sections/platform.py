"""The sections about the profile and the account."""

from __future__ import annotations

from enum import StrEnum

from components.sections.base import Section
from components.values import AccountId, Region, Word


class Profile(StrEnum):
    """How strictly the policy pack judges the stack."""

    LOCAL = "local"
    STAGING = "staging"
    PRODUCAO = "producao"

    @property
    def signed_sources(self) -> bool:
        """Whether the cluster follows nothing that is not verified."""
        return self in _STRICT


_STRICT = frozenset({Profile.PRODUCAO})


class PolicyPack(StrEnum):
    """Whether the stack is deployed only where the policy pack is attached."""

    REQUIRED = "required"
    OPTIONAL = "optional"


class Aws(Section):
    """The AWS account that the stack lives in."""

    region: Region
    """Region of everything regional."""
    accounts: tuple[AccountId, ...] = ()
    """The only accounts that this stack may touch; empty: whichever the credentials belong to."""
    path_style_buckets: bool = False
    """Address buckets by path instead of by host name, for S3 endpoints on an address without names."""
    owner: Word
    """Tag `owner` of every resource: the team that answers for it."""
    cost_centre: Word
    """Tag `cost-centre` of every resource."""
