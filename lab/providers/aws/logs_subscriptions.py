"""CloudWatch Logs: who is handed what is written into a log group.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutSubscriptionFilter.html and
terraform-provider-aws' `internal/service/logs`.

Gaps of moto 5.2 and what is done about them: it hands over everything, whatever the pattern says; it knows no
distribution but `ByLogStream`, so that others are not supported; a change of one of two filters of a group is its
error, shown as it comes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lab.providers.aws.resource import Resource, Table
from lab.providers.model import NotFoundError

if TYPE_CHECKING:
    from lab.providers.aws.cloud import Api
    from lab.providers.model import Properties


class LogSubscriptionFilter(Resource):
    """`aws.cloudwatch.LogSubscriptionFilter`. Its id is its name; it is imported by `<log group>|<name>`."""

    table = Table(
        "aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter",
        "logs",
        inputs=("destinationArn", "filterPattern", "logGroup", "name", "roleArn"),
        force_new=frozenset({"logGroup", "name"}),
        autoname="name",
        autoname_max=512,
    )

    def identify(self, resource_id: str, properties: Properties) -> str:
        """Its name alone."""
        del resource_id
        return str(properties["name"])

    def make(self, api: Api, inputs: Properties) -> str:
        """Put it."""
        self._put(api, inputs)
        return str(inputs["name"])

    def fetch(self, api: Api, resource_id: str, known: Properties) -> dict[str, Any]:
        """Look for it among those of its group."""
        group, _, name = resource_id.rpartition("|")
        group = known.get("logGroup", group)
        for found in api.pages("describe_subscription_filters", "subscriptionFilters", logGroupName=group):
            if found["filterName"] == name:
                return {
                    "destinationArn": found["destinationArn"],
                    "filterPattern": found["filterPattern"],
                    "logGroup": group,
                    "name": name,
                    "roleArn": found.get("roleArn"),
                }
        raise NotFoundError(f"there is no subscription filter {name} of {group} in {api.region}")

    def change(self, api: Api, resource_id: str, old: Properties, new: Properties, changed: frozenset[str]) -> None:
        """Put it again."""
        del resource_id, old, changed
        self._put(api, new)

    def remove(self, api: Api, resource_id: str, known: Properties) -> None:
        """Delete it."""
        api("delete_subscription_filter", logGroupName=known["logGroup"], filterName=resource_id)

    @staticmethod
    def _put(api: Api, inputs: Properties) -> None:
        api(
            "put_subscription_filter",
            logGroupName=inputs["logGroup"],
            filterName=inputs["name"],
            filterPattern=inputs["filterPattern"],
            destinationArn=inputs["destinationArn"],
            roleArn=inputs.get("roleArn"),
        )


TYPES: tuple[type[Resource], ...] = (LogSubscriptionFilter,)
