"""The explicit provider resource's settings, and the account that they lead to.

Names and meaning: https://www.pulumi.com/registry/packages/aws/installation-configuration/ (pulumi-aws 7).
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any

from lab.providers.aws.api_server import api_server
from lab.providers.aws.cloud import Cloud, Credentials
from lab.providers.aws.tags import TagRules
from lab.providers.kit.sdk_types import sdk_inputs
from lab.providers.model import Properties, ResourceError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lab.providers.aws.api_server import ApiServer

# Settings that have no meaning where there is no real AWS to find, prove or configure: taken and not used.
_IDLE = (
    "maxRetries",
    "retryMode",
    "s3UsePathStyle",
    "skipCredentialsValidation",
    "skipMetadataApiCheck",
    "skipRegionValidation",
)
_SUPPORTED = (
    "accessKey",
    "allowedAccountIds",
    "defaultTags",
    "endpoints",
    "forbiddenAccountIds",
    "ignoreTags",
    "profile",
    "region",
    "secretKey",
    "skipRequestingAccountId",
    "token",
    *_IDLE,
)
_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d+")


class Account:
    """What `configure` makes of the settings; resource types hold it from the start."""

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        self._environment = os.environ if environment is None else environment
        self._cloud: Cloud | None = None
        self.rules = TagRules(unknown=True)

    @property
    def cloud(self) -> Cloud:
        """The way to the cloud.

        Raises:
            ResourceError: the provider is not configured yet (a setting is unknown in a preview).
        """
        if self._cloud is None:
            raise ResourceError("the aws provider is not configured yet: one of its settings is not known")
        return self._cloud

    @property
    def api_server(self) -> ApiServer | None:
        """What stands behind the account's clusters."""
        return api_server(self._environment)

    def check(self, settings: Properties) -> Mapping[str, str]:
        """What is wrong with the settings, by name; any may be UNKNOWN."""
        found = {}
        region = self._region(settings)
        if isinstance(region, str) and not _REGION.fullmatch(region):
            found["region"] = f"is {region!r}, which is no AWS region's name (sa-east-1)"
        if ("accessKey" in settings) != ("secretKey" in settings):
            found["secretKey"] = "and accessKey belong together: set both or neither"
        if settings.get("allowedAccountIds") and settings.get("forbiddenAccountIds"):
            found["forbiddenAccountIds"] = "and allowedAccountIds exclude each other: set one"
        return found

    def _region(self, settings: Properties) -> str | None:
        environment = self._environment
        return settings.get("region") or environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION")

    def configure(self, settings: Properties) -> None:
        """Take the settings and, when accounts are allowed or forbidden, ask STS whose the credentials are.

        Raises:
            ResourceError: a setting is missing or impossible, or the account is not the one wanted.
        """
        problems = self.check(settings)
        if problems:
            raise ResourceError("; ".join(f"{name} {reason}" for name, reason in problems.items()))
        region = self._region(settings)
        if region is None:
            raise ResourceError("no region: set `region` of the aws provider, or AWS_REGION")
        credentials = Credentials(
            settings.get("accessKey"), settings.get("secretKey"), settings.get("token"), settings.get("profile")
        )
        cloud = Cloud(
            region,
            credentials=credentials,
            endpoints=_endpoints(settings.get("endpoints") or ()),
            environment=self._environment,
        )
        self._refuse_account(cloud, settings)
        self.rules = _rules(settings)
        self._cloud = cloud

    @staticmethod
    def _refuse_account(cloud: Cloud, settings: Properties) -> None:
        allowed, forbidden = settings.get("allowedAccountIds") or (), settings.get("forbiddenAccountIds") or ()
        if not (allowed or forbidden):
            return
        account = cloud.identity["Account"]
        if (allowed and account not in allowed) or account in forbidden:
            rule = f"allowedAccountIds has {', '.join(allowed)}" if allowed else "forbiddenAccountIds has it"
            raise ResourceError(
                f"the credentials belong to account {account}, but {rule}: use the right credentials, or correct the "
                "provider's setting"
            )


def settings_types() -> dict[str, Any]:
    """The supported settings with the official SDK's types."""
    return dict(sdk_inputs("aws:index/provider:Provider", _SUPPORTED).shapes)


def _endpoints(entries: Any) -> dict[str, str]:  # noqa: ANN401 - the SDK's list of one map from service to URL
    return {str(service): str(url) for entry in entries for service, url in entry.items() if url}


def _rules(settings: Properties) -> TagRules:
    ignored = settings.get("ignoreTags") or {}
    return TagRules(
        defaults=dict((settings.get("defaultTags") or {}).get("tags") or {}),
        ignored_keys=frozenset(ignored.get("keys") or ()),
        ignored_prefixes=tuple(ignored.get("keyPrefixes") or ()),
    )
