"""CloudWatch Logs: log groups and the metrics that are counted in them.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/ and terraform-provider-aws'
`internal/service/logs/group.go`.

Gaps of moto 5.2 and what is done about them: it knows no class but STANDARD, others are an error;
`deletionProtectionEnabled` is not supported; it has no operation for a log group's key, so that changing `kmsKeyId`
of an existing group is its error, shown as it comes; it keeps every version of a metric filter, so that a change
deletes the old one first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lab.providers.aws.resource import Resource, Table
from lab.providers.aws.shapes import One, camel
from lab.providers.aws.tags import Tagging
from lab.providers.model import NotFoundError, Properties

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lab.providers.aws.cloud import Api

# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html; 0 is "for ever"
_DAYS = frozenset(
    {0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653}
)


class LogGroup(Resource):
    """`aws.cloudwatch.LogGroup`. Its id is its name."""

    table = Table(
        "aws:cloudwatch/logGroup:LogGroup",
        "logs",
        inputs=("kmsKeyId", "logGroupClass", "name", "retentionInDays", "skipDestroy", "tags"),
        outputs=frozenset({"arn"}),
        force_new=frozenset({"logGroupClass", "name"}),
        defaults={"retentionInDays": 0, "skipDestroy": False},
        computed=frozenset({"logGroupClass"}),
        local=frozenset({"skipDestroy"}),
        autoname="name",
        autoname_max=512,
        tagging=Tagging(by="arn", target="resourceArn", pairs=None, tags="tags", keys="tagKeys", at_create="tags"),
    )

    def check(self, inputs: Properties) -> Mapping[str, str]:
        """Only some numbers of days exist."""
        days = inputs.get("retentionInDays")
        if days is not None and days not in _DAYS:
            return {"retentionInDays": f"is {days}: possible are {', '.join(map(str, sorted(_DAYS)))} (0: for ever)"}
        return {}

    def make(self, api: Api, inputs: Properties) -> str:
        """Create it."""
        api(
            "create_log_group",
            logGroupName=inputs["name"],
            kmsKeyId=inputs.get("kmsKeyId"),
            logGroupClass=inputs.get("logGroupClass"),
            **self.creation_tags(inputs),
        )
        return str(inputs["name"])

    def finish(self, api: Api, resource_id: str, inputs: Properties) -> None:
        """Retention is an operation of its own."""
        self._retain(api, resource_id, inputs)

    def fetch(self, api: Api, resource_id: str, known: Properties) -> dict[str, Any]:
        """Search it by its name as a prefix."""
        del known
        for group in api.pages("describe_log_groups", "logGroups", logGroupNamePrefix=resource_id):
            if group["logGroupName"] == resource_id:
                return {
                    "arn": group["arn"].removesuffix(":*"),
                    "kmsKeyId": group.get("kmsKeyId"),
                    "logGroupClass": group.get("logGroupClass", "STANDARD"),
                    "name": resource_id,
                    "retentionInDays": group.get("retentionInDays", 0),
                }
        raise NotFoundError(f"there is no log group {resource_id} in {api.region}")

    def change(self, api: Api, resource_id: str, old: Properties, new: Properties, changed: frozenset[str]) -> None:
        """Retention and key."""
        del old
        if "retentionInDays" in changed:
            self._retain(api, resource_id, new)
        if "kmsKeyId" in changed:
            if new.get("kmsKeyId"):
                api("associate_kms_key", logGroupName=resource_id, kmsKeyId=new["kmsKeyId"])
            else:
                api("disassociate_kms_key", logGroupName=resource_id)

    def remove(self, api: Api, resource_id: str, known: Properties) -> None:
        """Delete it, unless it is to outlive its resource."""
        if not known.get("skipDestroy"):
            api("delete_log_group", logGroupName=resource_id)

    @staticmethod
    def _retain(api: Api, name: str, inputs: Properties) -> None:
        if inputs.get("retentionInDays"):
            api("put_retention_policy", logGroupName=name, retentionInDays=inputs["retentionInDays"])
        else:
            api("delete_retention_policy", logGroupName=name)


_TRANSFORMATION = camel(name="metricName", namespace="metricNamespace", unit="unit", value="metricValue")
_FIRST = One(_TRANSFORMATION)


class LogMetricFilter(Resource):
    """`aws.cloudwatch.LogMetricFilter`. Its id is its name; an import needs `<log group>:<name>`."""

    table = Table(
        "aws:cloudwatch/logMetricFilter:LogMetricFilter",
        "logs",
        inputs=("logGroupName", "metricTransformation", "name", "pattern"),
        force_new=frozenset({"logGroupName", "name"}),
        shapes={"metricTransformation": _TRANSFORMATION},
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
        """Search it by its name as a prefix."""
        group, _, name = resource_id.rpartition(":")
        group = known.get("logGroupName", group)
        for found in api.pages("describe_metric_filters", "metricFilters", logGroupName=group, filterNamePrefix=name):
            if found["filterName"] == name:
                return {
                    "logGroupName": group,
                    "metricTransformation": _FIRST.from_api(found["metricTransformations"]),
                    "name": name,
                    "pattern": found["filterPattern"],
                }
        raise NotFoundError(f"there is no metric filter {name} of {group} in {api.region}")

    def change(self, api: Api, resource_id: str, old: Properties, new: Properties, changed: frozenset[str]) -> None:
        """Put it again; see the module for why it is deleted first."""
        del changed
        self.remove(api, resource_id, old)
        self._put(api, new)

    def remove(self, api: Api, resource_id: str, known: Properties) -> None:
        """Delete it."""
        api("delete_metric_filter", logGroupName=known["logGroupName"], filterName=resource_id)

    @staticmethod
    def _put(api: Api, inputs: Properties) -> None:
        api(
            "put_metric_filter",
            logGroupName=inputs["logGroupName"],
            filterName=inputs["name"],
            filterPattern=inputs["pattern"],
            metricTransformations=_FIRST.to_api(inputs["metricTransformation"]),
        )


TYPES: tuple[type[Resource], ...] = (LogGroup, LogMetricFilter)
