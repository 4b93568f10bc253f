"""What every area of a stack is built on: the settings, the account and its providers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi

if TYPE_CHECKING:
    import pulumi_aws as aws
    import pulumi_random as random

    from components.providers import Account
    from components.sections.configuration import Configuration
    from components.settings import Settings
    from components.sources import Sources


@dataclass(frozen=True)
class Site:
    """One stack's ground."""

    settings: Settings
    account: Account
    aws: aws.Provider
    random: random.Provider

    @property
    def stack(self) -> str:
        """The stack's name."""
        return self.settings.stack

    @property
    def configuration(self) -> Configuration:
        """The stack's file, checked."""
        return self.settings.configuration

    @property
    def protect(self) -> bool:
        """Whether what holds data or keys is protected from deletion."""
        return self.configuration.protect

    @property
    def region(self) -> str:
        """The stack's region."""
        return self.configuration.aws.region

    @property
    def sources(self) -> Sources:
        """Where charts and images come from."""
        return self.settings.sources

    @property
    def cloud(self) -> pulumi.ResourceOptions:
        """Options of a component that lives in AWS."""
        return pulumi.ResourceOptions(providers=[self.aws])
