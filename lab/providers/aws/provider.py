"""The plugin: every type and look-up of the tables, bound to one account."""

from __future__ import annotations

from functools import cached_property
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from lab.providers.aws import (
    acm,
    backup,
    cloudhsm,
    cloudtrail,
    cloudwatch,
    config,
    ec2,
    ec2_endpoints,
    ec2_launch,
    ec2_network,
    ec2_routing,
    ec2_security,
    ecr,
    ecr_registry,
    eks,
    eks_access,
    eks_nodes,
    elbv2,
    elbv2_listeners,
    events,
    firehose,
    guardduty,
    iam,
    iam_oidc,
    iam_profiles,
    kms,
    logs,
    logs_policies,
    logs_subscriptions,
    lookups,
    route53,
    route53_zones,
    s3,
    s3_replication,
    s3_settings,
    secretsmanager,
    shield,
    sns,
    sqs,
    wafv2,
)
from lab.providers.aws.account import Account, settings_types

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lab.providers.aws.resource import Resource
    from lab.providers.model import Function, Properties, ResourceType

TYPES: tuple[type[Resource], ...] = (
    *acm.TYPES,
    *backup.TYPES,
    *cloudhsm.TYPES,
    *cloudtrail.TYPES,
    *cloudwatch.TYPES,
    *config.TYPES,
    *ec2.TYPES,
    *ec2_endpoints.TYPES,
    *ec2_launch.TYPES,
    *ec2_network.TYPES,
    *ec2_routing.TYPES,
    *ec2_security.TYPES,
    *ecr.TYPES,
    *ecr_registry.TYPES,
    *eks.TYPES,
    *eks_access.TYPES,
    *eks_nodes.TYPES,
    *elbv2.TYPES,
    *elbv2_listeners.TYPES,
    *events.TYPES,
    *firehose.TYPES,
    *guardduty.TYPES,
    *iam.TYPES,
    *iam_oidc.TYPES,
    *iam_profiles.TYPES,
    *kms.TYPES,
    *logs.TYPES,
    *logs_policies.TYPES,
    *logs_subscriptions.TYPES,
    *route53.TYPES,
    *route53_zones.TYPES,
    *s3.TYPES,
    *s3_replication.TYPES,
    *s3_settings.TYPES,
    *secretsmanager.TYPES,
    *shield.TYPES,
    *sns.TYPES,
    *sqs.TYPES,
    *wafv2.TYPES,
)


class AwsProvider:
    """The aws plugin as the kit serves it.

    Args:
        environment: names endpoints, region and credentials; the process's own by default.
    """

    name = "aws"
    secrets = frozenset({"accessKey", "secretKey", "token"})

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        self._account = Account(environment)
        self.version = version("pulumi-aws")  # it stands in for the plugin of the installed SDK
        self.types: Mapping[str, ResourceType] = {kind.table.token: kind(self._account) for kind in TYPES}
        look_ups = [kind(self._account) for kind in lookups.FUNCTIONS]
        self.functions: Mapping[str, Function] = {look_up.token: look_up for look_up in look_ups}

    @cached_property
    def configuration(self) -> Mapping[str, Any]:
        """The settings that are supported, with the official SDK's types."""
        return settings_types()

    def check(self, configuration: Properties) -> Mapping[str, str]:
        """Say what is wrong with the settings."""
        return self._account.check(configuration)

    def configure(self, configuration: Properties) -> None:
        """Take the settings."""
        self._account.configure(configuration)
