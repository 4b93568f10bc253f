"""The stack's providers, each created once and handed to components. Default providers are disabled (Pulumi.yaml).

The cluster's own is made with the cluster (`components.wiring.cluster`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws
import pulumi_random as random

from components.labels import tags

if TYPE_CHECKING:
    from components.settings import Settings


@dataclass(frozen=True)
class Account:
    """The AWS account behind the provider.

    Attributes:
        id: twelve digits.
        partition: `aws`, `aws-cn`, ...
        region: the stack's region.
    """

    id: pulumi.Output[str]
    partition: pulumi.Output[str]
    region: str

    def arn(self, service: str, resource: str) -> pulumi.Output[str]:
        """ARN of something of this account that belongs to no region, such as a role."""
        return pulumi.Output.concat("arn:", self.partition, ":", service, "::", self.id, ":", resource)

    def within(self, region: str) -> Account:
        """The same account, seen from another region."""
        return replace(self, region=region)


@dataclass(frozen=True)
class Providers:
    """One provider a system."""

    aws: aws.Provider
    random: random.Provider
    account: Account


def connect(settings: Settings) -> Providers:
    """Create the providers and look up the account."""
    region = settings.configuration.aws.region
    cloud = cloud_of(settings, "aws", region)
    look = pulumi.InvokeOptions(provider=cloud)
    return Providers(
        aws=cloud,
        random=random.Provider("random"),
        account=Account(
            id=aws.get_caller_identity_output(opts=look).account_id,
            partition=aws.get_partition_output(opts=look).partition,
            region=region,
        ),
    )


def cloud_of(settings: Settings, name: str, region: str) -> aws.Provider:
    """The provider of the account's resources in a region."""
    configuration = settings.configuration
    return aws.Provider(
        name,
        region=region,
        allowed_account_ids=configuration.aws.accounts or None,
        s3_use_path_style=configuration.aws.path_style_buckets or None,
        default_tags=aws.ProviderDefaultTagsArgs(tags=tags(settings.stack, configuration.profile, configuration.aws)),
    )
