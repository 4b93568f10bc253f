"""What every area of a stack is built on: the settings, the account and its providers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pulumi

from components.providers import cloud_of

if TYPE_CHECKING:
    import pulumi_random as random
    from pulumi_aws import Provider as Cloud

    from components.providers import Account
    from components.sections.configuration import Configuration
    from components.settings import Settings
    from components.sources import Sources


@dataclass(frozen=True)
class Site:
    """One stack's ground."""

    settings: Settings
    account: Account
    aws: Cloud
    random: random.Provider
    _elsewhere: dict[str, Cloud] = field(default_factory=dict, init=False, repr=False, compare=False)

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

    def elsewhere(self, region: str) -> pulumi.ResourceOptions:
        """Options of a component that lives in another region of the account: one provider for all that live there.

        Each provider is a process of its own, which the engine waits for before it goes on.
        """
        if region not in self._elsewhere:
            self._elsewhere[region] = cloud_of(self.settings, f"aws-{region}", region)
        return pulumi.ResourceOptions(providers=[self._elsewhere[region]])
