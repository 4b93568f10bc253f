"""CloudWatch: alarms on one metric.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html and terraform-provider-aws'
`internal/service/cloudwatch/metric_alarm.go`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lab.providers.aws.resource import Resource, Table
from lab.providers.aws.shapes import Pairs, pascal
from lab.providers.aws.tags import Tagging
from lab.providers.model import NotFoundError, Properties

if TYPE_CHECKING:
    from lab.providers.aws.cloud import Api

_BODY = pascal(
    "actionsEnabled",
    "alarmActions",
    "alarmDescription",
    "comparisonOperator",
    "datapointsToAlarm",
    "evaluationPeriods",
    "insufficientDataActions",
    "metricName",
    "namespace",
    "period",
    "statistic",
    "threshold",
    "treatMissingData",
    "unit",
    dimensions=Pairs("Name", "Value"),
    name="AlarmName",
    okActions="OKActions",
)
_LISTS = frozenset({"alarmActions", "insufficientDataActions", "okActions"})


def _same_set(left: Any, right: Any) -> bool:  # noqa: ANN401 - JSON
    return sorted(left) == sorted(right)


class MetricAlarm(Resource):
    """`aws.cloudwatch.MetricAlarm` on a metric, not on an expression of several. Its id is its name."""

    table = Table(
        "aws:cloudwatch/metricAlarm:MetricAlarm",
        "cloudwatch",
        inputs=(*_BODY.members, "tags"),
        outputs=frozenset({"arn"}),
        force_new=frozenset({"name"}),
        defaults={"actionsEnabled": True, "treatMissingData": "missing"},
        equivalent=dict.fromkeys(_LISTS, _same_set),
        autoname="name",
        tagging=Tagging(by="arn", target="ResourceARN"),
    )

    def make(self, api: Api, inputs: Properties) -> str:
        """Put it."""
        self._put(api, inputs, **self.creation_tags(inputs))
        return str(inputs["name"])

    def fetch(self, api: Api, resource_id: str, known: Properties) -> dict[str, Any]:
        """Describe it; an empty list of actions is none."""
        del known
        found = api("describe_alarms", AlarmNames=[resource_id], AlarmTypes=["MetricAlarm"])["MetricAlarms"]
        if not found:
            raise NotFoundError(f"there is no alarm {resource_id} in {api.region}")
        told = _BODY.from_api(found[0])
        return {**{name: value for name, value in told.items() if value not in ([], {})}, "arn": found[0]["AlarmArn"]}

    def change(self, api: Api, resource_id: str, old: Properties, new: Properties, changed: frozenset[str]) -> None:
        """Put it again, whole."""
        del resource_id, old, changed
        self._put(api, new)

    def remove(self, api: Api, resource_id: str, known: Properties) -> None:
        """Delete it."""
        del known
        api("delete_alarms", AlarmNames=[resource_id])

    @staticmethod
    def _put(api: Api, inputs: Properties, **tags: Any) -> None:  # noqa: ANN401 - the tags' parameter
        api("put_metric_alarm", **_BODY.to_api({name: inputs.get(name) for name in _BODY.members}), **tags)


TYPES: tuple[type[Resource], ...] = (MetricAlarm,)
