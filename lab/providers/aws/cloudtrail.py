"""CloudTrail: trails.

https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/ and terraform-provider-aws'
`internal/service/cloudtrail`.

Only advanced event selectors are supported. Gaps of moto 5.2: selectors that were set once can be changed but not taken
away, and insight selectors only added to; a refresh shows what stayed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lab.providers.aws.resource import Resource, Table
from lab.providers.aws.shapes import Member, Shape, pascal
from lab.providers.aws.tags import Tagging

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lab.providers.aws.cloud import Api
    from lab.providers.model import Properties

_SELECTOR = pascal(
    "name",
    fieldSelectors=pascal(
        "equals", "field", "notEquals", endsWiths="EndsWith", notStartsWiths="NotStartsWith", startsWiths="StartsWith"
    ),
)
_INSIGHT = pascal("insightType")
_BODY = pascal(
    "cloudWatchLogsRoleArn",
    "enableLogFileValidation",
    "includeGlobalServiceEvents",
    "isMultiRegionTrail",
    "kmsKeyId",
    "name",
    "s3BucketName",
    "s3KeyPrefix",
    cloudWatchLogsGroupArn="CloudWatchLogsLogGroupArn",
)
# Asked for by one name, told by another.
_TOLD = Shape({**_BODY.members, "enableLogFileValidation": Member("LogFileValidationEnabled")})


@dataclass(frozen=True)
class _TrailTagging(Tagging):
    """Lists for several resources at once, and takes whole tags to remove."""

    def read(self, api: Api, target: str) -> dict[str, str]:
        """All tags of the trail."""
        found = api(self.listing, ResourceIdList=[target])["ResourceTagList"]
        return {tag["Key"]: tag.get("Value", "") for tag in found[0].get("TagsList", ())} if found else {}

    def write(self, api: Api, target: str, old: Mapping[str, str], new: Mapping[str, str]) -> None:
        """Make the tags `new` that were `old`."""
        gone = {name: old[name] for name in set(old) - set(new)}
        if gone:
            api(self.removing, ResourceId=target, TagsList=self._encoded(gone))
        changed = {name: value for name, value in new.items() if old.get(name) != value}
        if changed:
            api(self.adding, ResourceId=target, TagsList=self._encoded(changed))


class Trail(Resource):
    """`aws.cloudtrail.Trail`. Its id is its ARN."""

    table = Table(
        "aws:cloudtrail/trail:Trail",
        "cloudtrail",
        inputs=(*_BODY.members, "advancedEventSelectors", "enableLogging", "insightSelectors", "tags"),
        outputs=frozenset({"arn", "homeRegion"}),
        force_new=frozenset({"name"}),
        defaults={
            "enableLogFileValidation": False,
            "enableLogging": True,
            "includeGlobalServiceEvents": True,
            "isMultiRegionTrail": False,
        },
        shapes={"advancedEventSelectors": _SELECTOR, "insightSelectors": _INSIGHT},
        autoname="name",
        autoname_max=128,
        tagging=_TrailTagging(
            by="id",
            target="ResourceId",
            listing="list_tags",
            adding="add_tags",
            removing="remove_tags",
            at_create="TagsList",
        ),
    )

    def make(self, api: Api, inputs: Properties) -> str:
        """Create it; it does not log yet."""
        body = _BODY.to_api({name: inputs.get(name) for name in _BODY.members})
        return str(api("create_trail", **body, **self.creation_tags(inputs))["TrailARN"])

    def finish(self, api: Api, resource_id: str, inputs: Properties) -> None:
        """Selectors, then logging."""
        self._select(api, resource_id, inputs, frozenset(name for name in self.table.shapes if inputs.get(name)))
        self._log(api, resource_id, inputs)

    def fetch(self, api: Api, resource_id: str, known: Properties) -> dict[str, Any]:
        """The trail, its status and its selectors."""
        del known
        found = api("get_trail", Name=resource_id)["Trail"]
        selectors = api("get_event_selectors", TrailName=resource_id).get("AdvancedEventSelectors")
        insights = api("get_insight_selectors", TrailName=resource_id).get("InsightSelectors")
        return {
            **_TOLD.from_api(found),
            "advancedEventSelectors": _SELECTOR.from_api(selectors) if selectors else None,
            "arn": found["TrailARN"],
            "enableLogging": api("get_trail_status", Name=resource_id)["IsLogging"],
            "homeRegion": found.get("HomeRegion", api.region),
            "insightSelectors": _INSIGHT.from_api(insights) if insights else None,
        }

    def change(self, api: Api, resource_id: str, old: Properties, new: Properties, changed: frozenset[str]) -> None:
        """Each part has an operation."""
        if changed & set(_BODY.members):
            # A text that is left out stays as it was; an empty one goes.
            cleared = {name: "" for name in _BODY.members if old.get(name) is not None and new.get(name) is None}
            body = _BODY.to_api({name: new.get(name, cleared.get(name)) for name in _BODY.members})
            api("update_trail", **{**body, "Name": resource_id})
        self._select(api, resource_id, new, changed)
        if "enableLogging" in changed:
            self._log(api, resource_id, new)

    def remove(self, api: Api, resource_id: str, known: Properties) -> None:
        """Delete it; what it has logged stays."""
        del known
        api("delete_trail", Name=resource_id.rpartition("/")[2])

    @staticmethod
    def _select(api: Api, trail: str, inputs: Properties, changed: frozenset[str]) -> None:
        if "advancedEventSelectors" in changed:
            selectors = _SELECTOR.to_api(inputs.get("advancedEventSelectors") or [])
            api("put_event_selectors", TrailName=trail, AdvancedEventSelectors=selectors)
        if "insightSelectors" in changed:
            insights = _INSIGHT.to_api(inputs.get("insightSelectors") or [])
            api("put_insight_selectors", TrailName=trail, InsightSelectors=insights)

    @staticmethod
    def _log(api: Api, trail: str, inputs: Properties) -> None:
        api("start_logging" if inputs.get("enableLogging") else "stop_logging", Name=trail)


TYPES: tuple[type[Resource], ...] = (Trail,)
