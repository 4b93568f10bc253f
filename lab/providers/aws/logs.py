"""CloudWatch Logs: log groups.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/ and terraform-provider-aws'
`internal/service/logs/group.go`.

Gaps of moto 5.2 and what is done about them: it knows no class but STANDARD, others are an error;
`deletionProtectionEnabled` is not supported; it has no operation for a log group's key, so that changing `kmsKeyId`
of an existing group is its error, shown as it comes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lab.providers.aws.resource import Resource, Table
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


TYPES: tuple[type[Resource], ...] = (LogGroup,)
