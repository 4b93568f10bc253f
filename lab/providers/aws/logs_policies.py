"""CloudWatch Logs: which services may write into the account's log groups.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutResourcePolicy.html and
terraform-provider-aws' `internal/service/logs`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lab.providers.aws import documents
from lab.providers.aws.resource import Resource, Table
from lab.providers.model import NotFoundError

if TYPE_CHECKING:
    from lab.providers.aws.cloud import Api
    from lab.providers.model import Properties


class LogResourcePolicy(Resource):
    """`aws.cloudwatch.LogResourcePolicy` of the account. Its id is its name."""

    table = Table(
        "aws:cloudwatch/logResourcePolicy:LogResourcePolicy",
        "logs",
        inputs=("policyDocument", "policyName"),
        force_new=frozenset({"policyName"}),
        documents={"policyDocument": documents.same_policy},
    )

    def make(self, api: Api, inputs: Properties) -> str:
        """Put it."""
        self._put(api, inputs)
        return str(inputs["policyName"])

    def fetch(self, api: Api, resource_id: str, known: Properties) -> dict[str, Any]:
        """Look for it among all."""
        del known
        for policy in api.pages("describe_resource_policies", "resourcePolicies"):
            if policy["policyName"] == resource_id:
                return {
                    "policyDocument": documents.normal(policy["policyDocument"]),
                    "policyName": resource_id,
                }
        raise NotFoundError(f"there is no resource policy {resource_id} in {api.region}")

    def change(self, api: Api, resource_id: str, old: Properties, new: Properties, changed: frozenset[str]) -> None:
        """Put it again."""
        del resource_id, old, changed
        self._put(api, new)

    def remove(self, api: Api, resource_id: str, known: Properties) -> None:
        """Delete it."""
        del known
        api("delete_resource_policy", policyName=resource_id)

    @staticmethod
    def _put(api: Api, inputs: Properties) -> None:
        api("put_resource_policy", policyName=inputs["policyName"], policyDocument=inputs["policyDocument"])


TYPES: tuple[type[Resource], ...] = (LogResourcePolicy,)
